"""The training data of a sequence estimator: sequences with a target and a weight for each step.

Axis letters: n sequences, T steps, F features, O outputs, B batch size of an online trainer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Chunk
from seqtasks.estimators.data.sequences import PaddedSequences

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
    def from_rows(
        cls, padded: PaddedSequences, has_target: NDArray[np.bool_], targets: NDArray[Any], weights: NDArray[Any]
    ) -> Self:
        """A dataset of the sequences with a positive weight at one or more steps.

        Weights are scaled to a mean of 1 over the steps with a positive weight.

        Args:
            padded: The sequences.
            has_target: (n, T), whether the step has a target.
            targets: (N, O), the targets of these steps in order.
            weights: (N,), the weights of these steps; at least one is positive.
        """
        step_weights = np.zeros(has_target.shape)  # float64, so that doubling a weight doubles it exactly
        step_weights[has_target] = weights / weights[weights > 0].mean()
        step_targets = np.zeros((*has_target.shape, targets.shape[1]), targets.dtype)
        step_targets[has_target] = targets
        used = step_weights.any(axis=1)
        return cls(padded.values[used], step_targets[used], step_weights[used], padded.lengths[used])

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def steps(self) -> int:
        """T, the number of steps of the longest sequence, padding included."""
        return int(self.weights.shape[1])

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(n, T), whether the step has a positive weight, and so counts in the loss."""
        return self.weights > 0

    def subset(self, indices: Order) -> "SequenceDataset":
        """The sequences with these indices, in this order."""
        return SequenceDataset(
            self.inputs[indices], self.targets[indices], self.weights[indices], self.lengths[indices]
        )

    def chunk(self, order: Order) -> Chunk:
        """The sequences in this order, one episode for each row of the chunk."""
        starts = np.zeros((len(order), self.steps), np.bool_)
        starts[:, 0] = True
        return Chunk(self.inputs[order], self.targets[order], self.weights[order], starts)

    def stream(self, order: Order, batch_size: int) -> Chunk:
        """The sequences in this order, B side by side and group after group; a group is as long as its longest."""
        groups = [order[first : first + batch_size] for first in range(0, len(order), batch_size)]
        return concatenate(
            [pad(self.chunk(group).between(0, int(self.lengths[group].max())), batch_size) for group in groups], axis=1
        )


def pad(chunk: Chunk, batch_size: int) -> Chunk:
    """The chunk with rows of weight 0 added up to that batch size.

    Example:
        >>> one = Chunk(np.ones((1, 2, 3)), np.ones((1, 2, 1)), np.ones((1, 2)), np.array([[True, False]]))
        >>> pad(one, 2).weights.tolist()
        [[1.0, 1.0], [0.0, 0.0]]
    """
    missing = batch_size - chunk.lanes
    if not missing:
        return chunk
    arrays = (np.pad(array, [(0, missing), *[(0, 0)] * (array.ndim - 1)]) for array in _arrays(chunk))
    padded = Chunk(*arrays)
    padded.starts[chunk.lanes :, 0] = True
    return padded


def concatenate(chunks: Sequence[Chunk], axis: int) -> Chunk:
    """Chunks as one, along the batch (``axis=0``) or along time (``axis=1``)."""
    return Chunk(*(np.concatenate(arrays, axis=axis) for arrays in zip(*map(_arrays, chunks), strict=True)))


def _arrays(chunk: Chunk) -> tuple[NDArray[Any], ...]:
    return chunk.inputs, chunk.targets, chunk.weights, chunk.starts
