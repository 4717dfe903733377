"""Add the two marked numbers of a sequence."""

from dataclasses import dataclass
from typing import final

from seqtasks.core.task import Yardsticks
from seqtasks_classic_tasks.episode import Floats
from seqtasks_classic_tasks.marked import AbstractMarkedTask


@final
@dataclass(frozen=True)
class Adding(AbstractMarkedTask):
    """The sum of the two marked numbers, one of each half, at the last step.

        y[length - 1] = x1 + x2,  x uniform on [0, 1)

        length = 4:  x    = .3 .8 .1 .5
                     mark =  0  1  1  0
                     y    =  0  0  0 .9, of which the last counts

    The present input helps only where it is the second of the marked numbers.

    Example:
        >>> round(Adding().yardsticks().chance, 6)
        0.166667

    Source:
        Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997, experiment 4; in the form
        of Arjovsky, Shah and Bengio, ICML 2016.
    """

    def asked(self, first: Floats, second: Floats) -> Floats:
        """x1 + x2."""
        return first + second

    def yardsticks(self) -> Yardsticks:
        """Chance follows from the variance of a number, 1/12."""
        return Yardsticks(1 / 6, 1 / 6 - self.marked_last / 12, 0.0)
