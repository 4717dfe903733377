"""How far the steps of a stretch lead: what a number of the state back then still does to the state now.

    L(t; r) = J(t) L(t-1; r),   L(r; r) = 1          J = ds'/ds

for every step r of a stretch of k steps, and for the state before its first one. Written the other way round than J:
row m says what number m of the state back then does to each number now. Axis letters: B lanes, k steps, N numbers of
a lane's state.
"""

import tensorflow as tf

from seqtasks.keras.credit.rule import Carry


def begun(lanes: int, steps: int, numbers: int, dtype: str) -> Carry:
    """Before a stretch: L from its beginning (B, N, N), and from each of its steps (B, k, N, N), none of them taken."""
    return [
        tf.eye(numbers, batch_shape=[lanes], dtype=dtype),
        tf.zeros((lanes, steps, numbers, numbers), dtype),
    ]


def onward(leads: Carry, change: tf.Tensor, place: tf.Tensor) -> Carry:
    """After one more step, the stretch's ``place``-th, which changed the state by J (B, N, N)."""
    first, each = leads
    lanes, steps, numbers, _ = each.shape
    led = tf.matmul(tf.reshape(each, [lanes, steps * numbers, numbers]), change, transpose_b=True)
    led = written(tf.reshape(led, each.shape), tf.eye(numbers, dtype=each.dtype), place, axis=1)
    return [tf.matmul(first, change, transpose_b=True), led]


def written(kept: tf.Tensor, new: tf.Tensor, place: tf.Tensor, axis: int) -> tf.Tensor:
    """What is kept step by step along an axis, with something new at one place of it."""
    shape = [1] * kept.shape.rank
    shape[axis] = kept.shape[axis]
    return tf.where(tf.reshape(tf.range(kept.shape[axis]) == place, shape), new, kept)
