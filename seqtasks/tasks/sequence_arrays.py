"""Sequences of a user as padded arrays: checked, with their lengths and weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.tables.padded import CUBE, PaddedSequences, filled

PerStep = Literal["auto", "step", "sequence"]

MOST: Final = 1e6  # the greatest weight


@final
@dataclass(frozen=True, eq=False)
class SequenceArrays:
    """n sequences of at most T steps.

    Args:
        inputs: (n, T, F); 0 after the end of a sequence.
        lengths: (n,) how many steps each has.
        targets: (n, T, O) numbers, or (n, T) labels. The target of a whole sequence is that of its last step.
        weights: (n, T) how much a step counts; 0 where it has no target.
        by_step: Whether each step has a target of its own.
    """

    inputs: NDArray[np.float64]
    lengths: NDArray[np.intp]
    targets: NDArray[Any]
    weights: NDArray[np.float32]
    by_step: bool

    @classmethod
    def of(cls, X: Any, y: Any, weights: Any = None, lengths: Any = None, *, name: str, per: PerStep) -> Self:
        """Check arrays, and pad sequences of several lengths.

        Args:
            X: (n, T, F), or n arrays (T_i, F); (n, T) and (T_i,) have one feature.
            y: (n,) or (n, O) for a target of each sequence; (n, T) or (n, T, O), or n arrays (T_i,) or (T_i, O), for
                one of each step.
            weights: (n,) of each sequence, or (n, T) of each step; None for 1.
            lengths: (n,) the lengths of sequences in a padded X; None for T.
            name: The name of the set in messages.
            per: Whether targets are those of steps or of sequences; ``auto`` takes the shape.

        Raises:
            DataError: If shapes do not fit together, or a number is not finite.
        """
        padded = PaddedSequences.of(X, lengths, name=name)
        n, steps = padded.inputs.shape[:2]
        targets, by_step = _targets(y, n, steps, padded.lengths, per, name)
        counted = padded.real if by_step else np.arange(steps) == padded.lengths[:, None] - 1
        return cls(padded.inputs, padded.lengths, targets, _weights(weights, counted, name), by_step)

    def take(self, which: NDArray[np.intp]) -> "SequenceArrays":
        """Some of the sequences, by a slice or an array of indices."""
        arrays = (self.inputs[which], self.lengths[which], self.targets[which], self.weights[which])
        return SequenceArrays(*arrays, self.by_step)

    @property
    def labels(self) -> NDArray[Any] | None:
        """(n,) the target of each sequence, where a sequence has one label."""
        if self.targets.ndim == CUBE or (np.count_nonzero(self.weights, axis=1) > 1).any():
            return None
        return np.asarray(self.targets[np.arange(len(self.lengths)), self.lengths - 1])

    @property
    def real(self) -> NDArray[np.bool_]:
        """(n, T) which steps are not padding."""
        return PaddedSequences(self.inputs, self.lengths).real


def _targets(
    y: Any, n: int, steps: int, lengths: NDArray[np.intp], per: PerStep, name: str
) -> tuple[NDArray[Any], bool]:
    """(n, T, O) or (n, T), and whether each step has its own."""
    if not isinstance(y, list | tuple) and not np.ndim(y):
        raise DataError(f"{name}: y is a single {type(y).__name__}.", "Pass a target for each sequence or step.")
    pieces = y if isinstance(y, list | tuple) else np.asarray(y)
    if len(pieces) and not isinstance(pieces[0], str) and np.ndim(pieces[0]) and len({*map(len, pieces)}) > 1:
        own = [_plain(np.asarray(one), name) for one in pieces]
        if [len(one) for one in own] != lengths.tolist():
            raise DataError(f"{name}: y and X have sequences of different lengths.", "Pass a target for each step.")
        array = filled(own, lengths)
    else:
        array = _plain(np.asarray(pieces), name)
    if len(array) != n or array.ndim > CUBE:
        raise DataError(f"{name}: y has shape {array.shape} for {n} sequences.", "Pass a target for each sequence.")
    by_step = array.ndim > 1 and array.shape[1] == steps if per == "auto" else per == "step"
    if by_step and (array.ndim == 1 or array.shape[1] != steps):
        raise DataError(
            f"{name}: y has shape {array.shape} for sequences of {steps} steps.", "Choose targets=sequence, or pad y."
        )
    if not by_step:
        array = np.repeat(array[:, None], steps, axis=1)
    if array.dtype.kind not in "fc" and array.ndim == CUBE and array.shape[2] == 1:
        array = array[..., 0]  # labels in a column
    return array, by_step


def _plain(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Objects, as pandas has texts, as an array of their own type.

    Raises:
        DataError: If they are of several types, or neither numbers nor texts.
    """
    if array.dtype == object:
        kinds = {type(cell) for cell in array.ravel()}
        if len(kinds) == 1 and kinds <= {str, bool, int, float}:
            array = np.array(array.tolist())
    if array.dtype.kind not in "biufUS":
        raise DataError(f"{name}: y holds neither numbers nor texts of one type.", "Pass numbers or texts.")
    return array


def _weights(weights: Any, counted: NDArray[np.bool_], name: str) -> NDArray[np.float32]:
    if weights is None:
        return counted.astype(np.float32)
    try:
        given = np.asarray(weights, np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name}: weights does not hold numbers: {error}.", "Pass numbers of at least 0.") from error
    if given.shape not in (counted.shape, counted.shape[:1]):
        raise DataError(
            f"{name}: weights has shape {given.shape}.",
            f"Pass a weight for each sequence, {counted.shape[:1]}, or for each step, {counted.shape}.",
        )
    if not ((given >= 0) & (given <= MOST)).all():
        raise DataError(f"{name}: a weight is negative or not finite.", f"Pass weights from 0 to {MOST:g}.")
    return np.asarray(np.where(counted, given if given.ndim > 1 else given[:, None], 0.0), np.float32)


def sets_of(arrays: Mapping[str, NDArray[Any]], file: str, per: PerStep) -> dict[str, SequenceArrays]:
    """The sets of a file by their names: ``X_train``, ``y_train``, ``lengths_train``, and so on; ``X`` and ``y`` alone.

    Raises:
        DataError: If X or y of a set is missing, or a name is not one of these.
    """
    found: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in arrays.items():
        part, _, group = name.partition("_")
        if part not in ("X", "y", "weights", "lengths") or group not in ("", "train", "validation", "test"):
            raise DataError(
                f"{file} has an array {name}.",
                "Its arrays are X and y, or X_train, y_train, X_validation, y_validation, X_test and y_test, each also "
                "with weights and lengths.",
            )
        found.setdefault(group, {})[part] = array
    if not found or ("" in found and len(found) > 1):
        raise DataError(
            f"{file} has arrays with and without the name of a set.",
            "Name them X and y, or X_train, y_train, and so on.",
        )
    for group, parts in found.items():
        absent = next((part for part in ("X", "y") if part not in parts), None)
        if absent is not None:
            raise DataError(f"{file} has no array {absent}{'_' * bool(group)}{group}.", "Add it.")
    return {
        group or "train": SequenceArrays.of(**parts, name=f"{file}{', ' * bool(group)}{group}", per=per)
        for group, parts in found.items()
    }
