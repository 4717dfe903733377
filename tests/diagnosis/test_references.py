"""Losses without a network, and how far back the inputs help."""

import numpy as np
import pytest

from seqtasks.diagnosis.objective import Objective
from seqtasks.diagnosis.references import _lags, fitted_references
from seqtasks.diagnosis.series import Series

STEPS = 2000


def series(inputs, targets):
    return Series(inputs.reshape(1, -1, 1), targets.reshape(1, -1, 1), np.ones((1, len(inputs)), bool))


def bits(seed=0):
    return (np.random.default_rng(seed).random(STEPS) < 0.25).astype(float)


@pytest.mark.parametrize("lag", [0, 1, 3, 11])
def test_the_lag_of_a_delay_is_found(lag):
    """Chance is the variance of the bit, memoryless is chance for every lag but 0, and the optimum is 0."""
    x = bits()
    found = fitted_references(Objective("real"), series(x, 1 - np.roll(x, lag)))
    assert found.lag == found.lag_low == lag
    assert found.chance.value == pytest.approx(3 / 16, abs=0.03)
    assert found.memoryless.value == pytest.approx(0.0 if lag == 0 else found.chance.value, abs=0.01)
    assert found.optimum.value < 1e-3


def test_a_combination_of_two_lags_is_found():
    """The exclusive or of two bits is in no single one of them; its entropy is the chance."""
    x = (np.random.default_rng(0).random(STEPS) < 0.5).astype(float)
    found = fitted_references(Objective("binary"), series(x, np.logical_xor(x, np.roll(x, 2)).astype(float)))
    assert found.lag == 2
    assert found.chance.value == pytest.approx(np.log(2), abs=0.01)
    assert found.optimum.value < 0.01


def test_classes_of_an_earlier_symbol():
    """Chance is the entropy of four equally frequent symbols."""
    symbols = np.random.default_rng(0).integers(0, 4, STEPS)
    data = Series(np.eye(4)[symbols][None], np.roll(symbols, 2).reshape(1, -1, 1), np.ones((1, STEPS), bool))
    found = fitted_references(Objective("class"), data, classes=4)
    assert found.lag == 2
    assert found.chance.value == pytest.approx(np.log(4), abs=0.01)
    assert found.optimum.value < 0.02


def test_noise_has_no_gap():
    """Nothing predicts independent targets: the optimum is chance."""
    x, y = np.random.default_rng(0).normal(size=(2, STEPS))
    found = fitted_references(Objective("real"), series(x, y))
    assert found.gap < 0.02 * found.chance.value
    assert found.lag == 0


def test_the_lag_is_found_for_a_loss_below_zero():
    """A likelihood has no least loss, so that a loss below that of chance is not yet good enough."""
    x = bits()
    shifted = Objective("real", lambda y, o: np.square(y - o).mean(axis=-1) - 5)
    assert fitted_references(shifted, series(x, 1 - np.roll(x, 3))).lag == 3


def test_windows_of_many_inputs_are_short():
    """Of 8000 inputs, the present and one step before: 64 steps of 3000 points would take 12 GB."""
    wide = Series(np.zeros((1, 30, 8000)), np.zeros((1, 30, 1)), np.ones((1, 30), bool))
    assert _lags(wide) == [0, 1]
