"""Decide whether the number of ones so far is odd."""

import math
from dataclasses import dataclass
from typing import Annotated, final

import numpy as np

from seqtasks.core.task import Yardsticks
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.bits import AbstractBitsTask, Bits


@final
@dataclass(frozen=True)
class Parity(AbstractBitsTask):
    """The running parity of an episode's bits.

        y[t] = x[0] xor ... xor x[t],  P(x = 1) = 1/2

        x = 0 1 1 0 1
        y = 0 1 0 0 1, all but the first of which count

    Every bit says nothing without all the others. Networks learn it on short episodes, or not at all.

    Args:
        length: How many bits an episode has.

    Example:
        >>> Parity(length=5).sample(seed=0, sequences=1, length=5).weights
        array([[0., 1., 1., 1., 1.]], dtype=float32)

    Source:
        Rumelhart, Hinton and Williams, "Learning internal representations by error propagation", 1986; as a test of
        length, Deletang et al., "Neural networks and the Chomsky hierarchy", ICLR 2023, who ask once, at the end.
    """

    length: Annotated[int, Range(low=2, high=100_000)] = 16

    def asked(self, x: Bits) -> tuple[Bits, Bits]:
        """The parity of the bits so far; it counts from the second bit on."""
        return np.logical_xor.accumulate(x, axis=1), np.arange(self.length) > 0

    def yardsticks(self) -> Yardsticks:
        """Memoryless equals chance, because the parity of the earlier bits is uniform."""
        return Yardsticks(math.log(2), math.log(2), 0.0)
