"""Dropout: the masks of a seed, compiled and not."""

import numpy as np
import pytest
import tensorflow as tf

from seqtasks.keras.dropout import dropout

pytestmark = pytest.mark.tensorflow

SEED = tf.constant([123456789, 7], tf.int32)
SHAPES = [(1,), (7, 5, 3), (33, 9, 17)]


def compiled(function, x):
    """The function by XLA."""
    return tf.function(function, jit_compile=True)(x).numpy()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_eager_execution_drops_what_a_compiled_program_drops(shape, dtype):
    """To the bit, in both precisions; and it is what TensorFlow's own dropout drops when XLA compiles that."""
    x = tf.constant(np.random.default_rng(0).normal(size=shape), dtype)
    eager = dropout(x, 0.3, SEED).numpy()
    np.testing.assert_array_equal(eager, compiled(lambda x: dropout(x, 0.3, SEED), x))
    np.testing.assert_array_equal(
        eager, compiled(lambda x: tf.nn.experimental.stateless_dropout(x, rate=0.3, seed=SEED), x)
    )


def test_the_mean_stays():
    """A share of 0.3 is dropped, within five standard errors, and the others are scaled by 1 / 0.7."""
    y = dropout(tf.ones(100_000), 0.3, SEED).numpy()
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.7)}
    assert abs((y == 0).mean() - 0.3) < 5 * np.sqrt(0.3 * 0.7 / y.size)


def test_a_seed_is_its_masks():
    """The same seed drops the same places, the next one others."""
    x = tf.ones(100)
    again, other = dropout(x, 0.5, SEED), dropout(x, 0.5, SEED + tf.constant([0, 1]))
    np.testing.assert_array_equal(dropout(x, 0.5, SEED), again)
    assert (again.numpy() != other.numpy()).any()
