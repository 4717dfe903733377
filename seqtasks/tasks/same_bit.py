"""The present bit, negated: the control that needs no memory."""

from dataclasses import dataclass
from typing import Annotated, Any, final

from numpy.typing import NDArray

from seqtasks.spec.parameter import Range
from seqtasks.tasks.lagged import AbstractLagTask, Past


@final
@dataclass(frozen=True)
class SameBit(AbstractLagTask):
    """The present bit, negated, as a number. A failure on this task is not a lack of memory.

        y[t] = 1 - x[t],  P(x = 1) = p

        x = 0 1 0 0
        y = 1 0 1 1

    Args:
        p: The probability that a bit is one.

    Example:
        >>> SameBit().yardsticks()
        Yardsticks(chance=0.1875, memoryless=0.0, optimum=0.0)
    """

    p: Annotated[float, Range(above=0, below=1)] = 0.25

    lags = (0,)
    kind = "real"

    def law(self, x: Past) -> NDArray[Any]:
        """1 - x[t]."""
        return 1 - x[0]
