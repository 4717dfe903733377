"""Classify the order of two or three marks."""

import math
from dataclasses import dataclass
from typing import Annotated, Final, final

import numpy as np

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats

NOISE: Final = 4  # a, b, c, d
X, START, END = 4, 6, 7  # Y is X + 1
EARLIEST: Final = {2: (10, 50), 3: (10, 33, 66)}  # in hundredths of the length


@final
@dataclass(frozen=True)
class TemporalOrder(AbstractEpisodeTask):
    """The order of two or three marks, each X or Y, among distractor symbols, at the last step.

        y[length - 1] = sum_i 2^i (mark i is Y)

        x = E b a X d c ... a Y c ... d B        y = 2 at B, the only step that counts

    a, b, c, d are the symbols 0..3, X and Y are 4 and 5, the start E is 6, the end B is 7. The first mark comes in the
    second tenth of the episode; of two, the second in the tenth that starts at its middle; of three, the others in
    those that start at 33 and 66 hundredths. All episodes have one length, where the source draws it from 100 to 110.

    Args:
        marks: 2 (the source's 6a, four classes) or 3 (6b, eight).
        length: How many steps an episode has.

    Example:
        >>> [round(TemporalOrder(marks=m).yardsticks().chance, 4) for m in (2, 3)]
        [1.3863, 2.0794]

    Source:
        Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997, experiment 6.
    """

    marks: Annotated[int, Range(low=2, high=3)] = 2
    length: Annotated[int, Range(low=20, high=100_000)] = 100

    @property
    def shapes(self) -> Shapes:
        """Eight symbols in; a class for every order."""
        return Shapes(END + 1, 2**self.marks, "class", symbols=True)

    @property
    def depth(self) -> int:
        """The steps from the earliest first mark to the end."""
        return self.length - self.length // 10

    @property
    def numbers(self) -> int:
        """One for each step, and two for each mark: its position and its kind."""
        return self.length + 2 * self.marks

    def episodes(self, u: Floats) -> Episodes:
        """The distractors, with the marks in their places."""
        x = (u[:, : self.length] * NOISE).astype(np.int64)
        where, which = np.split(u[:, self.length :], 2, axis=1)
        earliest = np.array(EARLIEST[self.marks]) * self.length // 100
        places = earliest + (where * (self.length // 10)).astype(np.int64)
        is_y = which >= 1 / 2
        np.put_along_axis(x, places, X + is_y, axis=1)
        x[:, 0], x[:, -1] = START, END
        last = np.arange(self.length) == self.length - 1
        return x, (is_y @ 2 ** np.arange(self.marks))[:, None] * last, last

    def yardsticks(self) -> Yardsticks:
        """Memoryless equals chance: every order is equally likely, and the last symbol is always the same."""
        chance = self.marks * math.log(2)
        return Yardsticks(chance, chance, 0.0)
