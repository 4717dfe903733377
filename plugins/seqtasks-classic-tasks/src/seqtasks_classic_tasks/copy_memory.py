"""Repeat a pattern after a delay."""

import math
from dataclasses import dataclass
from typing import Annotated, final

import numpy as np

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.entropy import conditional_entropy, entropy
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats


@final
@dataclass(frozen=True)
class CopyMemory(AbstractEpisodeTask):
    """A pattern, ``delay`` steps from its end to the last before the answer, then the pattern again.

        y[t] = x[t - delay - pattern] in the last ``pattern`` of delay + 2 pattern steps, 0 before

        delay = 3, pattern = 2, symbols = 4:  x = 2 4 0 0 5 0 0
                                              y = 0 0 0 0 0 2 4

    0 is the blank, 1..K are the symbols, K + 1 is the marker that asks for the answer. Who knows when to answer but
    not what loses ``pattern`` log K / (delay + 2 pattern), the baseline of the literature.

    Args:
        delay: T, how many steps from the pattern's last to the marker.
        pattern: M, how many symbols are to be repeated.
        symbols: K, how many there are.
        recall_only: Whether only the last ``pattern`` steps count.

    Example:
        >>> round(CopyMemory(delay=100).knowing_when(), 4), round(CopyMemory(recall_only=True).yardsticks().chance, 3)
        (0.1733, 2.079)

    Source:
        Arjovsky, Shah and Bengio, "Unitary evolution recurrent neural networks", ICML 2016; after
        Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997.
    """

    delay: Annotated[int, Range(low=1, high=100_000)] = 20
    pattern: Annotated[int, Range(low=1, high=1000)] = 10
    symbols: Annotated[int, Range(low=2, high=1000)] = 8
    recall_only: bool = False

    @property
    def shapes(self) -> Shapes:
        """Blank, symbols and marker in; blank and symbols out."""
        return Shapes(self.symbols + 2, self.symbols + 1, "class", symbols=True)

    @property
    def length(self) -> int:
        """The pattern, the delay, the answer."""
        return self.delay + 2 * self.pattern

    @property
    def depth(self) -> int:
        """The steps from each symbol to its repetition."""
        return self.delay + self.pattern + 1

    @property
    def numbers(self) -> int:
        """One for each symbol."""
        return self.pattern

    def episodes(self, u: Floats) -> Episodes:
        """The pattern at the start of x and at the end of y."""
        x = np.zeros((len(u), self.length), np.int64)
        y = np.zeros_like(x)
        x[:, : self.pattern] = y[:, -self.pattern :] = 1 + u * self.symbols
        x[:, self.pattern + self.delay - 1] = self.symbols + 1
        return x, y, np.arange(self.length) >= (self.length - self.pattern) * self.recall_only

    def yardsticks(self) -> Yardsticks:
        """From the joint table of input (a symbol or the marker, or a blank) and target."""
        recall = np.r_[0.0, np.full(self.symbols, self.pattern / self.symbols)]
        blank = np.eye(1, self.symbols + 1)[0]
        if self.recall_only:
            joint = recall[None]
        else:
            joint = np.stack([(self.pattern + 1) * blank, (self.delay - 1) * blank + recall])
        return Yardsticks(entropy(joint.sum(axis=0)), conditional_entropy(joint), 0.0)

    def knowing_when(self) -> float:
        """The loss of a predictor that counts the steps and stores no symbol."""
        counted = self.pattern if self.recall_only else self.length
        return self.pattern * math.log(self.symbols) / counted
