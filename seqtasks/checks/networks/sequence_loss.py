"""A sequence's loss as a function of weights, and its gradient by TensorFlow: only the checks of Keras models load it.

Axis letters: B lanes, T steps.
"""

from typing import Any, final

import tensorflow as tf

from seqtasks.core.network import Array
from seqtasks.keras.network import KerasNetwork


@final
class SequenceLoss:
    """The mean over lanes of the squared errors of all steps, or of the last.

    Args:
        network: A network in double precision.
        inputs: (B, T, 1).
        targets: (B, T, 1).
        only_last: Whether the last step alone counts.
    """

    def __init__(self, network: KerasNetwork, inputs: Array, targets: Array, only_last: bool) -> None:
        self._architecture, self._inputs, self._targets, self._only_last = (
            network.architecture,
            inputs,
            targets,
            only_last,
        )

    def __call__(self, weights: list[Array]) -> float:
        """The loss with these weights."""
        return float(self._total([tf.constant(w) for w in weights]))

    def gradients(self, weights: list[Array]) -> list[Any]:
        """By every weight, by backpropagation through time; None where there is no way from one to the other."""
        tensors = [tf.constant(w) for w in weights]
        floats = [tensor for tensor in tensors if tensor.dtype.is_floating]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(floats)
            total = self._total(tensors)
        found = iter(tape.gradient(total, floats))
        each = [next(found) if tensor.dtype.is_floating else None for tensor in tensors]
        return [None if gradient is None else gradient.numpy() for gradient in each]

    def _total(self, weights: list[tf.Tensor]) -> tf.Tensor:
        state, losses = self._architecture.initial_state(weights, len(self._inputs)), []
        for t in range(self._inputs.shape[1]):
            out, state = self._architecture.step(weights, tf.constant(self._inputs[:, t], tf.float64), state)
            losses.append(tf.reduce_mean((tf.constant(self._targets[:, t], tf.float64) - out) ** 2))
        return losses[-1] if self._only_last else tf.add_n(losses)
