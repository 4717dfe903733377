"""Hold the sign of the last pulse of each channel."""

from dataclasses import dataclass
from typing import Annotated, final

import numpy as np

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.spec.parameter import Range
from seqtasks.tasks.uniform import Uniforms
from seqtasks_classic_tasks.running import AbstractRunningTask, Floats, Steps


@final
@dataclass(frozen=True)
class FlipFlop(AbstractRunningTask):
    """The sign of the last pulse in each of several channels.

        y[t, i] = x[t, i] where that is not 0, else y[t - 1, i];  P(x = 1) = P(x = -1) = p / 2

        bits = 1:  x = 1 0 0 -1  0 1
                   y = 1 1 1 -1 -1 1, the first of which does not count

    At the first step there is a pulse in every channel. A memory that has to hold for as long as nothing happens.

    Args:
        bits: How many channels there are.
        p: The probability of a pulse, in each channel at each step.

    Example:
        >>> FlipFlop(p=0.25).yardsticks()
        Yardsticks(chance=1.0, memoryless=0.75, optimum=0.0)

    Source:
        Sussillo and Barak, "Opening the black box", Neural Computation 25(3), 2013.
    """

    bits: Annotated[int, Range(low=1, high=1000)] = 3
    p: Annotated[float, Range(above=0, below=1)] = 0.25

    uncounted = 1

    @property
    def shapes(self) -> Shapes:
        """A number in and out for each channel."""
        return Shapes(self.bits, self.bits)

    @property
    def numbers(self) -> int:
        """One for each channel."""
        return self.bits

    def start(self, random: Uniforms, lanes: int) -> Floats:
        """The memory of no pulse: zeros."""
        return np.zeros((lanes, self.bits))

    def advance(self, memory: Floats, u: Floats, first: bool) -> Steps:
        """At each step, the last pulse that is not 0, of those in the memory or drawn since."""
        p = np.full((u.shape[1], 1), self.p)
        p[: int(first)] = 1
        pulses = np.where(u < p / 2, -1.0, np.where(u < p, 1.0, 0.0))
        shown = np.concatenate([memory[:, None], pulses], axis=1)
        times = np.arange(shown.shape[1])[:, None]
        last = np.maximum.accumulate(np.where(shown != 0, times, 0), axis=1)
        held = np.take_along_axis(shown, last, axis=1)
        return Steps(pulses, held[:, 1:], True, False, held[:, -1])

    def yardsticks(self) -> Yardsticks:
        """If the input has no pulse, both signs are equally likely."""
        return Yardsticks(1.0, 1.0 - self.p, 0.0)
