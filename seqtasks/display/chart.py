"""A loss curve drawn with characters, between chance and optimum."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

BARS: Final = " ▁▂▃▄▅▆▇█"


def chart(losses: Sequence[float], chance: float, optimum: float, width: int, height: int) -> list[str]:
    """Lines from the top (chance) to the bottom (optimum); losses above chance touch the top.

    Each column is the mean of its share of the losses; the least of them is still a line on the floor.

    Example:
        >>> chart([1.0, 0.5, 0.0], chance=1.0, optimum=0.0, width=3, height=2)
        ['█  ', '██▁']
    """
    columns = _columns(losses, width)
    span = (chance - optimum) or 1.0
    eighths = [max(1, round(8 * height * min(1.0, (value - optimum) / span))) for value in columns]
    return ["".join(BARS[min(8, max(0, fill - 8 * row))] for fill in eighths) for row in reversed(range(height))]


def _columns(losses: Sequence[float], width: int) -> list[float]:
    count = len(losses)
    used = min(width, count)
    edges = [count * i // used for i in range(used + 1)] if used else []
    return [sum(losses[a:b]) / (b - a) for a, b in pairwise(edges)]
