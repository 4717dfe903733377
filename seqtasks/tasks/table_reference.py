"""Forecasts of a column that need no network, from its mean, its last value, and its value a season ago."""

from dataclasses import dataclass
from typing import Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.tables.panel import Panel
from seqtasks.tasks.group_scaling import GroupScaling, levels_of

Choice = Literal["auto", "mean", "last", "seasonal", "seasonal-change"]

MEAN, LAST, SEASONAL = "mean", "persistence", "seasonal persistence"
SEASONAL_CHANGE: Final = "persistence of the seasonal change"
MOST_SEASONS: Final = 25  # from more of them, a network learns the season better from the last value
MUCH_BETTER: Final = 0.75  # of the error of the best simple forecast: two differences double the variance of noise
LEAST_CORRELATION: Final = 0.3  # of a series with itself a season ago, to call it seasonal
SHORTEST_PERIOD: Final = 4  # noise looks like periods of two and three
LONGEST_PERIOD: Final = 10_000
NEARLY: Final = 0.9  # of the greatest correlation
ROUNDING: Final = 1e-9  # of a standard deviation
SEASONS: Final = 3  # that a series must have to show its period


@final
@dataclass(frozen=True, slots=True)
class Reference:
    """A forecast that needs no network.

        forecast(t + ahead) = y(t + ahead - lag)                        lag >= ahead
        forecast(t + ahead) = y(t + ahead - lag) + y(t) - y(t - lag)    with the change
        forecast(t + ahead) = mean of the training part                 lag is None

    The errors of the second one are the series differenced by ``ahead`` and by ``lag`` rows. Before the first row of a
    group the column is taken to have had its first value.

    Args:
        name: ``mean``, ``persistence``, ``seasonal persistence`` or ``persistence of the seasonal change``.
        ahead: How many rows ahead the forecast is for.
        lag: How many rows before the row forecast the known value lies.
        change: Whether the latest change over ``lag`` rows is added.

    Example:
        >>> Reference("persistence", ahead=1, lag=1).errors(np.array([1.0, 4.0, 9.0]), 0.0, Panel.single(3))
        array([0., 3., 5.])

    Source: differencing of a seasonal series, Box & Jenkins (1970), Time Series Analysis.
    """

    name: str
    ahead: int
    lag: int | None
    change: bool = False

    @property
    def back(self) -> int | None:
        """How many rows before the present row the known value lies."""
        return None if self.lag is None else self.lag - self.ahead

    @property
    def first(self) -> int:
        """The first row of a group whose forecast looks at a row of the group."""
        return 0 if self.lag is None else self.ahead

    def errors(
        self, values: NDArray[np.float64], mean: float | NDArray[np.float64], panel: Panel
    ) -> NDArray[np.float64]:
        """Value minus forecast of each row (N,); the first ``ahead`` rows of a group have none that counts.

        Args:
            values: The column (N,).
            mean: That of the training part; of the group of each row (N,), if there are several.
            panel: Which rows belong to which group.
        """
        if self.lag is None:
            return values - mean
        errors = values - values[panel.before(self.lag)]
        if self.change:
            errors -= values[panel.before(self.ahead)] - values[panel.before(self.ahead + self.lag)]
        return errors


def references(ahead: int, period: int | None) -> list[Reference]:
    """Those that can be had: for a row's own number the mean alone.

    Example:
        >>> [(one.name, one.lag) for one in references(ahead=30, period=24)]
        [('mean', None), ('persistence', 30), ('seasonal persistence', 48)]
    """
    found = [Reference(MEAN, ahead, None)]
    if ahead:
        found.append(Reference(LAST, ahead, ahead))
        if period is not None and period > 1:
            found.append(Reference(SEASONAL, ahead, period * -(-ahead // period)))
    return found


def candidates(ahead: int, period: int | None) -> list[Reference]:
    """The references, and that of the seasonal change where there is a season.

    Example:
        >>> [(one.name, one.lag) for one in candidates(ahead=1, period=12)][-1]
        ('persistence of the seasonal change', 12)
    """
    found = references(ahead, period)
    last = found[-1]
    return [*found, Reference(SEASONAL_CHANGE, ahead, last.lag, change=True)] if last.name == SEASONAL else found


def relative(values: NDArray[np.float64], known: NDArray[np.bool_], panel: Panel) -> NDArray[np.float64]:
    """Values in the unit of their group, so that groups of any size count alike; one series as it is.

        (y - mean_g) / standard deviation_g

    Args:
        values: (N,)
        known: (N,) which of them are not filled in.
        panel: Which rows belong to which group.
    """
    if not panel.column:
        return values
    scaling = GroupScaling.by_group(values, known, panel, levels_of(values, known, panel))
    return (values - scaling.means[panel.codes]) / scaling.scales[panel.codes]


def repeats(values: NDArray[np.float64], known: NDArray[np.bool_], period: int, panel: Panel) -> bool:
    """Whether a column repeats itself after a period, apart from rounding.

    Args:
        values: (N,)
        known: (N,) which of them are not filled in.
        period: A number of rows.
        panel: Which rows belong to which group.

    Example:
        >>> repeats(np.sin(np.arange(40) * np.pi / 4), np.ones(40, np.bool_), 8, Panel.single(40))
        True
    """
    before = panel.before(period)
    both = (panel.places >= period) & known & known[before]
    changes = np.abs(values - values[before])[both]
    return bool(changes.size and changes.max() <= ROUNDING * values[known].std())


def chosen(
    choice: Choice, among: list[Reference], values: NDArray[np.float64], known: NDArray[np.bool_], panel: Panel
) -> Reference:
    """The reference that a user chose, or the one with the least squared error.

    The seasonal change is for up to 25 seasons, from which a network cannot learn much. Its errors are sums of four
    values, and so of four times their noise. It has to be better than the others by a quarter, over at least one season
    of rows that have all of these values.

    Args:
        choice: ``auto``, or which one.
        among: Those that can be had. Where no period is known, ``seasonal`` and ``seasonal-change`` are persistence.
        values: The training part of the column, in the unit of each group.
        known: Which of its values are not filled in: errors of others do not count.
        panel: Which rows belong to which group.
    """
    if choice != "auto":
        wanted = {"mean": MEAN, "last": LAST, "seasonal": SEASONAL, "seasonal-change": SEASONAL_CHANGE}[choice]
        return next((one for one in among if one.name == wanted), among[-1])
    mean = float(values[known].mean())

    def squared(one: Reference, first: int) -> float:
        return float(np.mean(np.square(one.errors(values, mean, panel)[known & (panel.places >= first)])))

    best = min((one for one in among if not one.change), key=lambda one: squared(one, one.ahead))
    change = next((one for one in among if one.change), None)
    if change is None or change.lag is None:
        return best
    first = change.ahead + change.lag
    few = np.count_nonzero(known) <= MOST_SEASONS * change.lag
    enough = np.count_nonzero(known & (panel.places >= first)) >= change.lag
    return change if few and enough and squared(change, first) < MUCH_BETTER * squared(best, first) else best


def period_of(values: NDArray[np.float64], known: NDArray[np.bool_], panel: Panel) -> int | None:
    """After how many rows a series repeats itself; None if it shows no period.

        r(p) = sum of d(t) d(t - p) / sum of d(t)^2                  t and t - p are rows of one group
        d(t) = y(t) - y(t - 1), less its mean; 0 where one of the two is not known

    The period is the least p >= 4 at which r has a local maximum of at least 0.9 times the greatest one, if r is at
    least 0.3 there and less than half of that somewhere before: a series of period 12 repeats itself after 24 rows as
    well. Differences are taken because a trend hides every period.

    Args:
        values: (N,) in the unit of each group.
        known: (N,) which of them are not filled in.
        panel: Which rows belong to which group.

    Example:
        >>> period_of(np.tile([0.0, 3.0, 5.0, 1.0], 10), np.ones(40, np.bool_), Panel.single(40))
        4

    Source: autocorrelation, Box & Jenkins (1970), Time Series Analysis.
    """
    changes, most = np.diff(values), int(panel.counts.max()) - 1
    longest = min(most // SEASONS, LONGEST_PERIOD)
    both = known[1:] & known[:-1] & panel.neighbours
    if longest < SHORTEST_PERIOD or not changes[both].any():
        return None
    changes = np.where(both, changes - changes[both].mean(), 0.0)
    size = 1 << (most + longest + 1).bit_length()  # no r(p) that is looked at wraps around
    spectra = (
        np.fft.rfft(changes[rows.start : rows.stop - 1], size) for rows in panel.slices() if rows.stop > rows.start + 1
    )
    r = np.fft.irfft(sum(np.square(np.abs(one)) for one in spectra), size)[: longest + 2]
    if r[0] <= 0:
        return None
    r = r / r[0]
    middle = r[1:-1]
    peaks = 1 + np.flatnonzero((middle >= r[:-2]) & (middle >= r[2:]))
    peaks = peaks[peaks >= SHORTEST_PERIOD]
    valleys = np.minimum.accumulate(r)[peaks]
    peaks = peaks[valleys < r[peaks] / 2]  # a slow decay has no valley before it
    if not peaks.size:
        return None
    best = int(peaks[np.argmax(r[peaks] >= NEARLY * r[peaks].max())])
    return best if r[best] >= LEAST_CORRELATION else None
