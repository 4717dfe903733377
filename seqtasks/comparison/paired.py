"""Paired tests of two methods on the same seeds, and how many seeds they need."""

import math
from collections.abc import Sequence
from functools import lru_cache
from operator import and_
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, ndtr, ndtri

LEVEL: Final = 0.05  # of a test: the probability that it sees a difference where there is none
POWER: Final = 0.8  # the probability with which a test is to see a difference
EXACT: Final = 24  # pairs: all signs of so many count
SAMPLES: Final = 2**14  # random signs for more pairs
ROUNDING: Final = 1e-12  # of a sum of differences, relative to the sum of their sizes
NORMAL: Final = 200  # pairs, above which the sum of random signs is normal
MOST_SEEDS: Final = 10_000  # nobody trains more


def sign_flip(differences: ArrayLike, weights: ArrayLike | None = None) -> float:
    """The two-sided p value of the permutation test of paired differences.

        p = share of the signs s in {-1, 1}^n with  |sum w s d| >= |sum w d|

    If two methods do not differ, each difference could as well have the other sign. All 2^n signs count up to
    n = 24, and 2^14 random ones for more pairs. From 200 pairs on, the sum is normal with the variance of the sum of
    (w d)^2. If all differences have the same sign, only two of the 2^n are as extreme: p is 2^(1 - n), which no random
    signs could show.

    Args:
        differences: One for each pair of runs.
        weights: That of each difference; equal by default.

    Example:
        >>> sign_flip([1, 2, 3, 4, -1]), sign_flip([0, 0])
        (0.1875, 1.0)

    Source:
        Fisher (1935), The Design of Experiments, section 21.
    """
    values = np.asarray(differences, np.float64)
    if weights is not None:
        values = values * np.asarray(weights, np.float64)
    values = values[values != 0]
    if not len(values):
        return 1.0
    if len(values) > NORMAL:
        return float(2 * ndtr(-abs(values.sum()) / math.sqrt(values @ values)))
    if abs(np.sign(values).sum()) == len(values):
        return math.ldexp(1.0, 1 - len(values))
    least = float(abs(values.sum())) - ROUNDING * np.abs(values).sum()
    if len(values) <= EXACT:
        return min(1.0, math.ldexp(_sums_from(values, least), 1 - len(values)))  # opposite signs have opposite sums
    signs = np.random.default_rng(len(values)).integers(0, 2, (SAMPLES, len(values)))
    return float((np.count_nonzero(np.abs((1 - 2 * signs) @ values) >= least) + 1) / (SAMPLES + 1))


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> float:
    """The two-sided exact p value that two methods solve a task on equally many of the same seeds.

        p = min(1, 2 P(B <= min(b, c))),   B ~ binomial(b + c, 1/2)

    b and c count the seeds that only the first and only the second method solves.

    Args:
        first: Whether the first method solves each seed.
        second: Whether the second does.

    Example:
        >>> mcnemar([True] * 9 + [False], [False] * 8 + [True, True])
        0.0390625

    Source:
        McNemar (1947), Psychometrika 12(2).
    """
    b, c = _discordant(first, second)
    return _binomial(min(b, c), b + c)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values corrected for their number, so that all of them together see a false difference in 5 % at most.

        p'_(i) = min(1, max over j <= i of (m - j + 1) p_(j))      in order of size

    Args:
        p_values: Those of m tests.

    Example:
        >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03, 0.005])]
        [0.03, 0.06, 0.06, 0.02]

    Source:
        Holm (1979), Scandinavian Journal of Statistics 6(2).
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return [float(each) for each in corrected]


def seeds_for_difference(differences: ArrayLike, tests: int = 1) -> int | None:
    """How many seeds a paired test needs to see a difference of this size with 80 % probability.

        n = ((z_{1 - a/2} + z_{0.8}) sd / mean)^2 + z_{1 - a/2}^2 / 2

    a is 5 %, divided by the number of tests. There are at least as many seeds as the permutation test takes for its
    smallest p value, 2^(1 - n), to be at most a.

    Args:
        differences: One for each seed.
        tests: How many tests are made at the same time.

    Returns:
        The number; None if even 10,000 do not suffice.

    Example:
        >>> seeds_for_difference([0.0, 1.0]), seeds_for_difference([-1.0, 1.0])
        (18, None)

    Source:
        Guenther (1981), The American Statistician 35(4).
    """
    values = np.asarray(differences, np.float64)
    if len(values) < 2 or values.mean() == 0:  # noqa: PLR2004 - a spread needs two
        return None
    z = ndtri(1 - LEVEL / tests / 2)
    return _needed(((z + ndtri(POWER)) * values.std(ddof=1) / values.mean()) ** 2 + z**2 / 2, tests)


def seeds_for_shares(first: Sequence[bool], second: Sequence[bool], tests: int = 1) -> int | None:
    """How many seeds McNemar's test needs to see such a difference of the shares solved with 80 % probability.

        n = (z_{1 - a/2} sqrt(q) + z_{0.8} sqrt(q - d^2))^2 / d^2

    q is the share of the seeds that only one of the methods solves, and d the difference of the shares solved.

    Args:
        first: Whether the first method solves each seed.
        second: Whether the second does.
        tests: How many tests are made at the same time.

    Returns:
        The number; None if even 10,000 do not suffice.

    Example:
        >>> seeds_for_shares([True] * 25 + [False] * 75, [False] * 20 + [True] * 10 + [False] * 70)
        85

    Source:
        Connor (1987), Biometrics 43(1).
    """
    b, c = _discordant(first, second)
    if b == c:
        return None
    only_one, difference = (b + c) / len(first), (b - c) / len(first)
    z = ndtri(1 - LEVEL / tests / 2) * math.sqrt(only_one)
    return _needed(((z + ndtri(POWER) * math.sqrt(only_one - difference**2)) / difference) ** 2, tests)


def _needed(seeds: float, tests: int) -> int | None:
    """A whole number of seeds with which an exact test can see a difference at all; None above 10,000."""
    needed = max(math.ceil(seeds), 1 + math.ceil(-math.log2(LEVEL / tests))) if seeds <= MOST_SEEDS else MOST_SEEDS + 1
    return needed if needed <= MOST_SEEDS else None


@lru_cache(maxsize=4096)
def _binomial(fewer: int, of: int) -> float:
    """The two-sided p value that so few of so many equally likely outcomes are of one kind."""
    return min(1.0, 2 * float(bdtr(fewer, of, 0.5)))


def _discordant(first: Sequence[bool], second: Sequence[bool]) -> tuple[int, int]:
    """How many only the first, and how many only the second method solves."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} runs are not pairs.")
    both = sum(map(and_, first, second))
    return sum(first) - both, sum(second) - both


def _sums_from(values: NDArray[np.float64], least: float) -> int:
    """For how many of the 2^n signs the sum is at least so large.

    Every sum is one of the first half of the values plus one of the second, so that two sorted lists of 2^(n/2) sums
    take the place of 2^n sums.

    Source: Horowitz & Sahni (1974), Journal of the ACM 21(2).
    """
    half = len(values) // 2
    first, second = (np.sort(_signs(len(part)) @ part) for part in (values[:half], values[half:]))
    return len(first) * len(second) - int(np.searchsorted(second, least - first[::-1]).sum())


@lru_cache(maxsize=16)
def _signs(n: int) -> NDArray[np.float64]:
    """All signs of n numbers, (2^n, n)."""
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return (1 - 2 * bits).astype(np.float64)
