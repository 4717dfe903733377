"""Marks inside ``Annotated[...]`` that tell a parameter's range, or that it names an entry of a shelf."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Range:
    """Which numbers are allowed; in a list, for each of them.

    low <= value <= high and above < value < below, each only where given.

    Args:
        low: The least allowed value.
        high: The greatest allowed value.
        above: What the value must exceed.
        below: What the value must stay under.

    Example:
        >>> Range(low=1).holds(0)
        False
        >>> str(Range(above=0, high=1))
        'above 0, at most 1'
    """

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None

    def holds(self, value: float) -> bool:
        """Whether ``value`` is allowed."""
        return (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        bounds = {"at least": self.low, "above": self.above, "at most": self.high, "below": self.below}
        return ", ".join(f"{word} {bound}" for word, bound in bounds.items() if bound is not None)


@final
@dataclass(frozen=True, slots=True)
class Names:
    """The parameter takes the name of an entry, whose own settings are passed by dotted keys.

    Args:
        shelf: The shelf the entry stands on, such as ``optimizers``.
    """

    shelf: str
