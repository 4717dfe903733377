"""What a short training of a copy led to."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class ShortTraining:
    """The result of training a copy.

    Args:
        loss: At the end, as the training reports it; infinite if it is not a number.
        updates: How many updates it took.
        units: The units of the recurrent layers of the copy.
    """

    loss: float
    updates: int
    units: int
