"""Make the rows of a file clean for prediction, as they come, by the recipe of the training."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqtasks.core.recipe import Recipe
from seqtasks.errors import DataError
from seqtasks.spec.parameter import quote
from seqtasks.tables import derived as derive
from seqtasks.tables import filling
from seqtasks.tables.columns import Array, CellError, Columns, before_bad_cell
from seqtasks.tables.csv_file import stream_columns
from seqtasks.tables.distances import PATIENCE, is_odd, is_other
from seqtasks.tables.frequency import usual_distances
from seqtasks.tables.panel import Panel, rows_of_each
from seqtasks.tables.series_state import SeriesState
from seqtasks.tables.table_file import is_text, read_columns
from seqtasks.tables.times import Spacing, Times, duration, read_times

_SHOWN: Final = 3  # groups that a message names


def rows_of(path: str, recipe: Recipe | None, labels: Iterable[str] = ()) -> Iterator[Columns]:
    """The rows of a file or of standard input, some at a time, as the recipe needs them.

    Args:
        path: The file; ``-`` is standard input.
        recipe: What training recorded, or None.
        labels: Further columns that are texts, whatever they look like.
    """
    recipe = recipe or Recipe()
    if path != "-" and Path(path).expanduser().is_file() and not is_text(path):
        yield read_columns(path, query=recipe.query)
        return
    written = {one.column for one in recipe.derived if one.part == "category"} | ({recipe.group} - {""}) | {*labels}
    yield from stream_columns(path, recipe.separator, recipe.decimal, written, recipe.usual)


@final
class Cleaner:
    """Apply a recipe to the rows of a file, piece by piece, in constant memory.

    Rows of several groups may come in any order among each other; those of one group come in order of time.

    Args:
        recipe: What training recorded; None leaves rows as they are.
        needed: The columns that the network needs, those that are computed included.
        note: Receives a sentence on what is unusual, each only once.
        groups: The recipe of each group by its label; none if the recipe has no groups.
        labels: Further columns that are texts.
    """

    def __init__(
        self,
        recipe: Recipe | None,
        needed: Sequence[str],
        note: Callable[[str], None],
        groups: Mapping[str, Recipe] | None = None,
        labels: Iterable[str] = (),
    ) -> None:
        self._recipe = recipe or Recipe()
        self._note = note
        self._noted: set[str] = set()
        self._recipes = groups or {"": self._recipe}
        self._fills = {label: dict(own.fills) for label, own in self._recipes.items()}
        self._labels = self._by_column()
        sources = {one.name: one.column for one in self._recipe.derived}
        read = (*needed, *(one.column for one in self._recipe.derived))
        self._base = [*dict.fromkeys(name for name in read if name not in sources)]
        self._texts = {*labels, *self._labels} | {
            name for own in self._fills.values() for name, start in own.items() if isinstance(start, str)
        }
        marked = [one.column for one in self._recipe.derived if one.part == "missing"]
        self._counted = self._base if self._recipe.missing != "error" else marked
        known = [one.column for one in self._recipe.derived if one.part == "known"]
        self._known = [*dict.fromkeys(sources.get(name, name) for name in known)]
        self._states = {label: SeriesState(dict(own)) for label, own in self._fills.items()}

    @property
    def states(self) -> dict[str, SeriesState]:
        """What the rows so far leave behind, group by group; later rows do not change what was returned."""
        return dict(self._states)

    def resume(self, states: Mapping[str, SeriesState]) -> None:
        """Go on after the rows that left these states behind, in another file."""
        self._states |= states

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
            (found, states), error = before_bad_cell(piece, self._all_cleaned if self._recipe.group else self._cleaned)
            self._states |= states
            if found is not None:
                found, empty = before_bad_cell(found, self._with_labels)
                error = empty or error
            if found is not None and found.rows:
                ready += found.rows
                yield found
            if error is not None:
                raise error
        if not ready:
            self._check_ready(piece)

    def _check_ready(self, piece: Columns) -> None:
        """Explain why no row of a file, of which ``piece`` is the last part, gets a prediction."""
        recipe = self._recipe
        held = sum(state.held.rows for state in self._states.values() if state.held is not None)
        if recipe.group and not held and "group" in self._noted:
            shown = ", ".join(map(quote, list(self._states)[:_SHOWN])) + ", ..." * (len(self._states) > _SHOWN)
            raise DataError(
                f"{piece.file}: column {recipe.group} names none of the {len(self._states):,} groups that the network "
                "was trained on.",
                f"These groups are {shown}.",
            )
        if recipe.known:
            raise DataError(
                f"{piece.file} holds {held} rows; inputs that are known in advance need {recipe.known} later rows"
                f"{' of the same group' if recipe.group else ''}.",
                "Add rows with the columns that are known in advance; other cells of them may be empty.",
            )

    def _check_columns(self, piece: Columns) -> None:
        needed = [*self._base, *([self._recipe.group] if self._recipe.group else [])]
        absent = [name for name in needed if name not in piece.arrays]
        if absent:
            raise DataError(
                f"{piece.file} has no column {absent[0]}, which the network was trained on.",
                f"Add the column. The network needs {', '.join(needed)}; the file has {', '.join(piece.arrays)}.",
            )

    def _cleaned(self, piece: Columns) -> tuple[Columns | None, dict[str, SeriesState]]:
        """The rows of the only series, and the state after them."""
        found, state = self._series_cleaned(piece, "")
        return found, {"": state}

    def _all_cleaned(self, piece: Columns) -> tuple[Columns | None, dict[str, SeriesState]]:
        """The rows of all groups in the order in which they are complete, and the states after them."""
        group, states = self._recipe.group, {}
        found: list[Columns] = []
        completed: list[Array] = []
        codes, labels = pd.factorize(piece.labels(group))
        for label, rows in zip(labels.tolist(), rows_of_each(codes, len(labels)), strict=True):
            if label not in self._states:
                self._say(
                    "group",
                    f"{piece.file}: column {group}, row {piece.number(rows[0])} is {quote(label)}, a group that the "
                    "network was not trained on; rows of such groups get no prediction.",
                )
                continue
            try:
                own, states[label] = self._series_cleaned(piece.take(rows), label)
            except CellError as error:
                raise CellError(error.message, error.hint, int(rows[error.row])) from error
            if own is not None and own.rows:
                found.append(own.replaced({group: np.full(own.rows, label, object)}))
                completed.append(rows[-own.rows :] if self._recipe.known else own.row_numbers())
        return (_together(found, np.concatenate(completed)) if found else None), states

    def _series_cleaned(self, piece: Columns, label: str) -> tuple[Columns | None, SeriesState]:
        """The rows of one group that are complete, and the state after them."""
        recipe, state = self._recipes[label], replace(self._states[label], last=dict(self._states[label].last))
        learned = self._learned(piece, state, recipe)
        if learned == piece.rows:
            return None, state
        try:
            return self._later_cleaned(piece.take(slice(learned, None)), state, recipe, label)
        except CellError as error:
            raise CellError(error.message, error.hint, learned + error.row) from error

    def _learned(self, piece: Columns, state: SeriesState, recipe: Recipe) -> int:
        """How many of the first rows were learned from another file, as their times tell."""
        if state.until is None or recipe.time not in piece.arrays:
            return 0
        later = self._read_times(piece, recipe).utc > state.until
        learned = int(np.argmax(later)) if later.any() else piece.rows
        if learned:
            until = np.datetime_as_string(state.until, unit="s")
            self._say("learned", f"{piece.file}: rows up to {until} were learned before, and are left out.")
        if learned < piece.rows:
            state.until = None
        return learned

    def _later_cleaned(
        self, piece: Columns, state: SeriesState, recipe: Recipe, label: str
    ) -> tuple[Columns | None, SeriesState]:
        times = self._times(piece, state, recipe)
        missing = {name: self._missing(piece, name) for name in self._counted}
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
        for name, start in self._fills[label].items():
            if name in missing and missing[name].any():
                arrays[name] = self._fill(piece, name, missing[name], state, start)
            elif name in missing and piece.rows:
                state.last[name] = (piece.written(name) if isinstance(start, str) else piece.values(name))[-1]
        full = piece.replaced(arrays) if arrays else piece
        self._check_known(full)
        for name, labels in self._labels.items():
            self._check_labels(full, name, labels)
        present = [one for one in recipe.derived if one.part != "known"]
        computed = derive.compute(present, full, times, missing, Panel.single(full.rows))
        full = full.replaced(computed if times is None else {**computed, times.column: times.utc})
        return self._with_known(full, state), state

    def _missing(self, piece: Columns, name: str) -> NDArray[np.bool_]:
        if name in self._texts:
            return np.asarray(piece.written(name) == "", np.bool_)
        if piece.column(name).dtype.kind == "M":
            return np.isnat(piece.column(name))
        return np.isnan(piece.values(name)) if name != self._recipe.time else np.zeros(piece.rows, np.bool_)

    def _fill(
        self, piece: Columns, name: str, gone: NDArray[np.bool_], state: SeriesState, start: float | str
    ) -> Array:
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

    def _times(self, piece: Columns, state: SeriesState, recipe: Recipe) -> Times | None:
        """The times of the rows, which must go on from those before in the usual distance."""
        if not recipe.time or recipe.time not in piece.arrays:
            return None
        times = self._read_times(piece, recipe)
        before = state.times.utc if state.times is not None else times.utc[:0]
        known = Times(times.column, np.concatenate([before, times.utc]), times.zone, times.format)
        late = np.flatnonzero(np.diff(known.utc) <= np.timedelta64(0))
        if late.size:
            row = int(late[0]) + 1 - len(before)
            same = known.utc[late[0]] == known.utc[late[0] + 1]
            before_it = f"the row of the same {recipe.group} before" if recipe.group else "the row before"
            raise piece.bad_cell(
                recipe.time,
                row,
                f"is {piece.written(recipe.time)[row]}, {'the time of' if same else 'earlier than'} {before_it}",
                "Sort the rows by time, and keep one for each time.",
            )
        if recipe.step:
            self._check_spacing(piece, known, len(before), recipe)
        state.times = known.take(slice(max(len(known.utc) - PATIENCE, 0), None))
        return times

    def _read_times(self, piece: Columns, recipe: Recipe) -> Times:
        form = "" if piece.column(recipe.time).dtype.kind == "M" else recipe.format
        return read_times(piece, recipe.time, form, recipe.zone)

    def _check_spacing(self, piece: Columns, known: Times, before: int, recipe: Recipe) -> None:
        """Note distances that are not the usual one; three in a row are an error where they are enforced."""
        apart = Spacing(recipe.step, recipe.unit).distances(known)
        apart = usual_distances(apart, known.local, recipe.step, recipe.frequency)
        odd, bad = is_odd(apart, recipe.step), np.flatnonzero(is_other(apart, recipe.step))
        if bad.size and recipe.enforced:
            row = max(int(bad[0]) + 1 - before, 0)
            raise piece.bad_cell(
                recipe.time,
                row,
                f"is {duration(float(apart[bad[0]]), recipe.unit)} after the row before, and the network was trained "
                f"on rows {duration(recipe.step, recipe.unit)} apart",
                "Pass rows at the same distance as in training.",
            )
        new = np.arange(len(apart)) + 1 >= before  # the others were noted with the rows before
        odd, gaps = odd & new, np.flatnonzero((apart > 1.5 * recipe.step) & new)
        if gaps.size:
            row = int(gaps[0]) + 1 - before
            self._say(
                "gap",
                f"{piece.file}: column {recipe.time} has a gap before row {piece.number(row)}; rows are counted, "
                "not times.",
            )
        elif odd.any():
            row = int(np.argmax(odd)) + 1 - before
            self._say(
                "odd",
                f"{piece.file}: column {recipe.time}, row {piece.number(row)} is not "
                f"{duration(recipe.step, recipe.unit)} after the row before; rows are counted, not times.",
            )

    def _with_known(self, full: Columns, state: SeriesState) -> Columns | None:
        """Rows whose later rows are there, with the columns that are known in advance."""
        recipe = self._recipe
        if not recipe.known:
            return full
        present = [one.name for one in recipe.derived if one.part != "known"]
        used = [name for name in dict.fromkeys((recipe.time, *self._base, *present)) if name in full.arrays]
        arrays, first, order = {name: full.arrays[name] for name in used}, full.first, full.order
        if (held := state.held) is not None:
            arrays = {name: _joined([held.arrays[name], array]) for name, array in arrays.items()}
            first = held.first
            order = None if order is None or held.order is None else np.concatenate([held.order, order])
        rows = Columns(full.file, arrays, first, full.unnamed, full.decimal, order=order)
        known = [one for one in recipe.derived if one.part == "known"]
        complete = max(rows.rows - recipe.known, 0)
        state.held = rows.take(slice(complete, None))
        if not complete:
            return None
        return rows.replaced(derive.compute(known, rows, None, {}, Panel.single(rows.rows))).take(slice(complete))


def _together(pieces: Sequence[Columns], places: Array) -> Columns:
    """Rows of several groups in the order of their places (N,)."""
    order = np.argsort(places, kind="stable")
    first = pieces[0]
    arrays = {name: _joined([piece.arrays[name] for piece in pieces])[order] for name in first.arrays}
    numbers = np.concatenate([piece.row_numbers() for piece in pieces])[order]
    return Columns(first.file, arrays, 0, first.unnamed, first.decimal, first.zones, order=numbers - 1)


def _joined(pieces: Sequence[Array]) -> Array:
    """Pieces of a column, as texts if one of them is."""
    kinds = {piece.dtype.kind for piece in pieces}
    if len(kinds) > 1 and "O" in kinds:
        pieces = [Columns("", {"x": piece}).written("x") for piece in pieces]
    return np.concatenate(pieces)
