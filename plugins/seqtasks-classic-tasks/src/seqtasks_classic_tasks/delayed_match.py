"""Decide whether two noisy stimuli, separated by a delay, are the same."""

import math
from dataclasses import dataclass
from typing import Annotated, Final, final

import numpy as np

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats

GRID: Final = 801  # points of each axis of the integral
REACH: Final = 12.0  # standard deviations


@final
@dataclass(frozen=True)
class DelayedMatch(AbstractEpisodeTask):
    """Delayed match to sample: whether a stimulus is the one shown before the delay.

        x[t] = (fixate?, s1 + noise z, s2 + noise z),  s = (1, 0) or (0, 1) while a stimulus is shown, else (0, 0)
        y[t] = [first stimulus = second stimulus] in the decision steps, the only ones that count

        fixation | first | delay | second | decision
         1 0 0   | 1 1 0 | 1 0 0 | 1 0 1  |  0 0 0        y = 0

    While a stimulus is shown, independent normal noise z is added to it. The steps are those of the source at 100 ms.

    Args:
        fixation: Steps before the first stimulus.
        first: Steps of the first stimulus.
        delay: Steps between the stimuli.
        second: Steps of the second stimulus.
        decision: Steps after it.
        noise: The standard deviation of the noise at each step.

    Example:
        >>> [round(DelayedMatch(noise=s).yardsticks().optimum, 4) for s in (0.1, 1.0, 3.0)]
        [0.0, 0.2527, 0.6675]

    Source:
        Miller, Erickson and Desimone, "Neural mechanisms of visual working memory in prefrontal cortex of the macaque",
        Journal of Neuroscience 16(16), 1996, in the form of Molano-Mazon et al., "NeuroGym", 2022, with two stimuli.
    """

    fixation: Annotated[int, Range(low=0, high=10_000)] = 3
    first: Annotated[int, Range(low=1, high=1000)] = 5
    delay: Annotated[int, Range(low=0, high=100_000)] = 10
    second: Annotated[int, Range(low=1, high=1000)] = 5
    decision: Annotated[int, Range(low=1, high=1000)] = 9
    noise: Annotated[float, Range(low=0, high=10)] = 0.1

    @property
    def shapes(self) -> Shapes:
        """The fixation cue and two stimuli in, a logit out."""
        return Shapes(3, 1, "binary")

    @property
    def length(self) -> int:
        """All five phases."""
        return self.fixation + self.first + self.delay + self.second + self.decision

    @property
    def depth(self) -> int:
        """The steps from the first stimulus to the last decision; without noise, from its last step."""
        return (self.first if self.noise else 1) + self.delay + self.second + self.decision

    @property
    def numbers(self) -> int:
        """One for each stimulus, and two for the noise of each of their steps."""
        return 2 + 2 * (self.first + self.second)

    def episodes(self, u: Floats) -> Episodes:
        """The stimuli, and their noise by the Box-Muller transform."""
        which = u[:, :2] >= 1 / 2
        radius = self.noise * np.sqrt(-2 * np.log(1 - u[:, 2::2]))
        noise = radius[..., None] * np.stack([np.cos(math.tau * u[:, 3::2]), np.sin(math.tau * u[:, 3::2])], axis=2)
        stimuli = np.stack([~which, which], axis=2)
        shown = np.repeat(stimuli, [self.first, self.second], axis=1) + noise
        again = self.fixation + self.first + self.delay
        x = np.zeros((len(u), self.length, 3))
        x[:, : again + self.second, 0] = 1
        x[:, self.fixation : self.fixation + self.first, 1:] = shown[:, : self.first]
        x[:, again : again + self.second, 1:] = shown[:, self.first :]
        decides = np.arange(self.length) >= again + self.second
        return x, (which[:, 0] == which[:, 1])[:, None] & decides, decides

    def yardsticks(self) -> Yardsticks:
        """The optimum is the entropy that remains because of the noise.

        n steps of a stimulus say which it is by a log-odds that is normal, of mean a and variance 2 a with
        a = n / noise^2, in favour of the true one.
        """
        if self.noise == 0:
            return Yardsticks(math.log(2), math.log(2), 0.0)
        first, shares_first = _odds(self.first / self.noise**2)
        second, shares_second = _odds(self.second / self.noise**2)
        match = np.outer(first, second) + np.outer(1 - first, 1 - second)
        # where the odds are near 1 the entropy is lost in rounding; what is lost is less than 1e-14
        entropy = -(_plogp(match) + _plogp(1 - match))
        return Yardsticks(math.log(2), math.log(2), max(0.0, float(shares_first @ entropy @ shares_second)))


def _odds(mean: float) -> tuple[Floats, Floats]:
    """Posteriors of the true stimulus on a grid of its log-odds, and their shares."""
    z = np.linspace(-REACH, REACH, GRID)
    shares = np.exp(-(z**2) / 2)
    log_odds = mean + z * math.sqrt(2 * mean)
    return np.exp(-np.logaddexp(0, -log_odds)), shares / shares.sum()


def _plogp(p: Floats) -> Floats:
    """The function p ln p, which is 0 at 0."""
    q = np.clip(p, 0, 1)
    return q * np.log(np.where(q > 0, q, 1))
