"""The predictions of a network for a file's rows: values in the target's unit, or probabilities of labels."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.earlier_rows import EarlierRows
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Encoding
from seqtasks.files.store import Stored
from seqtasks.tables import live
from seqtasks.tables.columns import Columns, before_bad_cell


@final
@dataclass(frozen=True, eq=False)
class Predicted:
    """The predictions for some rows.

    Args:
        rows: The rows, N.
        values: (N, O) in the target's unit for a real target, else (N, K) the probability of each label.
    """

    rows: Columns
    values: Array


def rows_of(stored: Stored, path: str) -> Iterator[Columns]:
    """The rows of a file, or of standard input for ``-``, some at a time, as they come."""
    return live.rows_of(path, stored.encoding.recipe)


def predictions(
    stored: Stored, pieces: Iterable[Columns], note: Callable[[str], None] = warnings.warn
) -> Iterator[Predicted]:
    """Predict row after row with the state carried on, in the memory of one piece.

    Args:
        stored: The network and its encoding.
        pieces: The rows, piece by piece.
        note: Receives sentences on what is unusual in the rows.

    Yields:
        The predictions for each piece.

    Raises:
        DataError: If a column is missing, or a cell cannot be used.
    """
    network, encoding = stored.network, stored.encoding
    state = network.initial_state(1)
    referred = {one.column for one in encoding.outputs if one.reference is not None}
    changing = {name for name, lag in zip(encoding.columns, encoding.lags, strict=False) if lag}
    earlier = {name: EarlierRows(encoding.earlier_rows) for name in referred | changing}
    needed = [*dict.fromkeys((*encoding.columns, *sorted(referred)))]
    for piece in live.Cleaner(encoding.recipe, needed, note).clean(pieces):
        numbers, error = before_bad_cell(piece, lambda rows: _numbers(stored, rows, referred))
        inputs = _inputs(stored, numbers, earlier)
        if len(inputs):
            outputs, state = network.run(inputs[None], np.zeros((1, len(inputs)), np.bool_), state)
            references = _references(encoding, numbers, earlier)
            yield Predicted(piece.head(len(inputs)), _values(network, encoding, outputs[0], references))
            for name, rows in earlier.items():
                rows.extend(numbers[name])
        if error is not None:
            raise error


def _numbers(stored: Stored, piece: Columns, referred: set[str]) -> dict[str, NDArray[np.float64]]:
    """Each column that is used, checked.

    Raises:
        CellError: If a cell is not a number, not a symbol, or too large for single precision once it is scaled.
    """
    encoding, shapes = stored.encoding, stored.network.shapes
    if shapes.symbols:
        return {encoding.columns[0]: _symbols(piece, encoding.columns[0], shapes.inputs)}
    numbers = {name: piece.numbers(name) for name in dict.fromkeys((*encoding.columns, *sorted(referred)))}
    for name, mean, scale in zip(encoding.columns, encoding.means, encoding.scales, strict=True):
        with np.errstate(over="ignore", invalid="ignore"):
            bad = np.flatnonzero(~np.isfinite(((numbers[name] - mean) / scale).astype(np.float32)))
        if bad.size:
            raise piece.bad_cell(name, int(bad[0]), f"is {numbers[name][bad[0]]:g}, too large", "Correct the cell.")
    return numbers


def _inputs(stored: Stored, numbers: Mapping[str, NDArray[np.float64]], earlier: Mapping[str, EarlierRows]) -> Array:
    """What the network sees, (N, I)."""
    encoding = stored.encoding
    if stored.network.shapes.symbols:
        return numbers[encoding.columns[0]].astype(np.int32)[:, None]
    columns = []
    for name, mean, scale, lag in zip(
        encoding.columns, encoding.means, encoding.scales, encoding.lags or (0,) * len(encoding.columns), strict=True
    ):
        values = numbers[name] - earlier[name].before(numbers[name], lag) if lag else numbers[name]
        columns.append(((values - mean) / scale).astype(np.float32))
    return np.stack(columns, axis=1)


def _references(
    encoding: Encoding, numbers: Mapping[str, NDArray[np.float64]], earlier: Mapping[str, EarlierRows]
) -> Array:
    """The reference forecast of each output, (N, O); 0 where there is none."""
    rows = len(next(iter(numbers.values())))
    each = [
        np.zeros(rows) if one.reference is None else earlier[one.column].before(numbers[one.column], one.reference)
        for one in encoding.outputs
    ]
    return np.stack(each, axis=1)


def _symbols(piece: Columns, name: str, count: int) -> NDArray[np.float64]:
    values = piece.numbers(name)
    bad = np.flatnonzero((values != np.floor(values)) | (values < 0) | (values >= count))
    if bad.size:
        raise piece.bad_cell(
            name, int(bad[0]), f"is {values[bad[0]]:g}, not a symbol", f"Use an integer from 0 to {count - 1}."
        )
    return values


def _values(network: AbstractNetwork, encoding: Encoding, outputs: Array, references: Array) -> Array:
    """As :attr:`Predicted.values`."""
    o = outputs.astype(np.float64)
    match network.shapes.kind:
        case "real":
            if len(encoding.outputs) == 1:  # without an output layer every unit predicts the number
                o = o.mean(axis=-1, keepdims=True)
            scales, means = ([getattr(one, name) for one in encoding.outputs] for name in ("scale", "mean"))
            return np.asarray(o * scales + means + references)
        case "binary":
            p = np.exp(-np.logaddexp(0.0, -o))
            return np.concatenate([1.0 - p, p], axis=1)
        case "class":
            return np.exp(o - np.logaddexp.reduce(o, axis=-1, keepdims=True))
