"""An estimated number and its 95 % interval."""

from dataclasses import dataclass
from typing import Self, final


@final
@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its 95 % interval.

    Args:
        value: The number.
        low: The lower end; None if there are too few seeds for an interval.
        high: The upper end; None if there are too few seeds.

    Example:
        >>> str(Estimate(0.9123, 0.85, 0.96)), str(Estimate(0.5, None, None))
        ('0.912 (0.850 to 0.960)', '0.500')
    """

    value: float
    low: float | None
    high: float | None

    def complement(self) -> Self:
        """The same of 1 less the number, such as the probability of the contrary."""
        low, high = (None if end is None else 1 - end for end in (self.high, self.low))
        return type(self)(1 - self.value, low, high)

    def __str__(self) -> str:
        return f"{self.value:.3f}" + ("" if self.low is None else f" ({self.low:.3f} to {self.high:.3f})")
