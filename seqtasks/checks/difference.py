"""The largest difference between two arrays."""

from typing import Any

import numpy as np


def difference(one: Any, other: Any) -> float:
    """The largest absolute difference of two arrays; infinite if a value is not finite or the shapes differ.

    A plain maximum could hide NaN: ``max(0.0, nan)`` is 0.

    Example:
        >>> difference([1.0, 2.0], [1.0, 2.5]), difference([1.0], [float("nan")])
        (0.5, inf)
    """
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if one.shape != other.shape or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return float("inf")
    return float(np.abs(one - other).max(initial=0.0))
