"""The index of the rows that follow a series."""

import warnings

import numpy as np
import pandas as pd

from seqtasks.estimators.data.input_checks import warn
from seqtasks.tables.frequency import frequency_of
from seqtasks.tables.times import ISO, Times, later, spacing_of


def following(index: pd.Index, rows: int) -> pd.Index:
    """The index of the next rows: it goes on in its frequency, its usual distance, or else in numbers, with a warning.

    Args:
        index: (T,) that of the series, ascending.
        rows: How many follow.

    Returns:
        (rows,)

    Example:
        >>> following(pd.Index([0, 10, 20]), 2)
        RangeIndex(start=30, stop=50, step=10)
        >>> days = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05"])
        >>> [str(day.date()) for day in following(days, 2)]
        ['2024-01-06', '2024-01-07']
    """
    last = index[-1]
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(last + 1, periods=rows, freq=index.freq)
    if isinstance(index, pd.DatetimeIndex):
        found = _times(index, rows)
        if found is not None:
            return found
    step = _step(index)
    if step is not None:
        return pd.RangeIndex(last + step, last + step * (rows + 1), step)
    first = int(last) + 1 if pd.api.types.is_integer_dtype(index.dtype) else len(index)
    warn(
        f"The rows of y are at no usual distance, so the rows after {last} are numbered from {first}. Pass y with an "
        "index of times or numbers at one distance."
    )
    return pd.RangeIndex(first, first + rows)


def _times(index: pd.DatetimeIndex, rows: int) -> pd.DatetimeIndex | None:
    """By the frequency that nearly all rows have, or else the usual distance; None if there is neither."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "A future version of pandas")  # what infer_freq will return also fits below
        frequency = index.freq or (pd.infer_freq(index) if len(index) > 2 else None)  # noqa: PLR2004 - it needs three
    if frequency is None:  # of rows with exceptions, such as business days without holidays
        frequency = frequency_of(index.tz_localize(None)) or None
    if frequency is not None:
        found = pd.date_range(index[-1], periods=rows + 1, freq=frequency)  # the last row need not be one of these
        return found[found > index[-1]][:rows].as_unit(index.unit)
    zone = "" if index.tz is None else str(index.tz)
    utc = index if index.tz is None else index.tz_convert("UTC").tz_localize(None)
    times = Times("", utc.to_numpy("M8[ns]"), zone, ISO)
    spacing = spacing_of(times, np.ones(len(index) - 1, np.bool_))
    if not spacing.step:
        return None
    day = int(times.local.day.max())
    texts = [str(later(times.utc[-1:], zone, spacing, row, day)[0]) for row in range(1, rows + 1)]
    found = pd.to_datetime(texts, format="ISO8601", utc=bool(zone))
    return found.tz_convert(index.tz).as_unit(index.unit) if zone else found.as_unit(index.unit)


def _step(index: pd.Index) -> int | None:
    """The one distance of numbers; None if there are several, or the index holds no integers."""
    if isinstance(index, pd.RangeIndex):
        return int(index.step)
    if not pd.api.types.is_integer_dtype(index.dtype):
        return None
    steps = set(np.diff(index.to_numpy()).tolist()) or {1}  # one row is followed by the next number
    return int(steps.pop()) if len(steps) == 1 and 0 not in steps else None
