"""Recall the values of earlier keys, several in a sequence."""

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
class AssociativeRecall(AbstractEpisodeTask):
    """Multi-query associative recall: pairs of a key and a value, then each key again, at which its value is asked.

        Key Val Key Val Query     Query
         3   9   1   7    1    4    3    8        y = 7 at the first query, 9 at the second; nothing else counts

    Of V symbols, 1..V/2 - 1 are keys and V/2..V - 1 values; no two keys of an episode are the same, nor two values.
    A query stands g = 0, 1, ... double steps behind the pairs, g drawn without replacement with shares
    (g + 1)^(power - 1); all other steps behind the pairs hold symbols drawn from all V. Targets are symbols, too.

    Args:
        vocabulary: V, an even number; 8192 in the source.
        pairs: How many there are; fewer than V/2.
        length: How many steps an episode has; at least 4 pairs.
        power: How far apart queries lie: near 0 most come early, at 1 everywhere alike.

    Example:
        >>> round(AssociativeRecall(vocabulary=8192).yardsticks().chance, 3)  # log V/2
        8.318

    Source:
        Arora et al., "Zoology: measuring and improving recall in efficient language models", ICLR 2024.
    """

    vocabulary: Annotated[int, Range(low=6, high=8192)] = 64
    pairs: Annotated[int, Range(low=1, high=4000)] = 4
    length: Annotated[int, Range(low=4, high=100_000)] = 64
    power: Annotated[float, Range(above=0, high=1)] = 0.01

    def __post_init__(self) -> None:
        """Check that the pairs fit the vocabulary and the length.

        Raises:
            UsageError: If the vocabulary is odd, or there are too many pairs for it or for the length.
        """
        if self.vocabulary % 2:
            raise UsageError(
                f"A vocabulary of {self.vocabulary} symbols cannot be halved into keys and values.",
                f"Choose an even number, such as {self.vocabulary + 1}.",
            )
        if self.pairs > self.vocabulary // 2 - 1:
            raise UsageError(
                f"{self.pairs} pairs need as many keys; {self.vocabulary} symbols have {self.vocabulary // 2 - 1}.",
                f"Choose a vocabulary of at least {2 * self.pairs + 2}, or fewer pairs.",
            )
        if self.length < 4 * self.pairs:
            raise UsageError(
                f"{self.pairs} pairs and their queries do not fit {self.length} steps.",
                f"Choose a length of at least {4 * self.pairs}, or fewer pairs.",
            )

    @property
    def shapes(self) -> Shapes:
        """V symbols in, and out as classes."""
        return Shapes(self.vocabulary, self.vocabulary, "class", symbols=True)

    @property
    def depth(self) -> int:
        """The steps from the first value to the last place of a query, where the query may be the first key."""
        return 2 * self.pairs + 2 * self._places - 2

    @property
    def numbers(self) -> int:
        """One for each possible key and value, for each place of a query, and for each step after the pairs."""
        return self.vocabulary - 1 + self._places + self.length - 2 * self.pairs

    @property
    def _places(self) -> int:
        """The number of places for a query."""
        return (self.length - 2 * self.pairs) // 2

    def episodes(self, u: Floats) -> Episodes:
        """Pairs, noise, and queries on it."""
        half, context = self.vocabulary // 2, 2 * self.pairs
        for_keys, for_values, for_places, for_noise = np.split(u, np.cumsum([half - 1, half, self._places]), axis=1)
        keys = 1 + distinct(for_keys, self.pairs)
        values = half + distinct(for_values, self.pairs)
        shares = np.arange(1.0, self._places + 1) ** (self.power - 1)
        places = context + 2 * distinct(-np.log1p(-for_places) / shares, self.pairs)
        x = np.empty((len(u), self.length), np.int64)
        x[:, :context:2], x[:, 1:context:2], x[:, context:] = keys, values, for_noise * self.vocabulary
        y, asked = np.zeros_like(x), np.zeros(x.shape, np.bool_)
        np.put_along_axis(x, places, keys, axis=1)
        np.put_along_axis(y, places, values, axis=1)
        np.put_along_axis(asked, places, True, axis=1)
        return x, y, asked

    def yardsticks(self) -> Yardsticks:
        """Memoryless equals chance, because a key alone is independent of its value."""
        chance = math.log(self.vocabulary // 2)
        return Yardsticks(chance, chance, 0.0)
