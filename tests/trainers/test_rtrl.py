"""RTRL's gradients, with the weights frozen, against backpropagation through the whole past."""

import numpy as np
import pytest
from frozen import apart, by_rule, by_time, drawn, sequence

from seqtasks.trainers.rtrl import ExactCredit

pytestmark = pytest.mark.tensorflow

NETWORKS = ["gru:units=4", "lstm:units=3", "simple-rnn:units=4", "lru:units=3", "gru:units=3,layers=2"]


@pytest.fixture(scope="module")
def wanted():
    """Each network's true gradients over 200 steps, in float64."""
    return {name: by_time(drawn(name), sequence(200)) for name in NETWORKS}


@pytest.mark.parametrize(("dtype", "rounding"), [("float64", 1e-10), ("float32", 1e-4)])
@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_backpropagation_through_the_whole_past(name, dtype, rounding, wanted):
    """Over 200 steps, each step's gradient and their sum."""
    got, exact = by_rule(drawn(name, dtype), ExactCredit(), sequence(200)).astype(np.float64), wanted[name]
    assert apart(got, exact).max() < rounding
    assert apart(got.sum(axis=0), exact.sum(axis=0)) < rounding
