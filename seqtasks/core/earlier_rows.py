"""The values of earlier rows, for changes and reference forecasts that look back."""

from typing import final

import numpy as np
from numpy.typing import NDArray


@final
class EarlierRows:
    """The last rows of a column that is read in pieces.

    Before the first row of all, the column is taken to have had its first value.

    Args:
        rows: How many earlier rows can be asked for.

    Example:
        >>> earlier = EarlierRows(2)
        >>> earlier.before(np.array([1.0, 2.0, 3.0]), 1)
        array([1., 1., 2.])
        >>> earlier.extend(np.array([1.0, 2.0, 3.0]))
        >>> earlier.before(np.array([4.0, 5.0]), 2)
        array([2., 3.])
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._last: NDArray[np.float64] = np.empty(0)

    @property
    def last(self) -> NDArray[np.float64]:
        """The rows that are remembered, oldest first; another object extended by them is equal to this one."""
        return self._last

    def before(self, values: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
        """For each value (N,) of the next piece, the value ``lag`` rows before it."""
        known = np.concatenate([self._last, values])
        return known[np.maximum(np.arange(len(values)) + len(self._last) - lag, 0)]

    def extend(self, values: NDArray[np.float64]) -> None:
        """Move on over a piece."""
        known = np.concatenate([self._last, values])
        self._last = known[max(len(known) - self._rows, 0) :]
