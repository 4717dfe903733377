"""The data of a network as series: in what order its inputs are read, and which steps have a target.

Axis letters: S series, L steps, I inputs, O targets.
"""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class Series:
    """Series of steps in the order in which time passes.

    Args:
        inputs: (S, L, I).
        targets: (S, L, O); classes are (S, L, 1) integers. Where nothing counts, any number.
        counted: (S, L), whether the step has a target that counts.

    Example:
        >>> series = Series(np.arange(6.0).reshape(1, 6, 1), np.zeros((1, 6, 1)), np.ones((1, 6), bool))
        >>> series.windows(2)[0, 3].tolist()  # x[3], x[2], x[1]
        [3.0, 2.0, 1.0]
    """

    inputs: Array
    targets: Array
    counted: Array

    def windows(self, lag: int) -> Array:
        """The inputs of a step and of the steps before it, (S, L, (lag + 1) I); zeros before the first step."""
        return lagged(self.inputs, range(lag + 1))

    @property
    def steps(self) -> int:
        """L."""
        return int(self.inputs.shape[1])


def lagged(values: Array, lags: range) -> Array:
    """The values (S, L, I) of each of those lags next to each other, (S, L, lags I); zeros before the first step."""
    columns = []
    for lag in lags:
        column = np.zeros_like(values)
        column[:, lag:] = values[:, : values.shape[1] - lag]
        columns.append(column)
    return np.concatenate(columns, axis=-1)
