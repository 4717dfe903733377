"""Episodes of bits, of which one question is asked."""

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Shapes
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats

Bits = NDArray[np.bool_]


class AbstractBitsTask(AbstractEpisodeTask):
    """A bit at each step, one with probability 1/2, and a bit to tell. Subclasses are final, and say ``length``."""

    @abstractmethod
    def asked(self, x: Bits) -> tuple[Bits, Bits]:
        """Targets (E, L) for bits (E, L), and at which steps (L,) they count."""

    @property
    def shapes(self) -> Shapes:
        """A bit in, a logit out."""
        return Shapes(1, 1, "binary")

    @property
    def numbers(self) -> int:
        """One for each bit."""
        return self.length

    def episodes(self, u: Floats) -> Episodes:
        """Bits, and what is asked of them."""
        x = u >= 1 / 2
        return x, *self.asked(x)
