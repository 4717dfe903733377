"""How far what was found is from what it should be."""

from typing import Any

import numpy as np


def difference(one: Any, other: Any) -> float:
    """The greatest difference between two arrays' numbers; infinite where one is not finite or shapes differ.

    So that no number that is none passes for a small difference: ``max(0.0, nan)`` is 0.

    Example:
        >>> difference([1.0, 2.0], [1.0, 2.5]), difference([1.0], [float("nan")])
        (0.5, inf)
    """
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if one.shape != other.shape or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return float("inf")
    return float(np.abs(one - other).max(initial=0.0))
