"""Predict the next bracket of a well-nested word, whose past is a stack."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, final

import numpy as np

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.entropy import conditional_entropy
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats


@final
@dataclass(frozen=True)
class Dyck(AbstractEpisodeTask):
    """The next bracket of a word whose brackets close in the reverse order of their opening.

        y[t] = b[t],  x[0] = start,  x[t] = b[t - 1]

        types = 2, length = 6:  x = | ( [ ] ( )
                                y = ( [ ] ( ) )

    All words of ``length`` brackets that are nowhere nested more deeply than ``nesting`` are equally likely. Of k
    types, 0..k - 1 open, k..2 k - 1 close and 2 k is the start. With N(length, nesting) words of one type the best
    predictor loses (log N + length / 2 log k) / length at each step, every one of which counts.

    Args:
        types: k, how many types of brackets there are.
        length: How many brackets a word has, an even number.
        nesting: How many brackets may be open at once.

    Example:
        >>> round(Dyck(types=1, length=6, nesting=3).yardsticks().optimum, 6)  # log(5) / 6: five words
        0.26824

    Source:
        Suzgun, Gehrmann, Belinkov and Shieber, "Memory-augmented recurrent neural networks can learn generalized Dyck
        languages", 2019, arXiv:1911.03329; of bounded depth, Hewitt et al., EMNLP 2020.
    """

    types: Annotated[int, Range(low=1, high=1000)] = 2
    length: Annotated[int, Range(low=2, high=1000)] = 20
    nesting: Annotated[int, Range(low=1, high=500)] = 5

    def __post_init__(self) -> None:
        """Check that a word can be complete, and that there is more than one.

        Raises:
            UsageError: If the length is odd, or all brackets are known beforehand.
        """
        if self.length % 2:
            raise UsageError(
                f"A word of length={self.length} leaves a bracket open, because the length is odd.",
                f"Choose an even length, such as {self.length + 1}.",
            )
        if self.types == 1 and (self.length == len("()") or self.nesting == 1):
            raise UsageError(
                f"Only one word has {self.length} brackets of one type, nested at most {self.nesting} deep.",
                "Choose more types, or greater length and nesting.",
            )

    @property
    def shapes(self) -> Shapes:
        """Brackets and the start in, brackets out."""
        return Shapes(2 * self.types + 1, 2 * self.types, "class", symbols=True)

    @property
    def depth(self) -> int:
        """The steps from the first bracket to its partner at the end; 1 without nesting.

        One input less is not enough: after ( ) a word of four closes if a bracket was open before, else opens.
        """
        return self.length - 1 if min(self.nesting, self.length // 2) > 1 else 1

    @property
    def numbers(self) -> int:
        """Two for each bracket: whether it opens, and its type."""
        return 2 * self.length

    def episodes(self, u: Floats) -> Episodes:
        """All words at once, one bracket after another."""
        rows, stack = np.arange(len(u)), np.zeros((len(u), self.nesting), np.int64)
        depth = np.zeros(len(u), np.int64)
        x = np.full((len(u), self.length + 1), 2 * self.types)
        drawn = (u[:, 1::2] * self.types).astype(np.int64)
        for t in range(self.length):
            opens = u[:, 2 * t] < self._opening[t, depth]
            after = depth + np.where(opens, 1, -1)
            place = np.minimum(depth, after)
            kind = np.where(opens, drawn[:, t], stack[rows, place])
            stack[rows, place] = kind
            x[:, t + 1] = kind + np.where(opens, 0, self.types)
            depth = after
        return x[:, :-1], x[:, 1:], np.ones(self.length)

    def yardsticks(self) -> Yardsticks:
        """Exact, from the distribution of the depth at each step."""
        k = self.types
        start, opening, closing = joint = np.zeros((3, 2 * k))  # what is seen; all types are alike, one stands for all
        opened, closed = np.zeros(self.nesting + 1), np.zeros(self.nesting + 1)  # shares of depths behind such brackets
        for t, opens in enumerate(self._opening):
            if t == 0:
                start[:k] += 1 / k
            opening[:k] += opened @ opens / k
            opening[k] += opened @ (1 - opens)
            closing[:k] += closed @ opens / k
            closing[k:] += closed @ (1 - opens) / k
            depths = opened + closed + (np.arange(self.nesting + 1) == 0) * (t == 0)
            opened, closed = np.roll(depths * opens, 1), np.roll(depths * (1 - opens), -1)
        optimum = (math.log(self._words[0][0]) + self.length / 2 * math.log(k)) / self.length
        return Yardsticks(math.log(2 * k), conditional_entropy(joint), optimum)

    @cached_property
    def _words(self) -> list[list[int]]:
        """The number of ways to complete a word, at each step (length + 1) from each depth (nesting + 1)."""
        ways = [[1] + [0] * self.nesting]
        for _ in range(self.length):
            later = [0, *ways[0], 0]
            ways.insert(0, [later[d] + later[d + 2] for d in range(self.nesting + 1)])
        return ways

    @cached_property
    def _opening(self) -> Floats:
        """(length, nesting + 1): the probability that the next bracket opens, at each step from each depth."""
        chances = [
            [(later[d + 1] / here[d] if here[d] and d < self.nesting else 0.0) for d in range(self.nesting + 1)]
            for here, later in zip(self._words, self._words[1:], strict=False)
        ]
        return np.array(chances)
