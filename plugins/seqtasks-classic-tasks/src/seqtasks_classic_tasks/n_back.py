"""Decide whether a symbol equals the one of n steps before."""

from dataclasses import dataclass
from typing import Annotated, Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.spec.parameter import Range
from seqtasks.tasks.lagged import AbstractLagTask, Past


@final
@dataclass(frozen=True)
class NBack(AbstractLagTask):
    """Whether the current symbol equals the one of n steps before.

        y[t] = [x[t] = x[t - n]],  P(x = k) = 1/K

        n = 2:  x = 3 1 3 0 2
                y = 0 0 1 0 0, the first two of which do not count

    Args:
        n: How many steps ago.
        symbols: K, how many symbols there are.

    Example:
        >>> [round(NBack(symbols=k).yardsticks().chance, 4) for k in (4, 8)]  # H(1/K)
        [0.5623, 0.3768]

    Source:
        Kirchner, "Age differences in short-term retention of rapidly changing information", Journal of Experimental
        Psychology 55(4), 1958.
    """

    n: Annotated[int, Range(low=1, high=100_000)] = 2
    symbols: Annotated[int, Range(low=2, high=1000)] = 4

    kind = "binary"

    @property
    def lags(self) -> tuple[int, ...]:
        """Lags 0 and n."""
        return (0, self.n)

    def law(self, x: Past) -> NDArray[Any]:
        """1 where both symbols are equal, else 0."""
        return np.equal(x[0], x[self.n])
