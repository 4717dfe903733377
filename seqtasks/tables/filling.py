"""Fill in missing values, from the rows before them or from both sides."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def forward(values: NDArray[Any], missing: NDArray[np.bool_], start: Any) -> NDArray[Any]:
    """Each missing value becomes the last known one.

    Args:
        values: (N,)
        missing: (N,)
        start: The value before the first row.

    Example:
        >>> forward(np.array([0.0, 5.0, 0.0]), np.array([True, False, True]), 1.5).tolist()
        [1.5, 5.0, 5.0]
    """
    last = np.maximum.accumulate(np.where(missing, -1, np.arange(len(values))))
    filled = values[np.maximum(last, 0)] if len(values) else values.copy()
    filled[last < 0] = start
    return filled


def between(values: NDArray[np.float64], missing: NDArray[np.bool_], start: float) -> NDArray[np.float64]:
    """Each missing value becomes the one on the line between its known neighbours.

    After the last known value it is that one, and before the first it is ``start``.

    Example:
        >>> between(np.array([2.0, 0.0, 6.0, 0.0]), np.array([False, True, False, True]), 1.0).tolist()
        [2.0, 4.0, 6.0, 6.0]
    """
    known = np.flatnonzero(~missing)
    if not known.size:
        return np.full(len(values), start)
    filled = values.copy()
    places = np.flatnonzero(missing)
    filled[places] = np.interp(places, known, values[known], left=start)
    return filled
