"""Which distances of rows in order of time are another than the usual one."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

PATIENCE: Final = 3  # distances in a row that show another spacing, not single gaps
_TOLERANCE: Final = 1e-6  # of the usual distance


def is_odd(apart: NDArray[np.float64], step: NDArray[np.float64] | float) -> NDArray[np.bool_]:
    """(N - 1,) which distances are no multiple of the usual one.

    Args:
        apart: (N - 1,) the distances.
        step: The usual one, or (N - 1,) that of each.

    Example:
        >>> is_odd(np.array([0.5, 1.0, 2.5, 3.0]), 1.0).tolist()
        [True, False, True, False]
    """
    return (np.abs(apart / step - np.round(apart / step)) >= _TOLERANCE) | (apart < step / 2)


def is_other(apart: NDArray[np.float64], step: NDArray[np.float64] | float) -> NDArray[np.bool_]:
    """(N - 1,) which distances end three in a row that are equal and another, or no multiple of the usual one.

    Args:
        apart: As of :func:`is_odd`.
        step: As of :func:`is_odd`.

    Example:
        >>> is_other(np.array([1.0, 7, 7, 7, 7, 1]), 1.0).tolist()
        [False, False, False, True, True, False]
    """
    odd, unusual = is_odd(apart, step), apart != step
    found = np.zeros(len(apart), np.bool_)
    if len(apart) >= PATIENCE:
        last = np.lib.stride_tricks.sliding_window_view(apart, PATIENCE)
        equal = (last == last[:, -1:]).all(axis=1) & unusual[PATIENCE - 1 :]
        found[PATIENCE - 1 :] = equal | np.lib.stride_tricks.sliding_window_view(odd, PATIENCE).all(axis=1)
    return found
