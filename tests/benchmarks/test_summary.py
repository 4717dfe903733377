"""The intervals of the table."""

import math

import numpy as np
import pytest

from seqtasks.benchmarks.summary import median_interval


def test_fewer_than_six_values_have_no_interval():
    """Not even from the least to the greatest: 1 - 2 / 2^5 = 0.94."""
    assert median_interval([]) is None
    assert median_interval([1.0] * 5) is None
    assert median_interval([5, 1, 3, 2, 6, 4]) == (1, 6)


def test_infinite_values_are_ends():
    """A run that diverged is worse than any other."""
    assert median_interval([-math.inf, -math.inf, 0.1, 0.2, 0.3, 0.4]) == (-math.inf, 0.4)


@pytest.mark.parametrize("size", [6, 9, 20, 50])
def test_it_covers_the_median(size):
    """Of 2,000 made-up experiments, at least 94 % of the intervals hold the true median of a skewed distribution."""
    random = np.random.default_rng(size)
    intervals = [median_interval(list(random.exponential(size=size))) for _ in range(2000)]
    covered = np.mean([low <= math.log(2) <= high for low, high in intervals])
    assert 0.94 <= covered <= 0.99
