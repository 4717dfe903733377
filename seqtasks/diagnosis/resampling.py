"""Percentile intervals by resampling lanes, which are independent of one another."""

from collections.abc import Callable
from typing import Final

import numpy as np

from seqtasks.core.network import Array

DRAWS: Final = 200
LEVEL: Final = 0.95


def interval(statistic: Callable[[Array], Array], lanes: int, seed: int = 0) -> tuple[Array, Array]:
    """The 95 % bootstrap interval of a statistic of lanes.

    Args:
        statistic: The numbers of the lanes that were drawn, (B,) integers, to any array.
        lanes: B, how many lanes there are.
        seed: The seed of the draws.

    Returns:
        The lower and the upper end, of the shape of the statistic.

    Example:
        >>> values = np.arange(100.0)
        >>> low, high = interval(lambda drawn: values[drawn].mean(), 100)
        >>> bool(low < 49.5 < high)
        True

    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    random = np.random.default_rng(seed)
    found = np.stack([statistic(random.integers(lanes, size=lanes)) for _ in range(DRAWS)])
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(found, [tail, 1 - tail], axis=0)
    return low, high
