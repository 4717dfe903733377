"""Make the rows of a file clean for prediction, as they come, by the recipe of the training."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.recipe import Recipe
from seqtasks.errors import DataError
from seqtasks.tables import derived as derive
from seqtasks.tables import filling
from seqtasks.tables.columns import Array, Columns, before_bad_cell
from seqtasks.tables.csv_file import stream_columns
from seqtasks.tables.table_file import is_text, read_columns
from seqtasks.tables.times import Spacing, Times, duration, read_times

_TOLERANCE: Final = 1e-6  # of the usual distance
_PATIENCE: Final = 3  # equal distances in a row that are not those of the training part


def rows_of(path: str, recipe: Recipe | None) -> Iterator[Columns]:
    """The rows of a file or of standard input, some at a time, as the recipe needs them."""
    recipe = recipe or Recipe()
    if path != "-" and Path(path).expanduser().is_file() and not is_text(path):
        yield read_columns(path, query=recipe.query)
        return
    written = {one.column for one in recipe.derived if one.part == "category"}
    yield from stream_columns(path, recipe.separator, recipe.decimal, written, recipe.usual)


@final
@dataclass(slots=True)
class _State:
    """What earlier rows leave behind.

    Args:
        last: The last known number or label of each column.
        times: The last times, in UTC, at most three.
        held: Clean rows whose inputs need later rows.
    """

    last: dict[str, Any]
    times: Times | None = None
    held: Columns | None = None


@final
class Cleaner:
    """Apply a recipe to the rows of a file, piece by piece, in constant memory.

    Args:
        recipe: What training recorded; None leaves rows as they are.
        needed: The columns that the network needs, those that are computed included.
        note: Receives a sentence on what is unusual, each only once.
    """

    def __init__(self, recipe: Recipe | None, needed: Sequence[str], note: Callable[[str], None]) -> None:
        self._recipe = recipe or Recipe()
        self._note = note
        self._noted: set[str] = set()
        self._fills = dict(self._recipe.fills)
        self._labels = self._by_column()
        sources = {one.name: one.column for one in self._recipe.derived}
        read = (*needed, *(one.column for one in self._recipe.derived))
        self._base = [*dict.fromkeys(name for name in read if name not in sources)]
        known = [one.column for one in self._recipe.derived if one.part == "known"]
        self._known = [*dict.fromkeys(sources.get(name, name) for name in known)]
        self._state = _State(dict(self._fills))

    def _by_column(self) -> dict[str, list[str]]:
        labels: dict[str, list[str]] = {}
        for one in self._recipe.derived:
            if one.part == "category":
                labels.setdefault(one.column, []).append(one.detail)
        return labels

    def clean(self, pieces: Iterable[Columns]) -> Iterator[Columns]:
        """Clean pieces; all rows before one that cannot be used come before its error.

        Raises:
            DataError: If a column is missing or a cell cannot be used.
        """
        ready = 0
        for piece in pieces:
            self._check_columns(piece)
            (found, self._state), error = before_bad_cell(piece, self._cleaned)
            if found is not None:
                found, empty = before_bad_cell(found, self._with_labels)
                error = empty or error
            if found is not None and found.rows:
                ready += found.rows
                yield found
            if error is not None:
                raise error
        if not ready and self._recipe.known:
            raise DataError(
                f"{piece.file} holds {self._state.held.rows if self._state.held else 0} rows; inputs that are known in "
                f"advance need {self._recipe.known} later rows.",
                "Add rows with the columns that are known in advance; other cells of them may be empty.",
            )

    def _check_columns(self, piece: Columns) -> None:
        absent = [name for name in self._base if name not in piece.arrays]
        if absent:
            raise DataError(
                f"{piece.file} has no column {absent[0]}, which the network was trained on.",
                f"Add the column. The network needs {', '.join(self._base)}; the file has {', '.join(piece.arrays)}.",
            )

    def _cleaned(self, piece: Columns) -> tuple[Columns | None, _State]:
        recipe, state = self._recipe, replace(self._state, last=dict(self._state.last))
        if not piece.rows:
            return None, state
        times = self._times(piece, state)
        missing = {name: self._missing(piece, name) for name in self._base} if recipe.missing != "error" else {}
        if recipe.missing == "drop" and (gone := np.logical_or.reduce([*missing.values()])).any():
            self._say(
                "drop",
                f"{piece.file}: rows with a missing value get no prediction; the first is row "
                f"{piece.number(int(np.argmax(gone)))}.",
            )
            piece = piece.take(~gone)
            times = None if times is None else times.take(~gone)
            missing = {name: each[~gone] for name, each in missing.items()}
        arrays: dict[str, Array] = {}
        for name, start in self._fills.items():
            if name in missing and missing[name].any():
                arrays[name] = self._fill(piece, name, missing[name], state, start)
            elif name in missing and piece.rows:
                state.last[name] = (piece.written(name) if isinstance(start, str) else piece.values(name))[-1]
        full = piece.replaced(arrays) if arrays else piece
        self._check_known(full)
        for name, labels in self._labels.items():
            self._check_labels(full, name, labels)
        present = [one for one in recipe.derived if one.part != "known"]
        computed = derive.compute(present, full, times, missing)
        full = full.replaced(computed if times is None else {**computed, times.column: times.utc})
        return self._with_known(full, state), state

    def _missing(self, piece: Columns, name: str) -> NDArray[np.bool_]:
        if name in self._labels or isinstance(self._fills.get(name), str):
            return np.asarray(piece.written(name) == "", np.bool_)
        if piece.column(name).dtype.kind == "M":
            return np.isnat(piece.column(name))
        return np.isnan(piece.values(name)) if name != self._recipe.time else np.zeros(piece.rows, np.bool_)

    def _fill(self, piece: Columns, name: str, gone: NDArray[np.bool_], state: _State, start: float | str) -> Array:
        values = piece.written(name) if isinstance(start, str) else piece.values(name)
        if self._recipe.missing == "mask":
            return np.where(gone, start, values).astype(values.dtype)
        filled = filling.forward(values, gone, state.last[name])
        state.last[name] = filled[-1]
        return filled

    def _check_known(self, piece: Columns) -> None:
        """Check what is known in advance as it comes, not when the rows that need it are complete."""
        for name in self._known:
            if name not in self._labels:
                piece.numbers(name)
            elif self._recipe.missing == "error":
                piece.labels(name)

    def _with_labels(self, piece: Columns) -> Columns:
        """The rows, checked: where training refused missing labels, none of them is empty."""
        if self._recipe.missing == "error":
            for name in self._labels:
                piece.labels(name)
        return piece

    def _check_labels(self, piece: Columns, name: str, labels: list[str]) -> None:
        if name in self._noted:
            return
        texts = piece.written(name)
        unknown = np.flatnonzero(~np.isin(texts.astype(str), [*labels, ""]))
        if unknown.size:
            row = int(unknown[0])
            self._say(
                name,
                f'{piece.file}: column {name}, row {piece.number(row)} is "{texts[row]}", which the training part '
                "does not have; its inputs are 0.",
            )

    def _say(self, key: str, sentence: str) -> None:
        if key not in self._noted:
            self._noted.add(key)
            self._note(sentence)

    def _times(self, piece: Columns, state: _State) -> Times | None:
        """The times of the rows, which must go on from those before in the usual distance."""
        recipe = self._recipe
        if not recipe.time or recipe.time not in piece.arrays:
            return None
        times = read_times(
            piece, recipe.time, "" if piece.column(recipe.time).dtype.kind == "M" else recipe.format, recipe.zone
        )
        before = state.times.utc if state.times is not None else times.utc[:0]
        known = Times(times.column, np.concatenate([before, times.utc]), times.zone, times.format)
        late = np.flatnonzero(np.diff(known.utc) <= np.timedelta64(0))
        if late.size:
            row = int(late[0]) + 1 - len(before)
            same = known.utc[late[0]] == known.utc[late[0] + 1]
            raise piece.bad_cell(
                recipe.time,
                row,
                f"is {piece.written(recipe.time)[row]}, {'the time of' if same else 'earlier than'} the row before",
                "Sort the rows by time, and keep one for each time.",
            )
        if recipe.step:
            self._check_spacing(piece, known, len(before))
        state.times = known.take(slice(max(len(known.utc) - _PATIENCE, 0), None))
        return times

    def _check_spacing(self, piece: Columns, known: Times, before: int) -> None:
        """Check distances: not three in a row that are another, or no multiple of the usual one; note others."""
        recipe = self._recipe
        apart = Spacing(recipe.step, recipe.unit).distances(known)
        odd = np.abs(apart / recipe.step - np.round(apart / recipe.step)) >= _TOLERANCE
        odd |= apart < recipe.step / 2
        other = np.zeros(len(apart), np.bool_)
        for place in range(_PATIENCE - 1, len(apart)):
            last = slice(place - _PATIENCE + 1, place + 1)
            equal = apart[place] != recipe.step and (apart[last] == apart[place]).all()
            other[place] = odd[last].all() or equal
        bad = np.flatnonzero(other)
        if bad.size:
            row = max(int(bad[0]) + 1 - before, 0)
            raise piece.bad_cell(
                recipe.time,
                row,
                f"is {duration(float(apart[bad[0]]), recipe.unit)} after the row before, and the network was trained "
                f"on rows {duration(recipe.step, recipe.unit)} apart",
                "Give rows at the distance of the training.",
            )
        gaps = np.flatnonzero(apart > 1.5 * recipe.step)
        if gaps.size:
            row = int(gaps[0]) + 1 - before
            self._say(
                "gap",
                f"{piece.file}: column {recipe.time} has a gap before row {piece.number(row)}; rows are counted, "
                "not times.",
            )
        elif odd.any():
            row = max(int(np.argmax(odd)) + 1 - before, 0)
            self._say(
                "odd",
                f"{piece.file}: column {recipe.time}, row {piece.number(row)} is not "
                f"{duration(recipe.step, recipe.unit)} after the row before; rows are counted, not times.",
            )

    def _with_known(self, full: Columns, state: _State) -> Columns | None:
        """Rows whose later rows are there, with the columns that are known in advance."""
        recipe = self._recipe
        if not recipe.known:
            return full
        present = [one.name for one in recipe.derived if one.part != "known"]
        used = [name for name in dict.fromkeys((recipe.time, *self._base, *present)) if name in full.arrays]
        arrays, first = {name: full.arrays[name] for name in used}, full.first
        if state.held is not None:
            arrays = {name: _joined(state.held.arrays[name], array) for name, array in arrays.items()}
            first = state.held.first
        rows = Columns(full.file, arrays, first, full.unnamed, full.decimal)
        known = [one for one in recipe.derived if one.part == "known"]
        complete = max(rows.rows - recipe.known, 0)
        state.held = rows.take(slice(complete, None))
        if not complete:
            return None
        return rows.replaced(derive.compute(known, rows, None, {})).take(slice(complete))


def _joined(before: Array, after: Array) -> Array:
    """Two pieces of a column, as texts if one of them is."""
    if before.dtype.kind != after.dtype.kind and "O" in (before.dtype.kind, after.dtype.kind):
        before, after = (Columns("", {"x": array}).written("x") for array in (before, after))
    return np.concatenate([before, after])
