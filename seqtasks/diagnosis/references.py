"""The losses that a network is compared with, and how far back the inputs help."""

from dataclasses import dataclass
from typing import Final, final

import numpy as np

from seqtasks.comparison.estimate import Estimate
from seqtasks.diagnosis.objective import Floats, Objective
from seqtasks.diagnosis.points import Points
from seqtasks.diagnosis.series import Series
from seqtasks.errors import DataError

LAGS: Final = (0, 1, 2, 4, 8, 16, 32, 64)
FEWEST: Final = 24  # targets: predictors are fitted to two thirds of them
FEATURES: Final = 20_000  # of the longest window: more take gigabytes
SAME: Final = 0.05  # of the gap between chance and the best: a longer window must gain more
NEGLIGIBLE: Final = 0.01  # of chance: a loss that no longer window needs to improve
NORMAL: Final = 1.96


@final
@dataclass(frozen=True, slots=True)
class References:
    """Losses without a network.

    Args:
        chance: Of the best constant.
        memoryless: Of the best predictor that sees the present input only.
        optimum: Of the best predictor that sees the past.
        lag: How many steps back the inputs still help; None if unknown.
        lag_low: The least lag that the data allow.
        lag_high: The greatest.
        windows: The loss by the longest lag in the window, for a figure.
        exact: Whether the losses follow from the law of the task; else predictors are fitted to the data.
    """

    chance: Estimate
    memoryless: Estimate
    optimum: Estimate
    lag: int | None
    lag_low: int | None = None
    lag_high: int | None = None
    windows: tuple[tuple[int, float], ...] = ()
    exact: bool = False

    @property
    def gap(self) -> float:
        """Chance less optimum, at least 0."""
        return max(self.chance.value - self.optimum.value, 0.0)

    def skill(self, loss: float) -> float:
        """(chance - loss) / (chance - optimum); 0 without a gap."""
        return (self.chance.value - loss) / self.gap if self.gap > 0 else 0.0


def estimate_of(losses: Floats) -> Estimate:
    """The mean of losses in the order of time, with an interval from the means of blocks.

    Example:
        >>> str(estimate_of(np.tile([0.0, 1.0], 100)))
        '0.500 (0.500 to 0.500)'
    """
    blocks = np.array_split(losses, min(20, len(losses)))
    means = np.array([block.mean() for block in blocks])
    error = NORMAL * means.std(ddof=1) / np.sqrt(len(means)) if len(means) > 1 else 0.0
    value = float(losses.mean())
    return Estimate(value, value - float(error), value + float(error))


def fitted_references(objective: Objective, series: Series, classes: int = 0) -> References:
    """References by predictors that are fitted to windows of the series.

        loss(k) = the loss, on points left out of the fit, of a predictor of y[t] from x[t], x[t - 1], ..., x[t - k]

    The optimum is the least loss over k, which is an upper bound of the optimum over all predictors. The lag is the
    least k whose loss is as good as the least one.

    Args:
        objective: The loss.
        series: The data.
        classes: The number of classes; 0 for other kinds.

    Raises:
        DataError: If there are too few targets to fit to and to test on.
    """
    count = int(np.count_nonzero(series.counted))
    if count < FEWEST:
        raise DataError(
            f"{count} {'target says' if count == 1 else 'targets say'} nothing about chance and the optimum: at least "
            f"{FEWEST} are needed.",
            "Pass all rows that you fitted to.",
        )
    points = Points(objective, series, classes)
    chance = points.constant_losses()
    by_lag: dict[int, Floats] = {}
    for lag in _lags(series):
        by_lag[lag] = points.losses(lag)
        if abs(by_lag[lag].mean()) <= NEGLIGIBLE * abs(chance.mean()):  # the least loss of a likelihood is unknown
            break
    best = min(by_lag, key=lambda lag: float(by_lag[lag].mean()))
    lag = _least_lag(chance, by_lag, best, points)
    return References(
        chance=estimate_of(chance),
        memoryless=estimate_of(by_lag[0]),
        optimum=estimate_of(by_lag[best]),
        lag=lag,
        lag_low=max((each for each in by_lag if each < lag), default=-1) + 1,
        lag_high=max(lag, best),
        windows=tuple(sorted((each, float(losses.mean())) for each, losses in by_lag.items())),
    )


def _lags(series: Series) -> list[int]:
    """The lags to try: those that half of the points have, and the longest if all of them have it."""
    t = np.flatnonzero(series.counted) % series.steps
    longest = min(int(np.median(t)), LAGS[-1], max(FEATURES // series.inputs.shape[-1] - 1, 0))
    return [lag for lag in LAGS if lag < longest] + [longest]


def _least_lag(chance: Floats, by_lag: dict[int, Floats], best: int, points: Points) -> int:
    """The least lag as good as the best, by bisection; adds what it measures to ``by_lag``."""
    bound = SAME * max(float(chance.mean() - by_lag[best].mean()), 0.0)

    def good(lag: int) -> bool:
        difference = estimate_of(by_lag[lag] - by_lag[best])
        return difference.value <= bound or (difference.low is not None and difference.low <= 0)

    high = min(lag for lag in by_lag if good(lag))
    low = max((lag for lag in by_lag if lag < high), default=-1)
    while high - low > 1:
        middle = (low + high) // 2
        by_lag[middle] = points.losses(middle)
        low, high = (low, middle) if good(middle) else (middle, high)
    return high
