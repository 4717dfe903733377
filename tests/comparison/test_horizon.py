"""The memory horizon and its interval."""

import numpy as np
import pytest

from seqtasks.comparison.horizon import horizon

LAGS = (1, 2, 4, 8, 16, 32, 64, 128)


def test_largest_lag_that_ninety_percent_solve():
    """18 of 20 is 90 %; 17 is not."""
    assert horizon({1: (20, 20), 2: (18, 20), 4: (17, 20)}).lag == 2


def test_a_gap_ends_the_horizon():
    """A lag that is solved after one that is not does not count."""
    assert horizon({1: (20, 20), 2: (5, 20), 4: (20, 20)}).lag == 1


def test_interval_by_hand():
    """0.9^60 = 0.0018 < 0.025 / 3 makes lag 2 certain, 0.9^40 = 0.0148 does not; 0 of 20 rules lag 16 out."""
    found = horizon({1: (20, 20), 2: (20, 20), 4: (20, 20), 8: (20, 20), 16: (0, 20)})
    assert (found.lag, found.low, found.high, found.is_last) == (8, 2, 8, False)
    assert str(found) == "8 (2 to 8)"


def test_single_lag():
    """46 of 46 seeds make a lag certain, 45 do not; the horizon may lie further."""
    assert (horizon({3: (46, 46)}).low, horizon({3: (45, 45)}).low) == (3, None)
    assert str(horizon({3: (45, 45)})) == "3 or more (below 3 to 3 or more)"


def test_nothing_is_solved():
    """Not even the smallest lag is."""
    assert str(horizon({1: (0, 20), 2: (0, 20)})) == "below 1 (below 1 to below 1)"
    with pytest.raises(ValueError, match="at least one lag"):
        horizon({})


def test_order_of_the_lags():
    """The lags are sorted by size."""
    assert horizon({16: (0, 20), 2: (20, 20)}) == horizon({2: (20, 20), 16: (0, 20)})


@pytest.mark.parametrize("seeds", [5, 20, 50])
@pytest.mark.parametrize("shares", [None, [0.9] * 4 + [0.89] * 4, [0.99] * 3 + [0.89, 0.5, 0.1, 0, 0], [0.95] * 8])
def test_intervals_cover(seeds, shares):
    """At least 95 % of the intervals hold the true horizon: for random curves, and for shares close to 90 %."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(500):
        curve = 1 / (1 + np.exp(-np.exp(rng.uniform(-1, 2)) * (rng.uniform(-1, 8) - np.arange(8))))
        true = np.array(curve if shares is None else shares)
        found = horizon({lag: (rng.binomial(seeds, p), seeds) for lag, p in zip(LAGS, true, strict=True)})
        places = [None, *LAGS]
        reached = int(np.argmax(true < 0.9)) if (true < 0.9).any() else len(LAGS)
        held += places.index(found.low) <= reached <= places.index(found.high)
    assert held / 500 >= 0.95
