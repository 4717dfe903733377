"""Saturated activations and units that do not move.

Axis letters: N samples, H units, S numbers of a state.
"""

from collections.abc import Sequence
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from seqtasks.core.network import Array
from seqtasks.keras.structure import structure_of

FLAT: Final = 0.05  # of an activation's greatest slope: a sigmoid below 0.013 or above 0.987, a tanh beyond 0.975
STILL: Final = 1e-6  # of the greatest deviation among the numbers of a state

# The weighted sums of Keras's cells: the name of each, and whether a gate's activation acts on it.
_SUMS: Final[dict[type[keras.layers.Layer], Sequence[tuple[str, bool]]]] = {
    keras.layers.GRUCell: (("update gate", True), ("reset gate", True)),
    keras.layers.LSTMCell: (("input gate", True), ("forget gate", True), ("candidate", False), ("output gate", True)),
    keras.layers.SimpleRNNCell: (("state", False),),
}


def saturation(cell: keras.layers.Layer, inputs: Array, states: Sequence[Array]) -> dict[str, Array]:
    """For each gate of a cell of Keras, the share of samples in which each unit is saturated.

    A unit is saturated where the slope of its activation is at most 5 % of the greatest, that at 0 included.

    Args:
        cell: A built cell.
        inputs: (N, I).
        states: The arrays of the state before the step, (N, H) each.

    Returns:
        (H,) by the name of the gate; nothing for a cell that declares no structure or is not one of Keras's.

    Example:
        >>> cell = keras.layers.SimpleRNNCell(2)
        >>> cell.build((None, 1))
        >>> cell.set_weights([np.array([[0.1, 9.0]]), np.zeros((2, 2)), np.zeros(2)])
        >>> saturation(cell, np.ones((3, 1), np.float32), [np.zeros((3, 2), np.float32)])
        {'state': array([0., 1.])}
    """
    structure, sums = structure_of(cell), _SUMS.get(type(cell), ())
    if structure is None:
        return {}
    arrays = [tf.cast(each, cell.compute_dtype) for each in (inputs, *states)]
    found = structure.preactivations(arrays[0], arrays[1:])
    return {
        name: _flat(cell.recurrent_activation if is_gate else cell.activation, found[place])
        for place, (name, is_gate) in enumerate(sums)
    }


def still_units(states: Array) -> Array:
    """Which numbers of a state do not change over the samples, (S,) bool.

    Args:
        states: (N, S).

    Example:
        >>> still_units(np.array([[1.0, 0.5], [1.0, -0.5]]))
        array([ True, False])
    """
    spread = states.astype(np.float64).std(axis=0)
    return np.asarray(spread <= STILL * max(float(spread.max(initial=0.0)), 1e-30))


def _flat(activation: Any, sums: Any) -> Array:
    """The share of samples in which the slope of an activation is small, by unit."""
    slopes, at_zero = _slopes(activation, sums), _slopes(activation, tf.zeros_like(sums[:1, :1]))
    largest = max(float(slopes.max(initial=0.0)), float(at_zero.max()))
    return np.asarray((slopes <= FLAT * largest).mean(axis=0))


def _slopes(activation: Any, sums: Any) -> Array:
    with tf.GradientTape() as tape:
        tape.watch(sums)
        values = activation(sums)
    slopes = tape.gradient(values, sums, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return np.asarray(np.abs(slopes.numpy()))
