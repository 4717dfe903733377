"""Losses of the best predictors, case by case."""

from math import log

import numpy as np
import pytest

from seqtasks.errors import UsageError
from seqtasks.tasks.cases import Cases, inputs_in_every_case


def test_every_case_is_there_once():
    """Two inputs of three symbols have their nine pairs."""
    pairs = set(zip(*inputs_in_every_case(3, 2).tolist(), strict=True))
    assert pairs == {(a, b) for a in range(3) for b in range(3)}


def test_too_many_cases_are_refused_with_the_arithmetic():
    """The sentence shows what was multiplied."""
    with pytest.raises(UsageError) as caught:
        inputs_in_every_case(8, 17)
    assert caught.value.message == (
        "17 inputs of 8 symbols have 8^17 = 2.25e+15 cases, more than the 1,000,000 from which yardsticks are computed."
    )
    assert caught.value.hint == "Choose fewer lags or fewer symbols."


def test_variance_left_by_one_of_two_dice():
    """Of the sum of two fair dice, seeing one leaves the other's variance 35/12, seeing none leaves both."""
    inputs = inputs_in_every_case(6, 2)
    dice = Cases(inputs, inputs.sum(axis=0).astype(float), np.full(36, 1 / 36))
    assert dice.variance([True, False]) == pytest.approx(35 / 12)
    assert dice.variance([False, False]) == pytest.approx(35 / 6)


def test_entropy_of_an_and():
    """Of x and y: H(1/4) unseen; seeing one input leaves ln 2 half of the time; seeing both leaves exactly nothing."""
    both = Cases(inputs_in_every_case(2, 2), np.array([0.0, 0.0, 0.0, 1.0]), np.full(4, 0.25))
    assert both.entropy([False, False]) == pytest.approx(-0.25 * log(0.25) - 0.75 * log(0.75))
    assert both.entropy([False, True]) == pytest.approx(log(2) / 2)
    assert both.entropy([True, True]) == 0.0
