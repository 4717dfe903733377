"""Propagators, compared with products of Jacobians."""

import numpy as np
import pytest
import tensorflow as tf

from seqtasks.keras.credit.rtrl import initial_propagators, propagate, write_at

pytestmark = pytest.mark.tensorflow

LANES, STEPS, NUMBERS = 2, 3, 4
RANDOM = np.random.default_rng(0)


def test_a_propagator_is_the_product_of_the_later_jacobians():
    """After three steps: J3 J2 J1 from the beginning, J3 J2 from the first, J3 from the second, 1 from the last."""
    changes = RANDOM.normal(size=(STEPS, LANES, NUMBERS, NUMBERS))
    propagators = initial_propagators(LANES, STEPS, NUMBERS, "float64")
    for place, change in enumerate(changes):
        propagators = propagate(propagators, tf.constant(change), tf.constant(place))
    first, each = (array.numpy() for array in propagators)
    for lane in range(LANES):
        j1, j2, j3 = changes[:, lane]
        np.testing.assert_allclose(first[lane].T, j3 @ j2 @ j1, rtol=1e-12)
        for got, wanted in zip(each[lane], (j3 @ j2, j3, np.eye(NUMBERS)), strict=True):
            np.testing.assert_allclose(got.T, wanted, rtol=1e-12, atol=1e-15)


def test_propagators_of_later_steps_are_zero():
    """After one of three steps the other two are zero."""
    first, each = propagate(
        initial_propagators(1, STEPS, NUMBERS, "float64"),
        tf.eye(NUMBERS, batch_shape=[1], dtype=tf.float64),
        tf.constant(0),
    )
    assert first.numpy().any()
    assert each.numpy()[0, 0].any()
    assert not each.numpy()[0, 1:].any()


def test_one_slice_is_replaced():
    """Along the axis that is named."""
    written = write_at(tf.zeros((2, 3)), tf.constant([[1.0], [2.0]]), tf.constant(1), axis=1)
    np.testing.assert_array_equal(written, [[0, 1, 0], [0, 2, 0]])
