"""Short trainings of copies at other learning rates."""

from dataclasses import dataclass
from typing import Final, final

FACTORS: Final = (0.1, 10.0, 0.01, 100.0, 0.001, 1000.0)
"""Times the learning rate of the training, the nearest first."""


@final
@dataclass(frozen=True, slots=True)
class RateProbe:
    """The losses of copies that were trained for some steps at other learning rates.

    Args:
        rate: The learning rate of the training that is explained.
        loss: Its loss after as many steps.
        others: The other learning rates and the losses that they lead to.
        steps: After how many steps or epochs the losses were taken.
        share: Those as a share of the whole training.
    """

    rate: float
    loss: float
    others: tuple[tuple[float, float], ...]
    steps: int
    share: float

    @property
    def best(self) -> tuple[float, float]:
        """The other learning rate with the least loss, and that loss."""
        return min(self.others, key=lambda one: one[1])
