"""The predictions of a network for a file's rows: values in the target's unit, or probabilities of labels."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.recipe import Recipe
from seqtasks.core.task import Encoding
from seqtasks.files.row_encoder import RowEncoder, group_labels
from seqtasks.files.store import Stored
from seqtasks.tables import live
from seqtasks.tables.columns import Columns, before_bad_cell
from seqtasks.tables.frame import as_frame, columns_of
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
        """The predictions of some rows, by a slice or an array of indices."""
        return Predicted(self.rows.take(rows), self.values[rows], self.units[rows])


def rows_of(stored: Stored, data: Any, targets: bool = False) -> Iterator[Columns]:
    """The rows of a file, of standard input for ``-``, or of a frame, some at a time, as they come.

    Args:
        stored: The network and its encoding.
        data: The name of the file, a frame of pandas or polars, or a mapping of columns.
        targets: Whether the targets are read, too, whose labels are texts.
    """
    encoding = stored.encoding
    if isinstance(data, str | PathLike):
        return live.rows_of(fspath(data), encoding.recipe, encoding.targets if targets and encoding.classes else ())
    return iter([columns_of("The frame", as_frame(data))])


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
    for piece in live.Cleaner(encoding.recipe, series.encoder.needed, note, groups).clean(pieces):
        numbers, error = before_bad_cell(piece, series.encoder.numbers)
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


@final
class _Series:
    """A network and the state of each of the series that it predicts.

    Args:
        stored: The network and its encoding.
    """

    def __init__(self, stored: Stored) -> None:
        self._network = stored.network
        self.encoder = RowEncoder(stored.encoding, stored.network.shapes)
        self._states: dict[int, Any] = {}

    def predicted(self, piece: Columns, numbers: Mapping[str, NDArray[np.float64]]) -> Predicted:
        """The predictions for a piece, after which each series has moved on.

        Args:
            piece: The rows, N.
            numbers: Their numbers, checked.
        """
        encoder = self.encoder
        codes, outputs = encoder.codes(piece), list[tuple[NDArray[np.intp], Array]]()
        references = np.zeros((piece.rows, encoder.output_means.shape[1]))
        for code, rows in enumerate(rows_of_each(codes, encoder.series)):
            if not rows.size:
                continue
            inputs, references[rows] = encoder.encoded({name: own[rows] for name, own in numbers.items()}, code)
            state = self._states[code] if code in self._states else self._network.initial_state(1)
            found, self._states[code] = self._network.run(inputs[None], np.zeros((1, len(rows)), np.bool_), state)
            outputs.append((rows, found[0]))
        return Predicted(piece, encoder.values(_in_place(outputs), references, codes), encoder.units(codes))


def _in_place(parts: Sequence[tuple[NDArray[np.intp], Array]]) -> Array:
    """(N, O) outputs that were found for some rows at a time."""
    rows = np.concatenate([rows for rows, _ in parts])
    outputs = np.concatenate([outputs for _, outputs in parts])
    return outputs[np.argsort(rows)]
