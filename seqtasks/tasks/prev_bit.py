"""The previous bit, negated: the smallest task that needs memory."""

from dataclasses import dataclass
from typing import Any, final

from numpy.typing import NDArray

from seqtasks.tasks.lagged import AbstractLagTask, Past


@final
@dataclass(frozen=True)
class PrevBit(AbstractLagTask):
    """The previous bit, negated, as a number.

        y[t] = 1 - x[t - 1],  P(x = 1) = 1/4

        x = 0 1 0 0
        y = 1 1 0 1, of which the first is not counted

    The present bit is independent of the target: the loss of a predictor without memory is the variance, 3/16.

    Example:
        >>> PrevBit().yardsticks()
        Yardsticks(chance=0.1875, memoryless=0.1875, optimum=0.0)
    """

    lags = (1,)
    kind = "real"
    p = 0.25

    def law(self, x: Past) -> NDArray[Any]:
        """1 - x[t - 1]."""
        return 1 - x[1]
