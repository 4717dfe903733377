"""Whether rows continue one another: whether what came before a row helps to predict its targets.

Axis letters: N rows, T steps of a row, B rows of a batch.
"""

from dataclasses import dataclass
from typing import Final, final

import numpy as np

from seqtasks.diagnosis.keras_model.data import Data
from seqtasks.diagnosis.objective import Objective
from seqtasks.diagnosis.points import Points
from seqtasks.diagnosis.references import estimate_of
from seqtasks.diagnosis.series import Series
from seqtasks.errors import DataError

BEFORE: Final = 8  # steps before a row that are looked at
FEATURES: Final = 600  # of a window
HELPS: Final = 0.05  # of chance
ROWS: Final = 24  # fewer say nothing


@final
@dataclass(frozen=True, slots=True)
class Gain:
    """What the steps before a row contribute.

    Args:
        without: The loss of a predictor that sees the row up to the target.
        with_earlier: The loss of a predictor that also sees the steps before the row.
        chance: The loss of the best constant.
        certain: Whether the difference is greater than its error.
    """

    without: float
    with_earlier: float
    chance: float
    certain: bool

    @property
    def helps(self) -> bool:
        """Whether the steps before a row help to predict its targets."""
        return self.certain and self.without - self.with_earlier > HELPS * self.chance


def gain_of_earlier_rows(objective: Objective, data: Data, distance: int) -> Gain:
    """The gain of the steps before a row, if row n continues row n - distance.

    Args:
        objective: The loss.
        data: Inputs and targets.
        distance: 1 for rows in the order of time, B for rows that continue one another from batch to batch.

    Raises:
        DataError: If there are too few rows, or if rows are too long to tell.
    """
    overlapping = distance == 1 and data.sliding
    series = data.underlying_series() if overlapping else data.joined_series(distance)
    in_row = 0 if overlapping else data.steps
    lag = BEFORE if data.per_step and not overlapping else data.steps - 1 + BEFORE
    if (lag + 1) * data.features.shape[-1] > FEATURES:
        raise DataError("Whether rows continue one another cannot be tested with rows this long.")
    points = Points(objective, series, data.classes, _chosen(series, data.steps, per_step=data.per_step))
    if len(points.test) < ROWS // 3:
        raise DataError(f"Whether rows continue one another cannot be tested with {len(data.features)} rows.")
    without = points.losses(data.steps - 1) if overlapping else points.losses(lag, in_row)
    within = points.losses(lag)
    difference = estimate_of(without - within)
    certain = difference.low is not None and difference.low > 0
    return Gain(float(without.mean()), float(within.mean()), float(points.constant_losses().mean()), certain)


def _chosen(series: Series, steps: int, *, per_step: bool) -> np.ndarray:
    """The points near the start of a row that is not the first; all that count if each row has one target."""
    points = np.flatnonzero(series.counted)
    t = points % series.steps
    later = t >= steps
    return points[later & (t % steps < BEFORE)] if per_step else points[later]
