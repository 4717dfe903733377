"""The inputs of a network from the rows of a file, series by series, and values from its outputs.

Axis letters: N rows, I inputs, O outputs, K labels.
"""

from collections.abc import Mapping
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.earlier_rows import EarlierRows
from seqtasks.core.network import Array
from seqtasks.core.task import Encoding, Kind, Shapes
from seqtasks.tables.columns import Columns


@final
class RowEncoder:
    """An encoding at work: it remembers the last rows of each series, which changes and references look back at.

    Args:
        encoding: The encoding.
        shapes: The shapes of the network.
    """

    def __init__(self, encoding: Encoding, shapes: Shapes) -> None:
        self._encoding, self._shapes = encoding, shapes
        groups, outputs = encoding.groups, encoding.outputs
        self._places = {one.label: n for n, one in enumerate(groups)}
        self._means = np.array([one.means for one in groups] or [encoding.means])
        self._scales = np.array([one.scales for one in groups] or [encoding.scales])
        self.output_means = np.array([one.output_means for one in groups] or [tuple(one.mean for one in outputs)])
        self.output_scales = np.array([one.output_scales for one in groups] or [tuple(one.scale for one in outputs)])
        self._lags = encoding.lags or (0,) * len(encoding.columns)
        self._referred = {one.column for one in outputs if one.reference is not None}
        self._changing = {name for name, lag in zip(encoding.columns, self._lags, strict=True) if lag}
        self._earlier: dict[int, dict[str, EarlierRows]] = {}

    @property
    def series(self) -> int:
        """The number of series."""
        return len(self._means)

    @property
    def needed(self) -> list[str]:
        """The columns that are used, those that are computed included."""
        return [*dict.fromkeys((*self._encoding.columns, *sorted(self._referred)))]

    def numbers(self, piece: Columns) -> dict[str, NDArray[np.float64]]:
        """Each column that is used, checked.

        Raises:
            CellError: If a cell is not a number, not a symbol, or too large for single precision once it is scaled.
        """
        encoding, shapes = self._encoding, self._shapes
        if shapes.symbols:
            return {encoding.columns[0]: _symbols(piece, encoding.columns[0], shapes.inputs)}
        numbers, codes = {name: piece.numbers(name) for name in self.needed}, self.codes(piece)
        for place, name in enumerate(encoding.columns):
            with np.errstate(over="ignore", invalid="ignore"):
                scaled = (numbers[name] - self._means[codes, place]) / self._scales[codes, place]
                bad = np.flatnonzero(~np.isfinite(scaled.astype(np.float32)))
            if bad.size:
                raise piece.bad_cell(name, int(bad[0]), f"is {numbers[name][bad[0]]:g}, too large", "Correct the cell.")
        return numbers

    def codes(self, piece: Columns) -> NDArray[np.intp]:
        """(N,) the series of each row."""
        if not self._places:
            return np.zeros(piece.rows, np.intp)
        return np.array([self._places[label] for label in group_labels(self._encoding, piece)], np.intp)

    def encoded(self, own: Mapping[str, NDArray[np.float64]], code: int) -> tuple[Array, Array]:
        """The inputs (N, I) and the references (N, O) of the next rows of a series, which has moved on afterwards.

        Args:
            own: What :meth:`numbers` returned for them.
            code: The series.
        """
        encoding, earlier = self._encoding, self._earlier.setdefault(code, self._no_rows())
        if self._shapes.symbols:
            inputs: Array = own[encoding.columns[0]].astype(np.int32)[:, None]
        else:
            inputs = self._inputs(own, code)
        references = np.zeros((len(inputs), len(encoding.outputs)))
        for place, one in enumerate(encoding.outputs):
            if one.reference is not None:
                past, present = earlier[one.column], own[one.column]
                references[:, place] = past.before(present, one.reference)
                if one.change:
                    references[:, place] += present - past.before(present, one.earlier_rows)
        for name, past in earlier.items():
            past.extend(own[name])
        return inputs, references

    def values(self, outputs: Array, references: Array, codes: NDArray[np.intp]) -> Array:
        """Values (N, O) in the target's unit, or the probability of each label (N, K)."""
        scales, means = self.output_scales[codes], self.output_means[codes]
        return np.asarray(_values(self._shapes.kind, outputs, scales, means, references))

    def units(self, codes: NDArray[np.intp]) -> Array:
        """(N, O) what the margins of the encoding are multiplied by: 1, or the scale of the row's group."""
        scales = self.output_scales[codes]
        return scales if self._encoding.groups else np.ones_like(scales)

    def state(self) -> dict[str, dict[str, NDArray[np.float64]]]:
        """The last rows of each series that has begun."""
        return {
            str(code): {name: past.last for name, past in earlier.items()} for code, earlier in self._earlier.items()
        }

    def restore(self, state: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> None:
        """Go back to where :meth:`state` was taken."""
        self._earlier = {int(code): self._no_rows() for code in state}
        for code, earlier in state.items():
            for name, past in self._earlier[int(code)].items():
                past.extend(earlier[name])

    def _no_rows(self) -> dict[str, EarlierRows]:
        return {name: EarlierRows(self._encoding.earlier_rows) for name in self._referred | self._changing}

    def _inputs(self, own: Mapping[str, NDArray[np.float64]], code: int) -> Array:
        """The inputs of the network from rows of one series, (N, I)."""
        columns, earlier = [], self._earlier[code]
        for place, (name, lag) in enumerate(zip(self._encoding.columns, self._lags, strict=True)):
            values = own[name] - earlier[name].before(own[name], lag) if lag else own[name]
            columns.append(((values - self._means[code, place]) / self._scales[code, place]).astype(np.float32))
        return np.stack(columns, axis=1)


def group_labels(encoding: Encoding, rows: Columns) -> list[str]:
    """The label of the group of each row; empty texts where there is one series."""
    if encoding.recipe is None or not encoding.recipe.group:
        return [""] * rows.rows
    return [str(label) for label in rows.labels(encoding.recipe.group).tolist()]


def _symbols(piece: Columns, name: str, count: int) -> NDArray[np.float64]:
    values = piece.numbers(name)
    bad = np.flatnonzero((values != np.floor(values)) | (values < 0) | (values >= count))
    if bad.size:
        raise piece.bad_cell(
            name, int(bad[0]), f"is {values[bad[0]]:g}, not a symbol", f"Use an integer from 0 to {count - 1}."
        )
    return values


def _values(kind: Kind, outputs: Array, scales: Array, means: Array, references: Array) -> Any:
    o = outputs.astype(np.float64)
    match kind:
        case "real":
            if scales.shape[1] == 1:  # without an output layer every unit predicts the number
                o = o.mean(axis=-1, keepdims=True)
            return o * scales + means + references
        case "binary":
            p = np.exp(-np.logaddexp(0.0, -o))
            return np.concatenate([1.0 - p, p], axis=1)
        case "class":
            return np.exp(o - np.logaddexp.reduce(o, axis=-1, keepdims=True))
