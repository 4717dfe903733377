"""Cells of all sorts: with bare states, nested states, and states that are weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqtasks.core.task import Shapes
from seqtasks.models.standard import Standard

pytestmark = pytest.mark.tensorflow

ONE = Shapes(inputs=1, outputs=1)


class Leaky(keras.layers.Layer):
    """h' = h / 2 + w x from h = 1: a bare tensor as state, no configuration."""

    state_size = 1
    output_size = 1

    def __init__(self, units, **rest):
        super().__init__(**rest)
        assert units == 1

    def build(self, shape):
        self.w = self.add_weight(shape=(), initializer="ones", name="w")

    def get_initial_state(self, batch_size=None):
        return tf.ones((batch_size, 1))

    def call(self, inputs, states):
        h = states[0] / 2 + self.w * inputs[..., :1]
        return h, [h]

    def get_config(self):
        raise NotImplementedError  # as Keras does for a cell whose configuration it does not know


class NoInitial(keras.layers.Layer):
    """A sum; as Keras allows, it has no get_initial_state, and returns its new state bare."""

    state_size = (1,)
    output_size = 1

    def __init__(self, units, **rest):
        super().__init__(**rest)

    def call(self, inputs, states):
        h = states[0] + inputs[..., :1]
        return h, h


class Nested(keras.layers.Layer):
    """A state in a list in a tuple: last step's input, and a count."""

    state_size = ((1,), [1])
    output_size = 1

    def __init__(self, units, **rest):
        super().__init__(**rest)

    def get_initial_state(self, batch_size=None):
        return ((tf.zeros((batch_size, 1)),), [tf.zeros((batch_size, 1))])

    def call(self, inputs, states):
        (last,), [count] = states
        return last + 10 * count, ((inputs[..., :1],), [count + 1])


class Learned(keras.layers.Layer):
    """The state before the first step is itself a weight."""

    state_size = (1,)
    output_size = 1

    def __init__(self, units, **rest):
        super().__init__(**rest)

    def build(self, shape):
        self.h0 = self.add_weight(shape=(1, 1), initializer="random_normal", name="h0")

    def get_initial_state(self, batch_size=None):
        return [tf.repeat(tf.convert_to_tensor(self.h0), batch_size, axis=0)]

    def call(self, inputs, states):
        return states[0], [states[0]]


X = np.array([[[1.0], [2.0], [4.0]]], np.float32)
MIDDLE = np.array([[False, True, False]])


@pytest.mark.parametrize(
    ("cell", "outputs", "restarted"),
    [
        (Leaky, [1.5, 2.75, 5.375], [1.5, 2.5, 5.25]),
        (NoInitial, [1, 3, 7], [1, 2, 6]),
        (Nested, [0, 11, 22], [0, 0, 12]),
    ],
)
def test_any_keras_cell_can_be_stepped(cell, outputs, restarted):
    """States that are bare, nested, or not zero at first: the step view, the Keras model and the law agree."""
    network = Standard(cell, {"units": 1}, readout="none").build(ONE, seed=0)
    np.testing.assert_allclose(network(X)[0, :, 0], outputs)
    np.testing.assert_allclose(network.keras_model().predict(X, verbose=0)[0, :, 0], outputs)
    again, _ = network.run(X, MIDDLE, network.initial_state(1))
    np.testing.assert_allclose(again[0, :, 0], restarted)


def test_an_initial_state_that_is_a_weight_is_each_networks_own():
    """Two networks of that architecture in turn, and other weights loaded, each start from their own state."""
    first, second = (Standard(Learned, {"units": 1}, readout="none").build(ONE, seed) for seed in (0, 1))
    for network in (first, second, first):
        h0 = network.weights()[0].item()
        np.testing.assert_allclose(network.initial_state(1)[0], [[h0]])
        np.testing.assert_allclose(network(X)[0, :, 0], [h0] * 3)
        outputs, _ = network.run(X, MIDDLE, (np.full((1, 1), 7, np.float32),))
        np.testing.assert_allclose(outputs[0, :, 0], [7, h0, h0])
    second.load([np.full((1, 1), 3.0)])
    np.testing.assert_allclose(second(X)[0, :, 0], [3.0] * 3)
