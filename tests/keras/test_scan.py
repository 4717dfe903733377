"""The loop over time, and the way back through it."""

import numpy as np
import pytest
import tensorflow as tf

from seqtasks.keras.scan import scan

pytestmark = pytest.mark.tensorflow

T, B, UNITS = 7, 3, 4
RANDOM = np.random.default_rng(0)
INPUTS = tf.constant(RANDOM.normal(size=(T, B, 2)))
WEIGHTS = [tf.constant(RANDOM.normal(size=shape)) for shape in ((2, UNITS), (UNITS, UNITS), (UNITS,))]
INITIAL = [tf.constant(RANDOM.normal(size=(B, UNITS))), tf.constant(RANDOM.normal(size=(B, 1)))]
BY_OUTPUTS = tf.constant(RANDOM.normal(size=(T, B, UNITS)))


def step(weights, x, state):
    """Two states that act on each other, and an output that is neither; the last weight is of no use."""
    kernel, recurrent, _ = weights
    h = tf.tanh(x @ kernel + state[0] @ recurrent * state[1])
    c = 0.5 * state[1] + tf.reduce_sum(h, axis=1, keepdims=True)
    return h * c, [h, c]


def one_after_another(weights, inputs, initial, steps):
    """The same, written out."""
    state, outputs = initial, []
    for t in range(steps):
        y, state = step(weights, inputs[t], state)
        outputs.append(y)
    return tf.stack(outputs)


def gradients(outputs_of, steps):
    """Outputs, and the gradients of a weighted sum of them by all that goes in."""
    everything = [*WEIGHTS, INPUTS, *INITIAL]
    with tf.GradientTape() as tape:
        tape.watch(everything)
        outputs = outputs_of(steps)[:steps]
        total = tf.reduce_sum(BY_OUTPUTS[:steps] * outputs)
    return outputs, tape.gradient(total, everything, unconnected_gradients="zero")


@pytest.mark.parametrize("jit", [True, False], ids=["XLA", "graph"])
@pytest.mark.parametrize("steps", [1, 4, T])
def test_outputs_and_gradients_are_those_of_the_steps_one_after_another(steps, jit):
    """By weights, inputs and initial state, also where fewer steps are taken than there is room for."""

    @tf.function(jit_compile=jit)
    def looped(count):
        return gradients(lambda _: scan(step, WEIGHTS, INPUTS, INITIAL, count, UNITS), steps)

    found, by_found = looped(tf.constant(steps))
    wanted, by_wanted = gradients(lambda steps: one_after_another(WEIGHTS, INPUTS, INITIAL, steps), steps)
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    for one, other in zip(by_found, by_wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)
    assert np.abs(by_wanted[0]).max() > 0
    assert np.abs(by_wanted[1]).max() > 0
    assert np.abs(by_found[2]).max() == 0  # the weight of no use
    assert np.abs(by_found[3][steps:]).sum() == 0


def test_a_variable_beside_the_weights_is_a_constant():
    """The gradients by the weights are those with its value; and a count of steps may be among the states."""
    outside = tf.Variable(2.0, dtype=tf.float64)
    count = [tf.zeros((B, 1), tf.int32)]

    def scaled(weights, x, state):
        y = outside * (x @ weights[0]) * tf.cast(state[0] + 1, tf.float64)
        return y, [state[0] + 1]

    @tf.function(jit_compile=True)
    def looped():
        with tf.GradientTape() as tape:
            tape.watch(WEIGHTS[0])
            total = tf.reduce_sum(BY_OUTPUTS * scan(scaled, WEIGHTS[:1], INPUTS, count, T, UNITS))
        return tape.gradient(total, WEIGHTS[0])

    steps = np.arange(1, T + 1)[:, None, None]
    wanted = 2 * np.einsum("tbi,tbh->ih", INPUTS.numpy(), BY_OUTPUTS.numpy() * steps)
    np.testing.assert_allclose(looped(), wanted, rtol=1e-12)
