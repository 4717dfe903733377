"""Decide whether most bits of an episode are ones."""

import math
from dataclasses import dataclass
from typing import Annotated, final

import numpy as np

from seqtasks.core.task import Yardsticks
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.bits import AbstractBitsTask, Bits
from seqtasks_classic_tasks.entropy import entropy


@final
@dataclass(frozen=True)
class Majority(AbstractBitsTask):
    """Whether an episode has more ones than zeros.

        y[length - 1] = [sum_t x[t] > length / 2],  P(x = 1) = 1/2

        x = 0 1 1 0 1
        y = 0 0 0 0 1, of which the last counts

    The present bit helps a little: it is with the majority more often than not.

    Args:
        length: How many bits an episode has, an odd number.

    Example:
        >>> round(Majority(length=3).yardsticks().memoryless, 4)  # H(1/4): the last of three is with them in 3 of 4
        0.5623

    Source:
        A symmetric function by which sequence models are compared, as in Merrill, Sabharwal and Smith, "Saturated
        transformers are constant-depth threshold circuits", TACL 10, 2022.
    """

    length: Annotated[int, Range(low=3, high=1001)] = 21

    def __post_init__(self) -> None:
        """Check that the length excludes a tie.

        Raises:
            UsageError: If the length is even.
        """
        if self.length % 2 == 0:
            raise UsageError(
                f"An episode of length={self.length} can have as many ones as zeros.",
                f"Choose an odd length, such as {self.length + 1}.",
            )

    def asked(self, x: Bits) -> tuple[Bits, Bits]:
        """The target at the last bit: whether ones are the majority."""
        last = np.arange(self.length) == self.length - 1
        return (2 * x.sum(axis=1) > self.length)[:, None] & last, last

    def yardsticks(self) -> Yardsticks:
        """Exact, from the probability that the last bit is in the majority."""
        others = self.length - 1
        tie = math.comb(others, others // 2) / 2**others
        return Yardsticks(math.log(2), entropy([1 + tie, 1 - tie]), 0.0)
