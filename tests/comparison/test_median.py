"""The median and its interval, against SciPy and made-up experiments."""

import numpy as np
import pytest
from scipy.stats import binom

from seqtasks.comparison.median import median


@pytest.mark.parametrize("n", [6, 7, 10, 20, 21, 101])
def test_interval_lies_in_that_of_order_statistics(n):
    """The interval is inside that of whole ranks, which covers more than 95 %, and holds the next ranks."""
    scores = np.sort(np.random.default_rng(n).normal(size=n))
    found = median(scores[::-1])
    below = np.flatnonzero(binom.cdf(np.arange(n), n, 0.5) <= 0.025)[-1]  # how many scores may lie outside on each side
    low, high = scores[below], scores[n - 1 - below]
    assert found.value == pytest.approx(np.median(scores))
    assert low <= found.low <= scores[below + 1]
    assert scores[n - 2 - below] <= found.high <= high


def test_ranks_of_twenty():
    """Of 20 scores 1 to 20, the interpolated rank is 6.235: coverage 0.9586 at rank 6 and 0.8847 at rank 7."""
    excess = (0.9586105 - 0.95) / (0.9586105 - 0.8846817)
    rank = 6 + 14 * excess / (6 + 8 * excess)
    assert median(range(1, 21)).low == pytest.approx(rank, abs=1e-5)


def test_five_seeds_have_no_interval():
    """The range of five covers the median with 1 - 2^-4 = 93.75 % only."""
    found = median([3, 1, 2, 5, 4])
    assert (found.value, found.low, found.high) == (3, None, None)


def test_no_score():
    """There is no median of nothing."""
    with pytest.raises(ValueError, match="at least one score"):
        median([])


@pytest.mark.parametrize("n", [6, 10, 20, 21])
def test_intervals_cover(n):
    """95 % intervals of a skewed distribution hold its median in 93 to 97 % of 1000 experiments."""
    rng = np.random.default_rng(5)
    found = [median(rng.exponential(size=n)) for _ in range(1000)]
    assert 0.93 <= np.mean([each.low <= np.log(2) <= each.high for each in found]) <= 0.97
