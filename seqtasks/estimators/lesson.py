"""What a sequence estimator learns from, and how trainers are fed it.

Axis letters: n sequences, T steps, F features, O outputs, B lanes.
"""

from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Chunk
from seqtasks.estimators.inputs import Inputs


@final
@dataclass(frozen=True, eq=False)
class Lesson:
    """Sequences with targets and weights, of which at least one step counts each.

    Args:
        chunk: The sequences side by side, each an episode; behind their last steps, and last of all a sequence, of
            which nothing counts.
        lengths: (n,), how many steps each has.
    """

    chunk: Chunk
    lengths: NDArray[np.intp]

    @classmethod
    def of(cls, given: Inputs, places: NDArray[np.bool_], targets: NDArray[Any], weights: NDArray[Any]) -> Self:
        """Those of the sequences that count.

        Weights are scaled to a mean of 1 over the steps that count.

        Args:
            given: The sequences.
            places: (n, T), the steps that have a target.
            targets: (N, O), theirs, behind one another.
            weights: (N,), theirs; not all 0.
        """
        spread: NDArray[Any] = np.zeros(places.shape)  # in double precision, or twice a weight would not be two of it
        spread[places] = weights / weights[weights > 0].mean()
        wanted = np.zeros((*places.shape, targets.shape[1]), targets.dtype)
        wanted[places] = targets
        kept = spread.any(axis=1)
        starts = np.zeros((kept.sum() + 1, places.shape[1]), np.bool_)
        starts[:, 0] = True
        sequences, wanted, spread = (_and_nothing(values[kept]) for values in (given.values, wanted, spread))
        return cls(Chunk(sequences, wanted, spread, starts), given.lengths[kept])

    @property
    def sequences(self) -> int:
        """How many there are, n."""
        return len(self.lengths)

    def part(self, which: NDArray[np.intp]) -> "Lesson":
        """Some of the sequences."""
        return Lesson(self.chunk.lanes_at(np.append(which, self.sequences)), self.lengths[which])

    def fed(self, order: NDArray[np.intp], lanes: int | None) -> Chunk:
        """The sequences in that order, for a trainer of so many lanes.

        Args:
            order: The sequences' numbers.
            lanes: B, in which sequences follow one another, group by group; None for each in a lane of its own.
        """
        if lanes is None:
            return self.chunk.lanes_at(order)
        nothing = np.full(-len(order) % lanes, self.sequences)
        groups = np.append(order, nothing).reshape(-1, lanes)
        longest = np.append(self.lengths, 0)[groups].max(axis=1)
        pieces = [self.chunk.lanes_at(group).between(0, int(last)) for group, last in zip(groups, longest, strict=True)]
        return Chunk(*(np.concatenate(each, axis=1) for each in zip(*map(_arrays, pieces), strict=True)))


def _arrays(chunk: Chunk) -> tuple[NDArray[Any], ...]:
    return chunk.inputs, chunk.targets, chunk.weights, chunk.starts


def _and_nothing(values: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([values, np.zeros_like(values, shape=(1, *values.shape[1:]))])
