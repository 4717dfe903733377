"""The memory horizon: how far back a method remembers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, final

from scipy.special import bdtr, bdtrc

from seqtasks.running.share import CONFIDENCE

SHARE: Final = 0.9  # of the seeds
TAIL: Final = (1 - CONFIDENCE) / 2
POOLED: Final = 3  # lags in a row, at most
Counts = list[tuple[int, int, int]]  # lag, seeds that solve it, seeds


@final
@dataclass(frozen=True, slots=True)
class Horizon:
    """The largest lag that 90 % of the seeds solve, together with each smaller lag that was run.

    Args:
        lag: That lag; None if not even the smallest lag is solved.
        low: The lower end of the 95 % interval; None for "below the smallest lag".
        high: The upper end; None for "below the smallest lag".
        is_last: Whether it is the largest lag that was run, so that the horizon may lie further.
        open_end: Whether the upper end is the largest lag that was run, so that it may lie further.
        smallest: The smallest lag that was run.

    Example:
        >>> str(horizon({1: (20, 20), 2: (20, 20), 4: (19, 20), 8: (0, 20)}))
        '4 (below 1 to 4)'
    """

    lag: int | None
    low: int | None
    high: int | None
    is_last: bool
    open_end: bool
    smallest: int

    @property
    def reach(self) -> int:
        """The lag as a number to compare: -1 if not even the smallest lag is solved, which may be 0."""
        return -1 if self.lag is None else self.lag

    @property
    def words(self) -> tuple[str, str]:
        """The horizon, and its interval, in words."""
        interval = f"{self._end(self.low)} to {self._end(self.high)}{' or more' if self.open_end else ''}"
        return self._end(self.lag) + (" or more" if self.is_last else ""), interval

    def __str__(self) -> str:
        return "{} ({})".format(*self.words)

    def _end(self, lag: int | None) -> str:
        return f"below {self.smallest}" if lag is None else f"{lag}"


def horizon(solved: Mapping[int, tuple[int, int]]) -> Horizon:
    """The memory horizon, and a 95 % interval that assumes only that a larger lag is not easier.

    The share of a lag is certainly at least 90 %, or certainly less, if a binomial test at the level 2.5 % says so:

        P(B >= k) <= 0.025 / 3  or  P(B <= k) <= 0.025 / 3,   B ~ binomial(n, 0.9)

    Each of the two is tested three times: with the k of n seeds of that lag, of two, and of three lags in a row. The
    next larger lags are no easier and can only understate its share, the lags before it can only overstate it. The
    interval begins at the largest lag up to which all are certain, and ends before the smallest from which on none is
    possible.

    A horizon is one of the lags that were run, so that the interval covers the true one in at least 95 % of all
    experiments, and mostly in more. 20 seeds of a single lag never make certain that 90 % solve it; 46 do.

    Args:
        solved: For each lag, how many seeds solve it, and of how many.

    Raises:
        ValueError: If there is no lag.

    Example:
        >>> horizon({1: (20, 20), 2: (20, 20), 4: (3, 20)}).lag
        2
    """
    if not solved:
        raise ValueError("A horizon needs at least one lag.")
    counts = [(lag, *solved[lag]) for lag in sorted(solved)]
    ends = [None, *(lag for lag, _, _ in counts)]
    number = len(counts)
    reached = _first(k < SHARE * n for _, k, n in counts)
    low = _first(not _is_certain(counts[place : place + POOLED]) for place in range(number))
    high = number - _first(
        not _is_ruled_out(counts[max(0, place - POOLED) : place][::-1]) for place in range(number, 0, -1)
    )
    high = max(high, reached)
    return Horizon(ends[reached], ends[min(low, reached)], ends[high], reached == number, high == number, counts[0][0])


def _first(found: Iterable[bool]) -> int:
    """The place of the first; the number of all if there is none."""
    listed = list(found)
    return listed.index(True) if True in listed else len(listed)


def _is_certain(counts: Counts) -> bool:
    """Whether 90 % of all seeds solve the first of these lags."""
    return any(bdtrc(k - 1, n, SHARE) <= TAIL / POOLED for k, n in _sums(counts))


def _is_ruled_out(counts: Counts) -> bool:
    """Whether fewer than 90 % of all seeds solve the first of these lags, each no harder than the one before."""
    return any(bdtr(k, n, SHARE) <= TAIL / POOLED for k, n in _sums(counts))


def _sums(counts: Counts) -> list[tuple[int, int]]:
    """How many seeds solve the first lag, the first two, and so on, and of how many."""
    pairs = [(k, n) for _, k, n in counts]
    return list(accumulate(pairs, lambda a, b: (a[0] + b[0], a[1] + b[1])))
