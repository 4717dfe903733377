"""What a sequence estimator learns from: sequences with a target and a weight for each step.

Axis letters: n sequences, T steps, F features, O outputs, B lanes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Chunk
from seqtasks.estimators.inputs import Inputs

Order = NDArray[np.intp]  # indices of sequences


@final
@dataclass(frozen=True, eq=False)
class SequenceDataset:
    """Sequences, each with at least one step whose weight is positive.

    Steps after the end of a sequence have weight 0.

    Args:
        inputs: (n, T, F).
        targets: (n, T, O), or class numbers (n, T, 1).
        weights: (n, T).
        lengths: (n,), the number of steps of each sequence.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    weights: NDArray[Any]
    lengths: NDArray[np.intp]

    @classmethod
    def from_rows(cls, given: Inputs, places: NDArray[np.bool_], targets: NDArray[Any], weights: NDArray[Any]) -> Self:
        """A dataset of the sequences that have a step with a positive weight.

        Weights are scaled to a mean of 1 over the steps with a positive weight.

        Args:
            given: The sequences.
            places: (n, T), the steps that have a target.
            targets: (N, O), the targets of these steps in order.
            weights: (N,), their weights; at least one is positive.
        """
        spread = np.zeros(places.shape)  # in double precision, or twice a weight would not be two of it
        spread[places] = weights / weights[weights > 0].mean()
        wanted = np.zeros((*places.shape, targets.shape[1]), targets.dtype)
        wanted[places] = targets
        kept = spread.any(axis=1)
        return cls(given.values[kept], wanted[kept], spread[kept], given.lengths[kept])

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def steps(self) -> int:
        """T, the number of steps of the longest sequence, padding included."""
        return int(self.weights.shape[1])

    @property
    def counted(self) -> NDArray[np.bool_]:
        """(n, T), whether the step has a positive weight."""
        return self.weights > 0

    def subset(self, indices: Order) -> "SequenceDataset":
        """The sequences with these indices, in this order."""
        return SequenceDataset(
            self.inputs[indices], self.targets[indices], self.weights[indices], self.lengths[indices]
        )

    def chunk(self, order: Order) -> Chunk:
        """The sequences in this order, each an episode in a lane of its own."""
        starts = np.zeros((len(order), self.steps), np.bool_)
        starts[:, 0] = True
        return Chunk(self.inputs[order], self.targets[order], self.weights[order], starts)

    def in_lanes(self, order: Order, lanes: int) -> Chunk:
        """The sequences in this order in B lanes, group after group of B; each group is as long as its longest."""
        groups = [order[first : first + lanes] for first in range(0, len(order), lanes)]
        return joined(
            [padded(self.chunk(group).between(0, int(self.lengths[group].max())), lanes) for group in groups], axis=1
        )


def padded(chunk: Chunk, lanes: int) -> Chunk:
    """A chunk with that many lanes: those of the given one, then lanes in which no step counts.

    Example:
        >>> one = Chunk(np.ones((1, 2, 3)), np.ones((1, 2, 1)), np.ones((1, 2)), np.array([[True, False]]))
        >>> padded(one, 2).weights.tolist()
        [[1.0, 1.0], [0.0, 0.0]]
    """
    missing = lanes - chunk.lanes
    if not missing:
        return chunk
    arrays = (np.pad(array, [(0, missing), *[(0, 0)] * (array.ndim - 1)]) for array in _arrays(chunk))
    filled = Chunk(*arrays)
    filled.starts[chunk.lanes :, 0] = True
    return filled


def joined(chunks: Sequence[Chunk], axis: int) -> Chunk:
    """Chunks as one: one after another in lanes (``axis=0``) or in time (``axis=1``)."""
    return Chunk(*(np.concatenate(arrays, axis=axis) for arrays in zip(*map(_arrays, chunks), strict=True)))


def _arrays(chunk: Chunk) -> tuple[NDArray[Any], ...]:
    return chunk.inputs, chunk.targets, chunk.weights, chunk.starts
