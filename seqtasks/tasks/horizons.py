"""For which rows after the present one a table's targets are forecast."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, final

from seqtasks.errors import UsageError


@final
@dataclass(frozen=True, slots=True)
class Horizons:
    """For which rows after the present one the target is forecast.

    Args:
        first: The nearest.
        last: The farthest.

    Example:
        >>> list(Horizons.of("1-3")), list(Horizons.of(24))
        ([1, 2, 3], [24])
    """

    first: int
    last: int

    @classmethod
    def of(cls, text: int | str) -> Self:
        """From ``24`` or ``1-24``.

        Raises:
            UsageError: If it is neither.
        """
        found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", str(text).strip(), re.ASCII)
        if found is None or int(found[2] or found[1]) < int(found[1]) or (found[2] and int(found[1]) == 0):
            raise UsageError(
                f"ahead is {str(text)!r}.",
                "ahead takes a number of rows, such as 24, or the first and the last, such as 1-24.",
            )
        return cls(int(found[1]), int(found[2] or found[1]))

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))

    def __len__(self) -> int:
        return self.last + 1 - self.first
