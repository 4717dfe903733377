"""Networks of Keras layers as dynamical systems, differentiated exactly."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Self, final

import keras
import numpy as np
import tensorflow as tf

from seqtasks.core.network import Array
from seqtasks.diagnosis.dynamics import AbstractDynamics, Layout
from seqtasks.keras.network import KerasNetwork
from seqtasks.keras.runtime import RuntimeLock

Tensors = Sequence[Any]
Step = Callable[[Any, Tensors], tuple[Any, Tensors]]

_lock = RuntimeLock()  # for layers that belong to no architecture


@final
class KerasDynamics(AbstractDynamics):
    """A step of tensors, differentiated by a gradient tape.

    Args:
        step: Inputs (N, I) and the arrays of the state (N, ...) to outputs (N, O) and the arrays of the new state.
        initial: The number of lanes to the arrays of the initial state.
        lock: What is held while TensorFlow computes.
        readout: The arrays of the state (N, ...) to the outputs (N, O), which may be wrong for unusual cells; None if
            unknown.

    Example:
        >>> layer = keras.layers.SimpleRNN(2, activation=None, use_bias=False)
        >>> layer.build((None, None, 1))
        >>> layer.set_weights([np.ones((1, 2)), np.array([[0.5, 0.0], [0.0, 2.0]])])
        >>> KerasDynamics.of_layer(layer).pullback(np.ones((1, 1)), np.zeros((1, 2)), None, np.ones((1, 2)))
        array([[0.5, 2. ]], dtype=float32)
    """

    def __init__(
        self,
        step: Step,
        initial: Callable[[int], Tensors],
        lock: Callable[[], AbstractContextManager[Any]],
        readout: Callable[[Tensors], Any] | None = None,
    ) -> None:
        self._step, self._initial, self._lock, self._readout = step, initial, lock, readout
        with lock():
            first = [tf.convert_to_tensor(each) for each in initial(1)]
        self._layout = Layout([tuple(each.shape[1:]) for each in first])
        self._types = [each.dtype for each in first]

    @classmethod
    def of_network(cls, network: KerasNetwork) -> Self:
        """The whole network with its present weights: the states of all layers, and the readout."""
        arch, weights = network.architecture, [tf.constant(array) for array in network.arrays]

        def step(inputs: Any, state: Tensors) -> tuple[Any, Tensors]:
            return arch.step(weights, arch.encode(inputs), list(state))

        def read_out(state: Tensors) -> Any:
            return arch.read_out(weights, state[arch.layers[-1].states.start])  # Keras's cells output their first array

        return cls(step, lambda lanes: arch.initial_state(weights, lanes), lambda: arch.lock.checked, read_out)

    @classmethod
    def of_layer(cls, layer: keras.layers.Layer, readout: Callable[[Any], Any] | None = None) -> Self:
        """A recurrent layer of Keras that has a cell, with its present weights.

        Args:
            layer: A built layer, such as ``GRU``, ``LSTM``, ``SimpleRNN`` or ``RNN(cell)``.
            readout: A function of the layer's outputs (N, W), such as a ``Dense`` layer; None for the outputs.
        """
        cell = layer.cell
        nest = layer.get_initial_state(batch_size=1)

        def step(inputs: Any, state: Tensors) -> tuple[Any, Tensors]:
            outputs, after = cell(inputs, tf.nest.pack_sequence_as(nest, list(state)))
            return outputs if readout is None else readout(outputs), tf.nest.flatten(after)

        return cls(
            step,
            lambda lanes: tf.nest.flatten(layer.get_initial_state(batch_size=lanes)),
            lambda: _lock.checked,
            lambda state: state[0] if readout is None else readout(state[0]),
        )

    def initial(self, lanes: int) -> Array:
        """The initial state."""
        with self._lock():
            return self._layout.rows([np.asarray(each) for each in self._initial(lanes)])

    def step(self, inputs: Array, states: Array) -> tuple[Array, Array]:
        """One step, computed eagerly."""
        with self._lock():
            outputs, after = self._step(self._inputs(inputs), self._tensors(states))
            return outputs.numpy(), self._layout.rows([each.numpy() for each in after])

    def pullback(self, inputs: Array, states: Array, by_outputs: Array | None, by_states: Array | None) -> Array:
        """The vector-Jacobian product by reverse accumulation."""
        with self._lock():
            before, x = self._tensors(states), self._inputs(inputs)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(before)
                outputs, after = self._step(x, before)
            targets, seeds = [], []
            if by_outputs is not None:
                targets, seeds = [outputs], [tf.cast(by_outputs, outputs.dtype)]
            if by_states is not None:
                targets += list(after)
                parts = self._layout.arrays(by_states)
                seeds += [tf.cast(part, each.dtype) for part, each in zip(parts, after, strict=True)]
            found = tape.gradient(targets, before, seeds, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return self._layout.rows([each.numpy() for each in found])

    def observe(self, states: Array, outputs: Array, by_outputs: Array) -> Array | None:
        """The gradient through the readout; None if the readout of the state is not the output of the cell."""
        if self._readout is None:
            return None
        with self._lock():
            now = self._tensors(states)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(now)
                try:
                    found = self._readout(now)
                except (ValueError, tf.errors.InvalidArgumentError):  # a state of another shape than the outputs
                    return None
            if found.shape != outputs.shape or not np.allclose(found.numpy(), outputs, rtol=1e-3, atol=1e-5):
                return None
            seed = tf.cast(by_outputs, found.dtype)
            by_state = tape.gradient(found, now, seed, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return self._layout.rows([each.numpy() for each in by_state])

    def _inputs(self, inputs: Array) -> Any:
        """Numbers in the precision of the state, symbols as they are."""
        tensor = tf.convert_to_tensor(inputs)
        return tensor if tensor.dtype.is_integer else tf.cast(tensor, self._types[0])

    def _tensors(self, states: Array) -> list[Any]:
        arrays = self._layout.arrays(states)
        return [tf.cast(array, kind) for array, kind in zip(arrays, self._types, strict=True)]
