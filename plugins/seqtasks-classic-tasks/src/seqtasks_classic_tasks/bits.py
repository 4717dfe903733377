"""Base of tasks with episodes of random bits and a binary target."""

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Shapes
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats

Bits = NDArray[np.bool_]


class AbstractBitsTask(AbstractEpisodeTask):
    """A random bit at each step, and a binary target. Subclasses are final and define ``length``."""

    @abstractmethod
    def asked(self, x: Bits) -> tuple[Bits, Bits]:
        """Targets (E, L) for bits (E, L), and which steps (L,) count."""

    @property
    def shapes(self) -> Shapes:
        """A bit in, a logit out."""
        return Shapes(1, 1, "binary")

    @property
    def numbers(self) -> int:
        """One for each bit."""
        return self.length

    def episodes(self, u: Floats) -> Episodes:
        """The bits and their targets."""
        x = u >= 1 / 2
        return x, *self.asked(x)
