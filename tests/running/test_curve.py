"""Training curves."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.running.curve import Curve

LOSSES = np.random.default_rng(0).exponential(size=103)
WEIGHTS = np.random.default_rng(1).integers(0, 3, 103).astype(float)


@given(st.lists(st.integers(0, 103), max_size=8), st.integers(1, 200))
def test_any_cutting_of_the_losses_gives_the_same_curve(cuts, points):
    """Bit for bit, whatever the number of points; looking at it on the way changes nothing."""
    whole, cut = Curve(103, points), Curve(103, points)
    whole.add(LOSSES, WEIGHTS)
    edges = [0, *sorted(cuts), 103]
    for a, b in pairwise(edges):
        cut.add(LOSSES[a:b], WEIGHTS[a:b])
        cut.record()
    assert cut.record() == whole.record()
    assert len(whole.record()["step"]) <= points


def test_each_point_is_the_weighted_mean_of_its_stretch():
    """103 steps in at most 10 points are stretches of 11; the last has 4."""
    curve = Curve(103, 10)
    curve.add(LOSSES, WEIGHTS)
    record = curve.record()
    assert record["step"] == [*range(11, 100, 11), 103]
    np.testing.assert_allclose(record["loss"][2], np.average(LOSSES[22:33], weights=WEIGHTS[22:33]))
    np.testing.assert_allclose(record["loss"][-1], np.average(LOSSES[99:], weights=WEIGHTS[99:]))
    assert curve.losses() == record["loss"][:-1]
    assert curve.last() == record["loss"][-2]


def test_a_stretch_in_which_nothing_counts_is_no_point():
    """Its steps are counted all the same."""
    curve = Curve(6, 3)
    curve.add(np.arange(6.0), np.array([0, 0, 1, 1, 0, 0]))
    assert curve.record() == {"step": [4], "loss": [2.5]}


def test_losses_beyond_any_number_are_no_warning():
    """Infinity is a point like any other."""
    curve = Curve(1)
    curve.add(np.array([np.inf]), np.array([1.0]))
    assert curve.record()["loss"] == [np.inf]


def test_nothing_added_is_an_empty_curve():
    """No points, no last one."""
    assert Curve(10).record() == {"step": [], "loss": []}
    assert Curve(10).last() is None


@pytest.mark.parametrize(("total", "points"), [(1000, 1000), (1001, 501), (10**6, 1000), (3, 3)])
def test_there_are_at_most_a_thousand_points(total, points):
    """Stretches are whole steps, all of one width."""
    curve = Curve(total)
    curve.add(np.ones(total), np.ones(total))
    assert len(curve.record()["step"]) == points
