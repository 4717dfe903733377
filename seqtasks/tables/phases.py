"""Features of the calendar: sines and cosines of where in a day, week or year a time lies."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# phase of a time, from 0 to 1 over the unit's cycle
_PHASES: Final[dict[str, Callable[[pd.DatetimeIndex], NDArray[np.float64]]]] = {
    "minute": lambda t: (t.minute + t.second / 60).to_numpy(np.float64) / 60,
    "hour": lambda t: (t.hour + t.minute / 60 + t.second / 3600).to_numpy(np.float64) / 24,
    "weekday": lambda t: t.day_of_week.to_numpy(np.float64) / 7,
    "day": lambda t: (t.day - 1).to_numpy(np.float64) / t.days_in_month.to_numpy(np.float64),
    "yearday": lambda t: (t.day_of_year - 1).to_numpy(np.float64) / 365.25,
    "month": lambda t: (t.month - 1).to_numpy(np.float64) / 12,
}
UNITS: Final = tuple(_PHASES)


def phase(times: pd.DatetimeIndex, unit: str, part: str) -> NDArray[np.float64]:
    """The sine or cosine of the phase of each time.

        sin(2 pi phase), cos(2 pi phase)

    Args:
        times: (N,) in local time.
        unit: One of ``UNITS``, whose cycle is: minute an hour, hour a day, weekday a week, day a month, yearday and
            month a year.
        part: ``sine`` or ``cosine``.

    Example:
        >>> phase(pd.DatetimeIndex(["2020-01-01 06:00", "2020-01-01 18:00"]), "hour", "sine").round(2).tolist()
        [1.0, -1.0]
    """
    angle = 2 * np.pi * _PHASES[unit](times)
    return np.sin(angle) if part == "sine" else np.cos(angle)
