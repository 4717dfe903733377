"""Dropout whose masks are the same in a compiled program and in eager execution."""

from typing import Final

import numpy as np
import tensorflow as tf

MANTISSA: Final = {tf.float32: (tf.uint32, 23), tf.float64: (tf.uint64, 52)}  # integers of the same size; fraction bits


def dropout(inputs: tf.Tensor, rate: float, seed: tf.Tensor) -> tf.Tensor:
    """Drop a share of the numbers, and scale the others so that the mean stays.

        y = x / (1 - rate) where u >= rate, else 0          u uniform in [0, 1)

    Args:
        inputs: x, of any shape, float32 or float64.
        rate: The share that is dropped, at least 0 and below 1.
        seed: Two integers; the same seed drops the same places.

    Example:
        >>> dropout(tf.ones(4), 0.5, tf.constant([0, 0])).numpy().tolist()
        [2.0, 2.0, 0.0, 2.0]

    Source: Srivastava et al. (2014), JMLR 15.
    """
    integers, fraction = MANTISSA[inputs.dtype]
    # XLA converts the upper bits of a random integer to a float, TensorFlow's own kernels the lower ones. The integers
    # are the same, so this conversion, which is XLA's, gives the same u in both.
    drawn = tf.random.stateless_uniform(inputs.shape, seed, minval=None, maxval=None, dtype=integers)
    upper = tf.bitwise.right_shift(drawn, tf.constant(8 * integers.size - fraction, integers))
    u = tf.cast(upper, inputs.dtype) * tf.constant(np.ldexp(1.0, -fraction), inputs.dtype)
    return tf.where(u >= rate, inputs * (1 / (1 - rate)), tf.zeros_like(inputs))
