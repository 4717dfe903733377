"""The frequency of rows whose distances vary by a rule of the calendar, such as business days."""

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

USUAL: Final = 0.95  # of all neighbours, that make a frequency
_WINDOW: Final = 10  # rows, which show one of a year's quarters, too
_WINDOWS: Final = 40
_MOST: Final = 5000  # neighbours that are compared: some frequencies are added one row at a time


def frequency_of(clock: pd.DatetimeIndex, neighbours: NDArray[np.bool_] | None = None) -> str:
    """The frequency that 95 % of all rows follow, by its name in pandas; empty if there is none.

    It is the one that pandas infers most often from ten rows in a row. A frequency of the whole index would fail at the
    first holiday.

    Args:
        clock: (N,) times without a zone, in order.
        neighbours: (N - 1,) which rows and the next ones are of one series; None for all.

    Example:
        >>> days = pd.date_range("2024-01-01", periods=30, freq="B").delete(7)
        >>> frequency_of(days), frequency_of(pd.date_range("2024-01-01", periods=30, freq="BME"))
        ('B', 'BME')
        >>> frequency_of(pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-09", "2024-03-01"]))
        ''
    """
    counted = np.ones(len(clock) - 1, np.bool_) if neighbours is None else neighbours
    votes: Counter[str] = Counter()
    size = min(_WINDOW, len(clock))
    for first in dict.fromkeys(np.linspace(0, len(clock) - size, _WINDOWS).astype(int).tolist()):
        if size > 2 and counted[first : first + size - 1].all():  # noqa: PLR2004 - pandas needs three
            with _quiet():
                found = pd.infer_freq(clock[first : first + size])
            votes.update([getattr(found, "freqstr", found)] if found else [])  # an offset from pandas 4 on
    if not votes:
        return ""
    name = votes.most_common(1)[0][0]
    pairs = np.flatnonzero(counted)
    some = pairs[:: -(-len(pairs) // _MOST)]
    return name if np.mean(follows(clock, name, some)) >= USUAL else ""


def follows(clock: pd.DatetimeIndex, frequency: str, pairs: NDArray[np.intp]) -> NDArray[np.bool_]:
    """For each of some rows, whether the next row is one step of the frequency later."""
    with _quiet():
        return np.asarray(later(clock[pairs], frequency, 1) == clock[pairs + 1])


def later(clock: pd.DatetimeIndex, frequency: str, rows: int) -> pd.DatetimeIndex:
    """The times some steps of the frequency later.

    Example:
        >>> later(pd.DatetimeIndex(["2024-03-29"]), "B", 1)[0]
        Timestamp('2024-04-01 00:00:00')
    """
    with _quiet():
        return clock + rows * pd.tseries.frequencies.to_offset(frequency)


def usual_distances(
    apart: NDArray[np.float64], clock: pd.DatetimeIndex, step: NDArray[np.float64] | float, frequency: str
) -> NDArray[np.float64]:
    """Distances (N - 1,) of neighbours, which are the usual one where they follow the frequency.

    Example:
        >>> friday_and_monday = pd.DatetimeIndex(["2024-03-29", "2024-04-01"])
        >>> usual_distances(np.array([3.0]), friday_and_monday, 1.0, "B")
        array([1.])
    """
    if not frequency:
        return apart
    unusual = np.flatnonzero(apart != step)
    found = apart.copy()
    found[unusual[follows(clock, frequency, unusual)]] = 0
    return np.where(found == 0, step, found)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of pandas: of future names, and of frequencies that it adds row by row."""
    with warnings.catch_warnings(action="ignore"):
        yield
