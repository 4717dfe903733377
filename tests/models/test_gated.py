"""Gated models: chrono initialisation."""

import keras
import numpy as np
import pytest
from support.oracle import sigmoid

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.initializers import Chrono
from seqtasks.models.gru import GRU
from seqtasks.models.lstm import LSTM

pytestmark = pytest.mark.tensorflow

ONE = Shapes(inputs=1, outputs=1)
MODELS = {"gru": GRU, "lstm": LSTM}


def biases(model, seed=0, layer=0):
    """The biases of one layer."""
    return model.build(ONE, seed).weights()[3 * layer + 2]


@pytest.mark.parametrize("longest", [3, 10, 1000])
def test_a_gru_keeps_its_past_up_to_the_longest_time(longest):
    """sigmoid(b_z) = (tau - 1) / tau, tau uniform between 2 and T; every other bias is zero, the state's too."""
    b = biases(GRU(units=500, chrono=longest))
    keeps = sigmoid(b[0, :500].astype(np.float64))
    assert 1 / 2 <= keeps.min() <= keeps.max() <= (longest - 1) / longest + 1e-7
    tenths = np.linspace(0.1, 0.9, 9)
    np.testing.assert_allclose(
        np.quantile(1 / (1 - keeps), tenths), 2 + tenths * (longest - 2), rtol=0, atol=0.08 * longest
    )
    assert np.count_nonzero(b) == 500


def test_an_lstm_s_input_gates_are_as_closed_as_its_forget_gates_are_open():
    """b_f = log U(1, T - 1), b_i = -b_f, and no 1 is added to b_f; the others are zero."""
    i, f, c, o = np.split(biases(LSTM(units=500, chrono=10)), 4)
    assert (sigmoid(f).min(), sigmoid(f).max()) == pytest.approx((1 / 2, 9 / 10), abs=0.02)
    assert 1 / 2 <= sigmoid(f).min() <= sigmoid(f).max() <= 9 / 10 + 1e-7
    np.testing.assert_array_equal(i, -f)
    assert not c.any()
    assert not o.any()


@pytest.mark.parametrize("name", MODELS)
def test_biases_follow_the_network_s_seed(name):
    """The same seed gives the same, another others; two layers of one network differ."""
    model = MODELS[name](units=4, layers=2, chrono=10)
    np.testing.assert_array_equal(biases(model, seed=1), biases(model, seed=1))
    assert not np.array_equal(biases(model, seed=1), biases(model, seed=2))
    assert not np.array_equal(biases(model), biases(model, layer=1))


@pytest.mark.parametrize("name", MODELS)
def test_without_it_the_biases_are_as_ever(name):
    """Zeros, and ones at an LSTM's forget gates."""
    usual = {"gru": np.zeros((2, 6)), "lstm": np.repeat([0, 1, 0, 0], 2)}
    np.testing.assert_array_equal(biases(MODELS[name](units=2)), usual[name])


@pytest.mark.parametrize("name", MODELS)
def test_two_settings_for_one_thing_are_refused(name):
    """Both would draw the biases: chrono and another initializer; the usual one named is no other."""
    host = Host.start(environ={})
    both = host.make("models", host.spec("models", f"{name}:chrono=10,bias_initializer=ones"))
    with pytest.raises(UsageError, match=r"Both chrono=10 and bias_initializer=ones set the biases\.") as error:
        both.build(ONE, seed=0)
    assert error.value.hint == "Leave one of them out."
    named = host.make("models", host.spec("models", f"{name}:units=2,chrono=10,bias_initializer=zeros"))
    np.testing.assert_array_equal(biases(named), biases(MODELS[name](units=2, chrono=10)))


def test_a_time_without_a_choice_is_out_of_range():
    """Between 2 and 2 steps there is nothing to draw."""
    with pytest.raises(UsageError, match="gru: chrono=2 is out of range"):
        Host.start(environ={}).spec("models", "gru:chrono=2")


@pytest.mark.parametrize("name", MODELS)
def test_keras_can_save_it(name):
    """A Keras model of it is read back from its configuration, and what has a seed draws the same again."""
    model = MODELS[name](units=2, chrono=10).build(ONE, seed=0).keras_model()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(model))
    drawn, read = (m.layers[1].bias_initializer for m in (model, again))
    assert (read.longest, read.signs) == (drawn.longest, drawn.signs)
    fixed = Chrono(longest=10, signs=(1, 0), seed=3)
    np.testing.assert_array_equal(Chrono.from_config(fixed.get_config())((8,)), fixed((8,)))
