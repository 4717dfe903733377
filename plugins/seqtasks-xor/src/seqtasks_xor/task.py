"""The exclusive or of two past bits: memory alone does not solve it."""

from dataclasses import dataclass
from typing import Annotated, Any, final

from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks.tasks.lagged import AbstractLagTask, Past


@final
@dataclass(frozen=True)
class Xor(AbstractLagTask):
    """Whether exactly one of two past bits is one.

        y[t] = x[t - first] xor x[t - second],  P(x = 1) = 1/2

        first = 1, second = 2:  x = 0 1 1 0 0
                                y = 0 0 1 0 1, the first two of which do not count

    Either bit alone is independent of the target: a predictor with only one of them has a loss of log 2 nats.

    Args:
        first: How many steps ago one of the bits was; 0 is the present.
        second: How many steps ago the other was.

    Example:
        >>> task = Xor(first=1, second=2)
        >>> round(task.knowing((1,)), 6), task.knowing((1, 2))
        (0.693147, 0.0)
    """

    first: Annotated[int, Range(low=0, high=100_000)] = 0
    second: Annotated[int, Range(low=0, high=100_000)] = 1

    kind = "binary"

    def __post_init__(self) -> None:
        """Check that the two lags differ.

        Raises:
            UsageError: If both lags are the same.
        """
        if self.first == self.second:
            raise UsageError(
                f"xor of the bit at lag {self.first} with itself is always 0.",
                "Set first and second to different lags.",
            )
        super().__post_init__()

    @property
    def lags(self) -> tuple[int, ...]:
        """Both lags."""
        return (self.first, self.second)

    def law(self, x: Past) -> NDArray[Any]:
        """x[t - first] xor x[t - second]."""
        return x[self.first] ^ x[self.second]
