"""The predictions of a network for whole sequences of a user: one for each sequence, or one for each step.

Axis letters: n sequences, T steps, F features, O outputs, K labels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, Final, final

import numpy as np

from seqtasks.core.network import Array
from seqtasks.errors import DataError
from seqtasks.files.forecast import Table, values_by_name
from seqtasks.files.output_file import OutputFile
from seqtasks.files.row_encoder import RowEncoder
from seqtasks.files.store import Stored
from seqtasks.tables.padded import PaddedSequences
from seqtasks.tables.table_file import read_arrays

BATCH: Final = 256  # sequences that are predicted side by side
USED: Final = ("X", "lengths")
UNUSED: Final = ("y", "weights")  # a file for training is one for prediction, too


@final
@dataclass(frozen=True, eq=False)
class PredictedSequences:
    """The predictions for some sequences.

    Args:
        first: How many sequences come before them.
        lengths: (n,) how many steps each has.
        values: (n, O) in the target's unit, or (n, K) the probability of each label; (n, T, ...) of each step.
    """

    first: int
    lengths: Array
    values: Array


def sequences_of(data: Any) -> PaddedSequences:
    """The sequences of an NPZ file with the arrays ``X`` and, if they have several lengths, ``lengths``; or of arrays.

    Args:
        data: The name of the file; or (n, T, F), (n, T) with one feature, or n arrays (T_i, F).

    Raises:
        DataError: If it does not hold sequences.
    """
    if not isinstance(data, str | PathLike):
        return PaddedSequences.of(data, name="The sequences")
    path = fspath(data)
    arrays = read_arrays(path)
    other = next((name for name in arrays if name not in (*USED, *UNUSED)), None)
    if "X" not in arrays or other is not None:
        raise DataError(
            f"{path} has no array X." if other is None else f"{path} has an array {other}.",
            "Save the sequences to predict as X, (n, T, F) or (n, T), and the lengths of padded ones as lengths.",
        )
    return PaddedSequences.of(arrays["X"], arrays.get("lengths"), name=path)


def predicted(stored: Stored, sequences: PaddedSequences) -> Iterator[PredictedSequences]:
    """Predict sequences, each from the initial state, some at a time.

    Raises:
        DataError: If they have other features than those of the training, or a number is too large.
    """
    encoding, shapes = stored.encoding, stored.network.shapes
    encoder = RowEncoder(encoding, shapes)
    n, steps, features = sequences.inputs.shape
    if features != shapes.inputs:
        raise DataError(
            f"The sequences have {features} features, and the network was trained on {shapes.inputs}.",
            "Pass the same features as in training, in the same order.",
        )
    size = min(BATCH, n)
    for first in range(0, n, size):
        part = slice(first, first + size)
        lengths = sequences.lengths[part]
        inputs = np.zeros((size, steps, features), np.float32)  # a last batch that is not full is padded
        with np.errstate(over="ignore"):
            inputs[: len(lengths)] = (sequences.inputs[part] - encoding.means) / np.array(encoding.scales)
        bad = np.argwhere(~np.isfinite(inputs))
        if bad.size:
            place = f"sequence {first + bad[0][0] + 1}, step {bad[0][1] + 1}, feature {bad[0][2] + 1}"
            raise DataError(f"X is too large in {place}.", "Correct it, or leave the sequence out.")
        outputs = stored.network(inputs)[: len(lengths)]
        if encoding.targets_of == "sequence":
            outputs = outputs[np.arange(len(lengths)), lengths - 1]
        rows = outputs.reshape(-1, outputs.shape[-1])
        codes = np.zeros(len(rows), np.intp)
        values = encoder.values(rows, np.zeros((len(rows), len(encoding.outputs))), codes)
        yield PredictedSequences(first, lengths, values.reshape(*outputs.shape[:-1], -1))


def as_table(stored: Stored, one: PredictedSequences) -> Table:
    """Predictions as columns by their names: a line for each sequence, or for each step of it; both count from 1."""
    numbers = one.first + 1 + np.arange(len(one.lengths))
    if stored.encoding.targets_of == "sequence":
        return {"sequence": numbers.tolist(), **values_by_name(stored.encoding, one.values)}
    real = np.arange(one.values.shape[1]) < one.lengths[:, None]
    which, step = np.nonzero(real)
    values = values_by_name(stored.encoding, one.values[real])
    return {"sequence": numbers[which].tolist(), "step": (step + 1).tolist(), **values}


def write(stored: Stored, pieces: Sequence[PredictedSequences], file: OutputFile) -> None:
    """Write an NPZ file: ``y``, of labels also ``p`` and ``labels``, and of steps also ``lengths``.

    ``y`` has a number or label for each sequence (n,), or for each step (n, T); of several targets (n, O) or (n, T, O).
    ``p`` has the probability of each of the ``labels``. What follows the end of a sequence is 0, or the first label.

    Raises:
        DataError: If the file cannot be written.
    """
    encoding = stored.encoding
    values = np.concatenate([one.values for one in pieces])
    lengths = np.concatenate([one.lengths for one in pieces])
    by_step = encoding.targets_of == "step"
    if by_step:
        values[np.arange(values.shape[1]) >= lengths[:, None]] = 0
    arrays: dict[str, Any] = {"lengths": lengths} if by_step else {}
    if encoding.classes:
        labels = np.array(encoding.classes)
        arrays |= {"y": labels[values.argmax(axis=-1)], "p": values, "labels": labels}
    else:
        arrays["y"] = values[..., 0] if values.shape[-1] == 1 else values
    with file.opened() as out:
        np.savez(out, **arrays)
