"""The predictions of a network for a file's rows: values in the target's unit, or probabilities of labels."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.earlier_rows import EarlierRows
from seqtasks.core.network import Array
from seqtasks.core.recipe import Recipe
from seqtasks.core.task import Encoding, Kind
from seqtasks.files.store import Stored
from seqtasks.tables import live
from seqtasks.tables.columns import Columns, before_bad_cell
from seqtasks.tables.panel import rows_of_each


@final
@dataclass(frozen=True, eq=False)
class Predicted:
    """The predictions for some rows.

    Args:
        rows: The rows, N.
        values: (N, O) in the target's unit for a real target, else (N, K) the probability of each label.
        units: (N, O) what the margins of the encoding are multiplied by: 1, or the scale of the row's group.
    """

    rows: Columns
    values: Array
    units: Array

    def take(self, rows: Any) -> "Predicted":
        """Those of some of the rows, by a slice or an array."""
        return Predicted(self.rows.take(rows), self.values[rows], self.units[rows])


def rows_of(stored: Stored, path: str) -> Iterator[Columns]:
    """The rows of a file, or of standard input for ``-``, some at a time, as they come."""
    return live.rows_of(path, stored.encoding.recipe)


def predictions(
    stored: Stored, pieces: Iterable[Columns], note: Callable[[str], None] = warnings.warn
) -> Iterator[Predicted]:
    """Predict row after row with the state carried on, in the memory of one piece.

    Rows of several groups each carry on the state of their group.

    Args:
        stored: The network and its encoding.
        pieces: The rows, piece by piece.
        note: Receives sentences on what is unusual in the rows.

    Yields:
        The predictions for each piece.

    Raises:
        DataError: If a column is missing, or a cell cannot be used.
    """
    encoding, series = stored.encoding, _Series(stored)
    common = encoding.recipe or Recipe()
    groups = {one.label: one.recipe.applied(common) for one in encoding.groups}
    for piece in live.Cleaner(encoding.recipe, series.needed, note, groups).clean(pieces):
        numbers, error = before_bad_cell(piece, series.numbers)
        count = len(next(iter(numbers.values())))
        if count:
            yield series.predicted(piece.head(count), numbers)
        if error is not None:
            raise error


def last_of_each(encoding: Encoding, pieces: Iterable[Predicted]) -> Iterator[Predicted]:
    """What is predicted from the last row of all, or from the last row of each group."""
    last: dict[str, Predicted] = {}
    for piece in pieces:
        labels = group_labels(encoding, piece.rows)
        last |= {label: piece.take([row]) for label, row in {one: row for row, one in enumerate(labels)}.items()}
    for label in [one.label for one in encoding.groups] or [""]:
        if label in last:
            yield last[label]


def group_labels(encoding: Encoding, rows: Columns) -> list[str]:
    """The label of the group of each row; empty texts where there is one series."""
    if encoding.recipe is None or not encoding.recipe.group:
        return [""] * rows.rows
    return [str(label) for label in rows.labels(encoding.recipe.group).tolist()]


@final
class _Series:
    """A network and, for each of the series that it predicts, its means and scales, its state and its last rows.

    Args:
        stored: The network and its encoding.
    """

    def __init__(self, stored: Stored) -> None:
        self._network, self._encoding = stored.network, stored.encoding
        encoding, groups = stored.encoding, stored.encoding.groups
        outputs = encoding.outputs
        self._places = {one.label: n for n, one in enumerate(groups)}
        self._means = np.array([one.means for one in groups] or [encoding.means])
        self._scales = np.array([one.scales for one in groups] or [encoding.scales])
        self._output_means = np.array([one.output_means for one in groups] or [tuple(one.mean for one in outputs)])
        self._output_scales = np.array([one.output_scales for one in groups] or [tuple(one.scale for one in outputs)])
        self._lags = encoding.lags or (0,) * len(encoding.columns)
        self._referred = {one.column for one in outputs if one.reference is not None}
        self._changing = {name for name, lag in zip(encoding.columns, self._lags, strict=True) if lag}
        self._states: dict[int, Any] = {}
        self._earlier: dict[int, dict[str, EarlierRows]] = {}

    @property
    def needed(self) -> list[str]:
        """The columns that are used, those that are computed included."""
        return [*dict.fromkeys((*self._encoding.columns, *sorted(self._referred)))]

    def numbers(self, piece: Columns) -> dict[str, NDArray[np.float64]]:
        """Each column that is used, checked.

        Raises:
            CellError: If a cell is not a number, not a symbol, or too large for single precision once it is scaled.
        """
        encoding, shapes = self._encoding, self._network.shapes
        if shapes.symbols:
            return {encoding.columns[0]: _symbols(piece, encoding.columns[0], shapes.inputs)}
        numbers, codes = {name: piece.numbers(name) for name in self.needed}, self._codes(piece)
        for place, name in enumerate(encoding.columns):
            with np.errstate(over="ignore", invalid="ignore"):
                scaled = (numbers[name] - self._means[codes, place]) / self._scales[codes, place]
                bad = np.flatnonzero(~np.isfinite(scaled.astype(np.float32)))
            if bad.size:
                raise piece.bad_cell(name, int(bad[0]), f"is {numbers[name][bad[0]]:g}, too large", "Correct the cell.")
        return numbers

    def predicted(self, piece: Columns, numbers: Mapping[str, NDArray[np.float64]]) -> Predicted:
        """The predictions for a piece, after which each series has moved on.

        Args:
            piece: The rows, N.
            numbers: What :meth:`numbers` returned for them.
        """
        codes, shapes = self._codes(piece), self._network.shapes
        outputs: list[tuple[NDArray[np.intp], Array]] = []
        references = np.zeros((piece.rows, len(self._encoding.outputs)))
        for code, rows in enumerate(rows_of_each(codes, len(self._means))):
            if not rows.size:
                continue
            own = {name: column[rows] for name, column in numbers.items()}
            earlier = self._earlier.setdefault(code, self._no_rows())
            inputs = (
                own[self._encoding.columns[0]].astype(np.int32)[:, None] if shapes.symbols else self._inputs(own, code)
            )
            state = self._states[code] if code in self._states else self._network.initial_state(1)
            found, self._states[code] = self._network.run(inputs[None], np.zeros((1, len(rows)), np.bool_), state)
            outputs.append((rows, found[0]))
            for place, one in enumerate(self._encoding.outputs):
                if one.reference is not None:
                    references[rows, place] = earlier[one.column].before(own[one.column], one.reference)
            for name, past in earlier.items():
                past.extend(own[name])
        scales = self._output_scales[codes]
        values = _values(shapes.kind, _in_place(outputs), scales, self._output_means[codes], references)
        return Predicted(piece, values, scales if self._encoding.groups else np.ones_like(scales))

    def _no_rows(self) -> dict[str, EarlierRows]:
        return {name: EarlierRows(self._encoding.earlier_rows) for name in self._referred | self._changing}

    def _codes(self, piece: Columns) -> NDArray[np.intp]:
        """(N,) the series of each row."""
        if not self._places:
            return np.zeros(piece.rows, np.intp)
        return np.array([self._places[label] for label in group_labels(self._encoding, piece)], np.intp)

    def _inputs(self, own: Mapping[str, NDArray[np.float64]], code: int) -> Array:
        """What the network sees of rows of one series, (N, I)."""
        columns, earlier = [], self._earlier[code]
        for place, (name, lag) in enumerate(zip(self._encoding.columns, self._lags, strict=True)):
            values = own[name] - earlier[name].before(own[name], lag) if lag else own[name]
            columns.append(((values - self._means[code, place]) / self._scales[code, place]).astype(np.float32))
        return np.stack(columns, axis=1)


def _in_place(parts: Sequence[tuple[NDArray[np.intp], Array]]) -> Array:
    """(N, O) outputs that were found for some rows at a time."""
    rows = np.concatenate([rows for rows, _ in parts])
    outputs = np.concatenate([outputs for _, outputs in parts])
    return outputs[np.argsort(rows)]


def _symbols(piece: Columns, name: str, count: int) -> NDArray[np.float64]:
    values = piece.numbers(name)
    bad = np.flatnonzero((values != np.floor(values)) | (values < 0) | (values >= count))
    if bad.size:
        raise piece.bad_cell(
            name, int(bad[0]), f"is {values[bad[0]]:g}, not a symbol", f"Use an integer from 0 to {count - 1}."
        )
    return values


def _values(kind: Kind, outputs: Array, scales: Array, means: Array, references: Array) -> Array:
    """As :attr:`Predicted.values`."""
    o = outputs.astype(np.float64)
    match kind:
        case "real":
            if scales.shape[1] == 1:  # without an output layer every unit predicts the number
                o = o.mean(axis=-1, keepdims=True)
            return np.asarray(o * scales + means + references)
        case "binary":
            p = np.exp(-np.logaddexp(0.0, -o))
            return np.concatenate([1.0 - p, p], axis=1)
        case "class":
            return np.exp(o - np.logaddexp.reduce(o, axis=-1, keepdims=True))
