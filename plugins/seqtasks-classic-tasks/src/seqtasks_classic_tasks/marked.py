"""Base of tasks on two marked numbers of a sequence."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from seqtasks.core.task import Shapes
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats


@dataclass(frozen=True)
class AbstractMarkedTask(AbstractEpisodeTask):
    """A number and a mark at each step. One number of each half is marked.

    Args:
        length: How many steps an episode has, the last of which counts.
    """

    length: Annotated[int, Range(low=2, high=100_000)] = 100

    @abstractmethod
    def asked(self, first: Floats, second: Floats) -> Floats:
        """The target, from the two marked numbers, uniform on [0, 1)."""

    @property
    def shapes(self) -> Shapes:
        """A number and its mark in, a number out."""
        return Shapes(2, 1)

    @property
    def numbers(self) -> int:
        """One for each step, and one for the position of each mark."""
        return self.length + 2

    @property
    def marked_last(self) -> float:
        """The probability that the last step is marked: 1 / (steps of the second half)."""
        return 1 / (self.length - self.length // 2)

    def episodes(self, u: Floats) -> Episodes:
        """Numbers and marks. The target is at every step of y, but only the last step counts."""
        values, half, rows = u[:, : self.length], self.length // 2, np.arange(len(u))
        first = (u[:, -2] * half).astype(np.int64)
        second = half + (u[:, -1] * (self.length - half)).astype(np.int64)
        marks = np.zeros_like(values)
        marks[rows, first] = marks[rows, second] = 1
        y = self.asked(values[rows, first], values[rows, second])
        last = np.arange(self.length) == self.length - 1
        return np.stack([values, marks], axis=2), y[:, None] * last, last
