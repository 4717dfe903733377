"""Sequences of a user as one padded array and their lengths."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError

CUBE: Final = 3  # axes of sequences, steps, features


@final
@dataclass(frozen=True, eq=False)
class PaddedSequences:
    """n sequences of at most T steps.

    Args:
        inputs: (n, T, F); 0 after the end of a sequence.
        lengths: (n,) how many steps each has.

    Example:
        >>> found = PaddedSequences.of([[1.0, 2.0], [3.0]], name="training")
        >>> found.inputs[..., 0].tolist(), found.lengths.tolist()
        ([[1.0, 2.0], [3.0, 0.0]], [2, 1])
    """

    inputs: NDArray[np.float64]
    lengths: NDArray[np.intp]

    @classmethod
    def of(cls, X: Any, lengths: Any = None, *, name: str) -> Self:
        """Check arrays, and pad sequences of several lengths.

        Args:
            X: (n, T, F), or n arrays (T_i, F); (n, T) and (T_i,) have one feature.
            lengths: (n,) the lengths of sequences in a padded X; None for T.
            name: The name of the set in messages.

        Raises:
            DataError: If they are no such arrays, or a number is not finite.
        """
        padded, found = _padded(X, f"{name}: X")
        if lengths is not None:
            found = _lengths(lengths, len(padded), padded.shape[1], name)
        real = cls(padded, found).real
        bad = np.argwhere(~np.isfinite(padded) & real[..., None])
        if bad.size:
            where = f"sequence {bad[0][0] + 1}, step {bad[0][1] + 1}, feature {bad[0][2] + 1}"
            raise DataError(
                f"{name}: X is {padded[tuple(bad[0])]} in {where}.", "Fill it in, or leave the sequence out."
            )
        return cls(np.where(real[..., None], padded, 0.0), found)

    @property
    def real(self) -> NDArray[np.bool_]:
        """(n, T) which steps are not padding."""
        return np.arange(self.inputs.shape[1]) < self.lengths[:, None]


def _lengths(lengths: Any, n: int, steps: int, name: str) -> NDArray[np.intp]:
    given = np.asarray(lengths)
    hint = f"Pass {n} integers from 1 to {steps}."
    if given.shape != (n,) or given.dtype.kind not in "iuf":
        raise DataError(f"{name}: lengths has shape {given.shape} for {n} sequences.", hint)
    wrong = np.flatnonzero(~((given >= 1) & (given <= steps) & (given == np.floor(given))))
    if wrong.size:
        raise DataError(f"{name}: the length of sequence {wrong[0] + 1} is {given[wrong[0]]}.", hint)
    return given.astype(np.intp)


def _padded(X: Any, name: str) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """(n, T, F) and the lengths."""
    pieces = X if isinstance(X, list | tuple) else np.asarray(X)
    if isinstance(pieces, np.ndarray) and not pieces.ndim:
        raise DataError(f"{name} is a single {type(X).__name__}.", "Pass an array (n, T, F), or a list of arrays.")
    if not len(pieces):
        raise DataError(f"{name} holds no sequences.", "Pass at least one.")
    try:
        if isinstance(pieces, np.ndarray) and pieces.dtype != object:
            cube = pieces.astype(np.float64, casting="same_kind" if pieces.dtype.kind in "Mmc" else "unsafe")
            cube = cube[..., None] if cube.ndim == CUBE - 1 else cube
            shapes, lengths = {cube.shape[2:]}, np.full(len(cube), cube.shape[1] if cube.ndim > 1 else 0, np.intp)
        else:
            rows = [np.asarray(one, np.float64) for one in pieces]
            rows = [one[:, None] if one.ndim == 1 else one for one in rows]
            shapes, lengths = {one.shape[1:] for one in rows}, np.array([len(one) for one in rows], np.intp)
            cube = filled(rows, lengths)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} does not hold numbers: {error}.", "Pass arrays of numbers.") from error
    if cube.ndim != CUBE or len(shapes) > 1 or not lengths.all() or not cube.shape[2]:
        raise DataError(
            f"{name} does not hold sequences with equal numbers of features and at least one step each.",
            "Pass an array (n, T, F), or a list of arrays (T_i, F).",
        )
    return cube, lengths


def filled(rows: Sequence[NDArray[Any]], lengths: NDArray[np.intp]) -> NDArray[Any]:
    """Arrays of several lengths as one, which is 0 after the end of each."""
    kind = np.result_type(*{row.dtype for row in rows})
    found = np.zeros((len(rows), int(lengths.max()), *rows[0].shape[1:]), kind)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found
