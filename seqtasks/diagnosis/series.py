"""The data of a network as series: in what order its inputs are read, and which steps have a target.

Axis letters: S series, L steps, I inputs, O targets, P points.
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
        >>> series.windows(np.array([0, 3]), 2).tolist()  # x[t], x[t - 1], x[t - 2]
        [[0.0, 0.0, 0.0], [3.0, 2.0, 1.0]]
    """

    inputs: Array
    targets: Array
    counted: Array

    @property
    def steps(self) -> int:
        """L."""
        return int(self.inputs.shape[1])

    def windows(self, points: Array, lag: int, start: int = 0) -> Array:
        """The inputs of points and of the steps before them, (P, (lag + 1) I); zeros before the first step.

        Args:
            points: (P,) places in the flat (S L).
            lag: The longest lag.
            start: If positive, the length of rows: what is before the row of a point is zero, too.
        """
        x = self.inputs.reshape(-1, self.inputs.shape[-1])
        t = points % self.steps % (start or self.steps)
        lags = np.arange(lag + 1)
        places = np.maximum(points[:, None] - lags, 0)
        return np.asarray((x[places] * (lags <= t[:, None])[..., None]).reshape(len(points), -1))

    def target_rows(self, points: Array) -> Array:
        """The targets (P, O) of points."""
        return np.asarray(self.targets.reshape(-1, self.targets.shape[-1])[points])
