"""The loss of a sequence as a function of the weights, and its gradient by TensorFlow.

Only the checks of Keras models import this module.

Axis letters: B lanes, T steps.
"""

from typing import Any, final

import tensorflow as tf

from seqtasks.core.network import Array
from seqtasks.keras.network import KerasNetwork


@final
class SequenceLoss:
    """The squared error, averaged over lanes and summed over all steps, or of the last step only.

    Args:
        network: A network in double precision.
        inputs: (B, T, 1).
        targets: (B, T, 1).
        only_last: Whether only the last step contributes.
    """

    def __init__(self, network: KerasNetwork, inputs: Array, targets: Array, only_last: bool) -> None:
        self._architecture, self._inputs, self._targets, self._only_last = (
            network.architecture,
            inputs,
            targets,
            only_last,
        )

    def __call__(self, weights: list[Array]) -> float:
        """Compute the loss with these weights."""
        return float(self._total([tf.constant(w) for w in weights]))

    def gradients(self, weights: list[Array]) -> list[Any]:
        """Compute the gradient by every weight through time; None for a weight without influence on the loss."""
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
