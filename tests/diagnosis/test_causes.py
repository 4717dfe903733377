"""Faults that resemble others: too much dropout, an explosion, noise that was fitted, a leak."""

import keras
import numpy as np
import pytest
from support import keras_faults as faults
from support.keras_programs import compiled

from seqtasks.diagnosis.examination import examine
from seqtasks.diagnosis.keras_model.subject import KerasSubject
from seqtasks.diagnosis.rules.dropout_high import dropout_high
from seqtasks.diagnosis.rules.exploding_gradient import exploding_gradient
from seqtasks.diagnosis.rules.future_in_inputs import future_in_inputs
from seqtasks.diagnosis.rules.learning_rate import learning_rate_low
from seqtasks.diagnosis.rules.unpredictable_targets import unpredictable_targets
from seqtasks.diagnosis.rules.vanishing_gradient import vanishing_gradient

pytestmark = pytest.mark.tensorflow

LAYERS = keras.layers


def sums(*layers, learning_rate=0.01, losses=()):
    """A network for the sum of six normal numbers, as a subject that was trained for many epochs."""
    X = faults.normal(320, 6, 1)
    keras.utils.set_random_seed(0)
    model = compiled(keras.Input((6, 1)), *layers, LAYERS.Dense(1), learning_rate=learning_rate)
    return KerasSubject(model, X, X.sum(axis=1), {"epochs": 60, "losses": losses})


def test_a_copy_without_dropout_shows_that_there_is_too_much():
    """Of 97 % nothing is left; a usual share is not examined."""
    fault = dropout_high(sums(LAYERS.GRU(8), LAYERS.Dropout(0.97), losses=(6.0,)))
    assert fault.name == "dropout-high"
    assert "sets 97% of the values" in fault.sentence
    assert dropout_high(sums(LAYERS.GRU(8), LAYERS.Dropout(0.2), losses=(6.0,))) is None


def test_an_explosion_leaves_its_trace_in_the_losses():
    """A loss far above chance, in a layer without a bound only; and a gradient that exploded has not vanished."""
    losses = (6.0, 800.0, 6.0)
    fault = exploding_gradient(sums(LAYERS.SimpleRNN(8, activation="relu"), losses=losses))
    assert "the loss rose to 800" in fault.sentence
    assert exploding_gradient(sums(LAYERS.SimpleRNN(8, activation="relu"), losses=(6.0, 6.0))) is None
    assert exploding_gradient(sums(LAYERS.SimpleRNN(8), losses=losses)) is None
    thrown = sums(LAYERS.SimpleRNN(8, activation="sigmoid", kernel_initializer="zeros"))
    thrown.model.layers[-1].bias.assign([50.0])
    assert vanishing_gradient(thrown) is None


def test_noise_that_was_fitted_is_not_learned():
    """With a weight for ten targets, a loss of 0.94 times chance on the data of the training shows nothing."""
    x, y = faults.normal(1000, 2, 1), np.sign(faults.normal(1000, 1, seed=1))
    model = compiled(keras.Input((2, 1)), LAYERS.GRU(2), LAYERS.Dense(16), LAYERS.Dense(1))
    found = KerasSubject(model, x, y, {"losses": (1.0,)})
    assert found.fitted_noise == pytest.approx(0.095)
    vars(found)["outputs"] = 0.03 * y
    assert unpredictable_targets(found).name == "unpredictable-targets"
    assert examine(found).verdict == "not learned"
    vars(found).pop("loss")
    vars(found)["outputs"] = 0.9 * y
    assert unpredictable_targets(found) is None


def smoothed(ahead, *, noise=0.2):
    """A noisy oscillation with its mean over three steps as another input, and the next value."""
    t, phase = np.arange(16), np.random.default_rng(1).uniform(0, 6, (240, 1))
    series = (np.sin(0.8 * t + phase) + noise * faults.normal(240, 16))[..., None].astype(np.float32)
    mean = sum(series[:, 2 + k : 14 + k] for k in (ahead - 2, ahead - 1, ahead)) / 3
    X, y = np.concatenate([series[:, 2:14], mean], axis=2), series[:, 3:15]
    return KerasSubject(compiled(keras.Input((12, 2)), LAYERS.GRU(2, return_sequences=True), LAYERS.Dense(1)), X, y)


def test_a_mean_that_reaches_ahead_holds_the_target():
    """A window that ends at the present does not, and in a series without noise the past says all the same."""
    fault = future_in_inputs(smoothed(ahead=1))
    assert "The input 1 is a mean" in fault.sentence
    assert future_in_inputs(smoothed(ahead=0)) is None
    assert future_in_inputs(smoothed(ahead=1, noise=0.0)) is None


def test_an_input_that_drives_a_series_is_no_leak():
    """The next value is 0.8 of the last one and 0.2 of what drives it."""
    u = faults.normal(240, 13)
    x = np.zeros((240, 13), np.float32)
    for t in range(12):
        x[:, t + 1] = 0.8 * x[:, t] + 0.2 * u[:, t]
    model = compiled(keras.Input((12, 2)), LAYERS.GRU(2, return_sequences=True), LAYERS.Dense(1))
    X, y = np.stack([x[:, :12], u[:, :12]], axis=2), x[:, 1:, None]
    assert future_in_inputs(KerasSubject(model, X, y)) is None


def test_the_change_of_a_learning_rate_names_the_better_one():
    """The code is that of the optimizer, with the rate of the best copy."""
    found = sums(LAYERS.GRU(8), learning_rate=1e-6, losses=(6.0,))
    fault = learning_rate_low(found)
    assert fault.change == f"model.compile(keras.optimizers.Adam({found.rate_probe.best[0]:.3g}), ...)"


@pytest.mark.parametrize("rows", [1, 3])
def test_few_rows_say_nothing(rows):
    """One sentence for all that cannot be measured, without an error of NumPy."""
    found = examine(KerasSubject(faults.wave()[0], *(each[:rows] for each in faults.wave()[1:3]), {"losses": (1.0,)}))
    assert found.verdict == "unknown"
    assert not found.faults
    (reason,) = [each for each in found.unchecked if each.startswith("loss, lag")]
    assert "at least 24 are needed" in reason
    assert "ValueError" not in "".join(found.unchecked)
