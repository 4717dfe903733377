"""Vectorised draws without replacement."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def distinct(u: NDArray[np.float64], count: int) -> NDArray[Any]:
    """The positions of the ``count`` smallest numbers of each row, in ascending order.

    Of numbers that are independent and alike, every ordered choice is equally likely; of exponential ones divided by
    weights, it is that of drawing by these weights one after the other (Efraimidis and Spirakis, 2006).

    Args:
        u: (E, N)
        count: How many, 1..N.

    Returns:
        (E, count), indices 0..N-1, no two of a row alike.

    Example:
        >>> distinct(np.array([[0.5, 0.1, 0.9, 0.3]]), count=2)
        array([[1, 3]])
    """
    least = np.argpartition(u, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(u, least, axis=1), axis=1)
    return np.take_along_axis(least, order, axis=1)
