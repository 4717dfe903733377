"""The data of a task: steps of parallel lanes, and fixed sets of them.

Axis letters: B lanes or sequences, T steps, I inputs, O outputs.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.own_unit import OwnUnit


@final
@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some steps of B parallel lanes.

    Args:
        inputs: (B, T, I) float32, or symbols (B, T, 1) int32.
        targets: (B, T, O) float32, or classes (B, T, 1) int32.
        weights: (B, T) float32; 0 where a step does not count.
        starts: (B, T) bool; true where an episode starts, before whose step the state is reset.
        unit: The own unit of real targets; None if it is that of the encoding.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    weights: NDArray[np.float32]
    starts: NDArray[np.bool_]
    unit: OwnUnit | None = field(default=None, kw_only=True)

    @property
    def lanes(self) -> int:
        """The number of lanes, B."""
        return int(self.weights.shape[0])

    @property
    def steps(self) -> int:
        """The number of steps, T."""
        return int(self.weights.shape[1])

    def between(self, first: int, last: int) -> "Chunk":
        """The steps first <= t < last of every lane."""
        return self._at((slice(None), slice(first, last)))

    def digest(self) -> str:
        """A digest of the content: equal for equal arrays.

        Example:
            >>> one = Chunk(np.zeros((1, 2, 1)), np.zeros((1, 2, 1)), np.ones((1, 2)), np.zeros((1, 2), np.bool_))
            >>> one.digest() == one.between(0, 2).digest() != one.between(0, 1).digest()
            True
        """
        digest = sha256()
        for array in (self.inputs, self.targets, self.weights, self.starts):
            digest.update(f"{array.dtype} {array.shape} ".encode() + np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def lanes_at(self, which: Any) -> "Chunk":
        """The chunk of some lanes, by a slice or an array of lane indices."""
        return self._at(which)

    def _at(self, where: Any) -> "Chunk":
        unit = None if self.unit is None else self.unit.at(where)
        return Chunk(self.inputs[where], self.targets[where], self.weights[where], self.starts[where], unit=unit)


@final
@dataclass(frozen=True, slots=True)
class FixedSets:
    """The sequences of a task whose data are finite.

    Args:
        training: (n, T) sequences to train on.
        validation: Those that decide which epoch is best; None if there are none.
    """

    training: Chunk
    validation: Chunk | None

    @classmethod
    def of(cls, sequences: Chunk, share: float) -> Self:
        """The last ``share`` of the sequences, in [0, 1), is for validation."""
        end = sequences.lanes - round(share * sequences.lanes)
        held = sequences.lanes_at(slice(end, None)) if end < sequences.lanes else None
        return cls(sequences.lanes_at(slice(end)), held)
