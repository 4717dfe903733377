"""Standardisation of a column by its training part."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from seqtasks.tables.columns import Columns


@final
@dataclass(frozen=True, slots=True)
class Scaling:
    """z = (x - mean) / scale.

    Args:
        mean: The value that becomes 0.
        scale: The unit: a standard deviation, or 1 if all values are equal.

    Example:
        >>> Scaling.of(np.array([1.0, 3.0]))
        Scaling(mean=2.0, scale=1.0)
        >>> Scaling.of(np.array([7.0, 7.0]))
        Scaling(mean=7.0, scale=1.0)
    """

    mean: float
    scale: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> "Scaling":
        """The mean and standard deviation of finite values, even if their squares overflow."""
        least, greatest = float(values.min()), float(values.max())
        largest = max(greatest, -least) or 1.0
        relative = values / largest
        mean, scale = float(relative.mean()) * largest, float(relative.std()) * largest
        return cls(mean, scale if least < greatest and scale > 0 else 1.0)

    def standardised(self, values: NDArray[np.float64], columns: Columns, name: str) -> NDArray[np.float64]:
        """:func:`standardise` by this mean and scale."""
        return standardise(values, self.mean, self.scale, columns, name, np.arange(len(values)))


def standardise(
    values: NDArray[np.float64],
    mean: float | NDArray[np.float64],
    scale: float | NDArray[np.float64],
    columns: Columns,
    name: str,
    rows: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Standardise finite values.

    Args:
        values: (N,)
        mean: Of all values, or (N,).
        scale: Of all values, or (N,).
        columns: The table that they come from.
        name: The column that they come from.
        rows: (N,) the rows of the table that they belong to.

    Raises:
        CellError: If a z exceeds single precision.
    """
    most = np.finfo(np.float32).max
    with np.errstate(over="ignore", invalid="ignore"):
        z = values - mean
        z /= scale
    if z.size and not (z.min() >= -most and z.max() <= most):  # NaN is neither
        bad = np.flatnonzero(~(np.abs(z) <= most))
        row = int(rows[bad[0]])
        means, scales = np.broadcast_to(mean, z.shape), np.broadcast_to(scale, z.shape)
        raise columns.bad_cell(
            name,
            row,
            f"is {columns.written(name)[row]}, too far from the training part's mean {means[bad[0]]:g} in units of its "
            f"standard deviation {scales[bad[0]]:g}",
            "Correct the cell, or rescale the column.",
        )
    return z
