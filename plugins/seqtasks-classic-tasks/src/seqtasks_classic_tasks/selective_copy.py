"""Repeat symbols placed at random among blanks: what to store depends on the input."""

import math
from dataclasses import dataclass
from typing import Annotated, final

import numpy as np

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.distinct import distinct
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats


@final
@dataclass(frozen=True)
class SelectiveCopy(AbstractEpisodeTask):
    """Symbols at random places among blanks, a marker, then the symbols in their order.

        y[length - tokens + i] = the i-th symbol of x

        length = 9, tokens = 3, symbols = 4:  x = 0 2 0 4 1 5 0 0 0
                                              y = 0 0 0 0 0 0 2 4 1, the last three of which count

    0 is the blank, 1..K are the symbols, K + 1 is the marker. All sets of places before the marker are equally likely;
    the source's code puts each blank before a symbol at random, so that the last symbol stands just before the marker.

    Args:
        length: How many steps an episode has; at least 2 tokens + 1.
        tokens: M, how many symbols are to be repeated.
        symbols: K, how many there are.

    Example:
        >>> round(SelectiveCopy().yardsticks().chance, 3)
        2.639

    Source:
        Poli et al., "Mechanistic design and scaling of hybrid architectures", ICML 2024: selective copying; after
        Gu and Dao, "Mamba", 2023, arXiv:2312.00752.
    """

    length: Annotated[int, Range(low=3, high=100_000)] = 256
    tokens: Annotated[int, Range(low=1, high=1000)] = 16
    symbols: Annotated[int, Range(low=2, high=1000)] = 14

    def __post_init__(self) -> None:
        """Check that the symbols fit the length.

        Raises:
            UsageError: If so.
        """
        shortest = 2 * self.tokens + 1
        if self.length < shortest:
            raise UsageError(
                f"{self.tokens} tokens, a marker and {self.tokens} answers do not fit {self.length} steps.",
                f"Choose a length of at least {shortest}, or fewer tokens.",
            )

    @property
    def shapes(self) -> Shapes:
        """Blank, symbols and marker in; blank and symbols out."""
        return Shapes(self.symbols + 2, self.symbols + 1, "class", symbols=True)

    @property
    def depth(self) -> int:
        """The most steps from a symbol to its answer."""
        return self.length - self.tokens + 1

    @property
    def numbers(self) -> int:
        """One for each position before the marker, and one for each symbol."""
        return self.length - 1

    def episodes(self, u: Floats) -> Episodes:
        """The positions, then the symbols."""
        x = np.zeros((len(u), self.length), np.int64)
        y = np.zeros_like(x)
        places = np.sort(distinct(u[:, : -self.tokens], self.tokens), axis=1)
        y[:, -self.tokens :] = 1 + u[:, -self.tokens :] * self.symbols
        np.put_along_axis(x, places, y[:, -self.tokens :], axis=1)
        x[:, -self.tokens - 1] = self.symbols + 1
        return x, y, np.arange(self.length) >= self.length - self.tokens

    def yardsticks(self) -> Yardsticks:
        """Memoryless equals chance: the input of every answer is a blank, and the symbols are equally likely."""
        return Yardsticks(math.log(self.symbols), math.log(self.symbols), 0.0)
