"""Training curves."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.running.history import Curve, History

LOSSES = np.random.default_rng(0).exponential(size=(1, 103))
WEIGHTS = np.random.default_rng(1).integers(0, 3, (1, 103)).astype(float)


def curve_of(losses, weights=None, points=1000):
    losses = np.atleast_2d(np.array(losses, float))
    curve = Curve(len(losses), points)
    curve.add(losses, np.ones_like(losses) if weights is None else np.atleast_2d(np.array(weights, float)))
    return curve


@given(st.lists(st.integers(0, 103), max_size=8), st.integers(1, 200))
def test_any_cutting_of_the_losses_gives_the_same_curve(cuts, points):
    """Bit for bit, for any number of points; reading the curve or restoring its state changes nothing."""
    cut = Curve(1, points)
    for a, b in pairwise([0, *sorted(cuts), 103]):
        moved = Curve(1, points)
        moved.restore(cut.state())
        moved.add(LOSSES[:, a:b], WEIGHTS[:, a:b])
        cut.median()
        cut = moved
    whole = curve_of(LOSSES, WEIGHTS, points)
    assert cut.median() == whole.median() == whole.record(0)
    assert cut.losses() == whole.losses()
    assert len(whole.median()["step"]) <= points


def test_a_state_stays_as_it_was_taken():
    """What is added later changes no state taken before."""
    curve = curve_of(LOSSES[:, :50], points=10)
    before, copy = curve.state(), Curve(1, 10)
    curve.add(LOSSES[:, 50:], WEIGHTS[:, 50:])
    copy.restore(before)
    assert copy.median() == curve_of(LOSSES[:, :50], points=10).median()


def test_each_point_is_the_weighted_mean_of_its_stretch():
    """103 steps in at most 10 points are stretches of 16; the last has 7."""
    curve = curve_of(LOSSES, WEIGHTS, 10)
    record = curve.median()
    assert record["step"] == [16, 32, 48, 64, 80, 96, 103]
    np.testing.assert_allclose(record["loss"][2], np.average(LOSSES[0, 32:48], weights=WEIGHTS[0, 32:48]))
    np.testing.assert_allclose(record["loss"][-1], np.average(LOSSES[0, 96:], weights=WEIGHTS[0, 96:]))
    assert curve.losses() == record["loss"][:-1]


def test_a_stretch_in_which_nothing_counts_is_no_point():
    """Its steps are counted all the same."""
    assert curve_of(range(6), [0, 0, 1, 1, 0, 0], 3).median() == {"step": [4], "loss": [2.5]}


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_a_loss_that_is_no_number_is_the_greatest_and_no_warning(value):
    """Infinity, which a record writes as null."""
    assert curve_of([value]).median()["loss"] == [np.inf]


def test_nothing_added_is_an_empty_curve():
    """No points."""
    assert Curve().median() == {"step": [], "loss": []}
    assert Curve().losses() == []


@pytest.mark.parametrize(
    ("total", "points"), [(3, 3), (1000, 1000), (1001, 501), (2000, 1000), (2001, 501), (10**6, 977)]
)
def test_there_are_at_most_a_thousand_points(total, points):
    """Stretches are whole steps, all of one width, a power of two."""
    assert len(curve_of(np.ones(total)).median()["step"]) == points


def test_the_median_is_over_the_replicas_in_which_a_stretch_counts():
    """Of three, of two, of one and of none; what is no number is the greatest, not the least."""
    losses = [[1.0, 8.0, 3.0, 5.0, 0.0], [2.0, 4.0, 9.0, np.nan, 0.0], [9.0, 0.0, 0.0, 6.0, 0.0]]
    weights = [[1, 1, 1, 1, 0], [1, 1, 0, 1, 0], [1, 0, 0, 1, 0]]
    curve = curve_of(losses, weights)
    assert curve.median() == {"step": [1, 2, 3, 4], "loss": [2.0, 6.0, 3.0, 6.0]}
    assert curve.record(1) == {"step": [1, 2, 4], "loss": [2.0, 4.0, np.inf]}


def test_only_what_a_replica_measured_is_in_its_validation():
    """One that stops measuring has fewer steps; medians are over those that measured; all of it is restored."""
    history = History(3)
    validated = [
        [{"loss": 3.0, "r2": 0.1}, {"loss": 1.0, "r2": 0.3}, {"loss": math.nan, "r2": math.nan}],
        [None, {"loss": 2.0, "r2": 0.5}, {"loss": 4.0, "r2": 0.4}],
        None,
        [None, None, {"loss": 5.0, "r2": 0.2}],
    ]
    for found in validated:
        history.record_losses(np.ones((3, 10)), np.ones((3, 10)))
        history.record_validation(found)
    again = History(3)
    again.restore(history.state())
    for each in (history, again):
        assert each.record(0)["validation"] == {"step": [10], "loss": [3.0], "r2": [0.1]}
        assert each.record(1)["validation"] == {"step": [10, 20], "loss": [1.0, 2.0], "r2": [0.3, 0.5]}
        last = {"step": [10, 20, 40], "loss": [math.inf, 4.0, 5.0], "r2": [-math.inf, 0.4, 0.2]}
        assert each.record(2)["validation"] == last
        medians = {"step": [10, 20, 40], "loss": [3.0, 3.0, 5.0], "r2": [0.1, pytest.approx(0.45), 0.2]}
        assert each.record(None)["validation"] == medians


def test_a_replica_that_stops_has_the_curve_of_a_run_that_ends_there():
    """Also where the others learn on for so long that blocks grow; what comes after counts in no curve of its own."""
    random = np.random.default_rng(0)
    losses = random.random((2, 5000))
    history, alone = History(2), History(1)
    history.record_losses(losses[:, :700], np.ones((2, 700)))
    alone.record_losses(losses[:1, :700], np.ones((1, 700)))
    history.stop(0)
    later = losses[:, 700:].copy()
    later[0] = np.nan
    history.record_losses(later, np.ones(later.shape))
    again = History(2)
    again.restore(history.state())
    for each in (history, again):
        assert each.record(0) == alone.record(0)
        assert (each.steps_of(0), each.steps_of(1), each.failed) == (700, 5000, [False, False])
        assert each.record(None)["loss"][-1] == each.record(1)["loss"][-1]
