"""Multiply the two marked numbers of a sequence."""

from dataclasses import dataclass
from typing import final

from seqtasks.core.task import Yardsticks
from seqtasks_classic_tasks.episode import Floats
from seqtasks_classic_tasks.marked import AbstractMarkedTask


@final
@dataclass(frozen=True)
class Multiplication(AbstractMarkedTask):
    """The product of the two marked numbers, one of each half, at the last step.

        y[length - 1] = x1 x2,  x uniform on [0, 1)

        length = 4:  x    = .3 .8 .1 .5
                     mark =  0  1  1  0
                     y    =  0  0  0 .08, of which the last counts

    Example:
        >>> round(Multiplication().yardsticks().chance, 6)
        0.048611

    Source:
        Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997, experiment 5; the marks as
        in ``adding``.
    """

    def asked(self, first: Floats, second: Floats) -> Floats:
        """x1 x2."""
        return first * second

    def yardsticks(self) -> Yardsticks:
        """Chance is E[x^2]^2 - E[x]^4 = 7/144; with x2 known, E[x2^2] / 12 = 1/36 remains."""
        chance = 7 / 144
        return Yardsticks(chance, chance - self.marked_last * (chance - 1 / 36), 0.0)
