"""Real series, one row after another: sunspots, and carbon dioxide in the air."""

from dataclasses import dataclass

import numpy as np
from statsmodels.datasets import co2, sunspots

SUNSPOTS_FROM, CO2_FROM = 100, 500  # rows before are learned, and settings were chosen by them


@dataclass(frozen=True, eq=False)
class Stream:
    """What is known when each row comes, and how the next value then differs from this one.

    Args:
        x: (T, F), known by then.
        y: (T,), the change to the next value, in units of ``scale``.
        scale: (T,), the root of the mean square of all changes so far.
        below: (T,), how far the mean of all values so far is from the present one.
        judged: Which rows are.
    """

    x: np.ndarray
    y: np.ndarray
    scale: np.ndarray
    below: np.ndarray
    judged: slice

    @classmethod
    def of(cls, values, judged, known=()):
        """A stream of a series, with further known features of each row except the first and the last."""
        changes, counts = np.diff(values), np.arange(1, len(values) + 1)
        mean = np.cumsum(values) / counts
        spread = np.sqrt(np.cumsum(values**2) / counts - mean**2)
        scale = np.sqrt(np.cumsum(changes**2) / counts[:-1])
        now = slice(1, -1)
        level = (values[now] - mean[now]) / spread[now]
        x = np.column_stack([level, changes[:-1] / scale[:-1], *known])
        return cls(x, changes[1:] / scale[:-1], scale[:-1], mean[now] - values[now], judged)

    def error(self, predictions, since=0):
        """The mean absolute error of forecasts of the rows since that one, on those that are judged, in their unit."""
        judged = slice(self.judged.start - since, self.judged.stop and self.judged.stop - since)
        return float((abs(predictions - self.y[since:]) * self.scale[since:])[judged].mean())


def yearly_sunspots(choosing=False):
    """From 1700; the forecasts of 1802 and later are judged."""
    values = sunspots.load_pandas().data["SUNACTIVITY"].to_numpy()
    return Stream.of(values, _judged(SUNSPOTS_FROM, choosing))


def weekly_co2(choosing=False):
    """The weeks that were measured; each row says how many weeks ago the last was, and how many ahead the next is."""
    measured = co2.load_pandas().data["co2"].dropna()
    weeks = np.diff(measured.index).astype("timedelta64[D]").astype(float) / 7 - 1
    return Stream.of(measured.to_numpy(), _judged(CO2_FROM, choosing), [weeks[:-1], weeks[1:]])


def _judged(first, choosing):
    return slice(first // 2, first) if choosing else slice(first, None)


def persistence(setting, stream, seed):
    """The error if nothing changes."""
    return stream.error(np.zeros(len(stream.y)))


def mean_so_far(setting, stream, seed):
    """The error if the next value is the mean of all so far."""
    return stream.error(stream.below / stream.scale)
