"""What a network says of a user's rows: values in the target's own unit, labels and probabilities, never logits."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Encoding
from seqtasks.files.store import Stored
from seqtasks.tables import live
from seqtasks.tables.columns import CellError, Columns

HALF: Final = 0.5


def names(stored: Stored) -> list[str]:
    """The columns of a prediction: the target's name, then the probability of each label where there are labels."""
    return [stored.encoding.target, *(f"p({label})" for label in stored.encoding.classes)]


def rows_of(stored: Stored, path: str) -> Iterator[Columns]:
    """The rows of a file, or of standard input for ``-``, some at a time, as they come."""
    return live.rows_of(path, stored.encoding.recipe)


def predictions(
    stored: Stored, pieces: Iterable[Columns], note: Callable[[str], None] = warnings.warn
) -> Iterator[list[Sequence[float | str]]]:
    """Predict row after row with the state carried on, in the memory of one piece.

    Args:
        stored: The network, and how rows become inputs.
        pieces: The rows, piece by piece.
        note: Receives sentences on what is unusual in the rows.

    Yields:
        For each piece its predictions' columns, as :func:`names` names them.

    Raises:
        DataError: If a column is missing, or a cell cannot be used.
    """
    network = stored.network
    state = network.initial_state(1)
    for piece in live.Cleaner(stored.encoding.recipe, stored.encoding.columns, note).clean(pieces):
        inputs, error = _usable(stored, piece)
        if len(inputs):
            outputs, state = network.run(inputs[None], np.zeros((1, len(inputs)), np.bool_), state)
            yield _readable(network, stored.encoding, outputs[0])
        if error is not None:
            raise error


def _usable(stored: Stored, piece: Columns) -> tuple[Array, CellError | None]:
    """The inputs of the rows before the first bad cell, and its error."""
    error: CellError | None = None
    while True:
        try:
            return _inputs(stored, piece), error
        except CellError as earlier:  # in a column after that of the error before it
            piece, error = piece.head(earlier.row), earlier


def _inputs(stored: Stored, piece: Columns) -> Array:
    encoding, shapes = stored.encoding, stored.network.shapes
    if shapes.symbols:
        return _symbols(piece, encoding.columns[0], shapes.inputs)[:, None]
    columns = []
    for name, mean, scale in zip(encoding.columns, encoding.means, encoding.scales, strict=True):
        values = piece.numbers(name)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = ((values - mean) / scale).astype(np.float32)
        bad = np.flatnonzero(~np.isfinite(scaled))
        if bad.size:
            raise piece.bad_cell(name, int(bad[0]), f"is {values[bad[0]]:g}, too large", "Correct the cell.")
        columns.append(scaled)
    return np.stack(columns, axis=1)


def _symbols(piece: Columns, name: str, count: int) -> NDArray[np.int32]:
    values = piece.numbers(name)
    bad = np.flatnonzero((values != np.floor(values)) | (values < 0) | (values >= count))
    if bad.size:
        raise piece.bad_cell(
            name, int(bad[0]), f"is {values[bad[0]]:g}, not a symbol", f"Symbols are the integers 0 to {count - 1}."
        )
    return values.astype(np.int32)


def _readable(network: AbstractNetwork, encoding: Encoding, outputs: Array) -> list[Sequence[float | str]]:
    o = outputs.astype(np.float64)
    match network.shapes.kind:
        case "real":  # without a readout every unit is a prediction of the one number
            return [(o.mean(axis=-1) * encoding.target_scale + encoding.target_mean).tolist()]
        case "binary":
            p = np.exp(-np.logaddexp(0.0, -o[:, 0]))
            labels = [encoding.classes[int(one > HALF)] for one in p]
            return [labels, (1.0 - p).tolist(), p.tolist()]
        case "class":
            probabilities = np.exp(o - np.logaddexp.reduce(o, axis=-1, keepdims=True))
            labels = [encoding.classes[k] for k in probabilities.argmax(axis=-1)]
            return [labels, *probabilities.T.tolist()]
