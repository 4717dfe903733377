"""A Keras model as a function of its inputs and states, which leaves all variables of the model as they are.

Axis letters: N rows, B rows of a batch, K batches.
"""

from collections.abc import Callable
from typing import Any, Final, final

import keras
import numpy as np
import tensorflow as tf

from seqtasks.diagnosis.keras_model.layers import state_variables
from seqtasks.diagnosis.series import Array
from seqtasks.keras.runtime import RuntimeLock

LOCK: Final = RuntimeLock()
ROWS: Final = 256  # of a call without states


@final
class ModelFunction:
    """The outputs of a model in inference mode.

    Args:
        model: A built Keras model.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._states = state_variables(model)
        self.probabilities = False  # whether the loss will see the logits of a softmax or sigmoid; known after a call
        self._programs: dict[tuple[Any, ...], Any] = {}

    def output_shape(self, inputs: Array) -> tuple[int | None, ...]:
        """The shape of the outputs, with None for the rows; that of a row of the inputs if the model does not say."""
        if getattr(self._model, "outputs", None):
            return tuple(self._model.outputs[0].shape)
        return (None, *self.outputs(inputs[:1].astype("float32")).shape[1:])

    def outputs(self, inputs: Array) -> Array:
        """The outputs (N, ...) of rows that do not continue one another, each from the initial state."""
        size = self._states[0].shape[0] if self._states else ROWS
        return self._in_batches(inputs, size, carried=False)

    def carried_outputs(self, inputs: Array, batch_size: int) -> Array:
        """The outputs (N, ...) of batches that continue one another; rows of an incomplete last batch are left out."""
        return self._in_batches(inputs[: len(inputs) // batch_size * batch_size], batch_size, carried=True)

    def _in_batches(self, inputs: Array, size: int, *, carried: bool) -> Array:
        states = [tf.zeros_like(state.value) for state in self._states]
        with LOCK.checked:
            if carried:
                batches = inputs.reshape(-1, size, *inputs.shape[1:])
                found = self._program(self._batch_after_batch, batches, 0)(tf.constant(batches), states).numpy()
                return np.asarray(found.reshape(len(inputs), *found.shape[2:]))
            missing = -len(inputs) % size if self._states else 0  # a stateful model takes whole batches only
            padded = np.concatenate([inputs, np.repeat(inputs[-1:], missing, axis=0)])
            program = self._program(lambda x, states: self._step(x, states)[0], padded[:size], len(self._states))
            parts = [program(tf.constant(padded[k : k + size]), states) for k in range(0, len(padded), size)]
            return np.concatenate([part.numpy() for part in parts])[: len(inputs)]

    def _program(self, function: Callable[[Any, list[Any]], Any], example: Array, fixed: int) -> Any:
        """The compiled function for inputs like the example, with any number along the first axis unless it is fixed.

        TensorFlow warns of functions that it traces anew, and so it traces each of them explicitly.
        """
        shape = example.shape if fixed else (None, *example.shape[1:])
        key = (function.__name__, shape, example.dtype)
        if key not in self._programs:
            states = [tf.TensorSpec(state.shape, state.value.dtype) for state in self._states]
            traced = tf.function(function, autograph=False)
            self._programs[key] = traced.get_concrete_function(tf.TensorSpec(shape, example.dtype), states)
        return self._programs[key]

    def _step(self, x: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """Outputs and new states of a batch."""
        mapping = list(zip(self._states, states, strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            outputs = self._model(x, training=False)
        self.probabilities = hasattr(outputs, "_keras_logits")
        return outputs, [scope.get_current_value(state) for state in self._states]

    def _batch_after_batch(self, batches: Any, states: list[Any]) -> Any:
        """The outputs (K, B, ...) of batches (K, B, ...), with the states carried on."""
        example, _ = self._step(batches[0], states)

        def step(before: tuple[Any, list[Any]], x: Any) -> tuple[Any, list[Any]]:
            return self._step(x, before[1])

        return tf.scan(step, batches, initializer=(tf.zeros_like(example), states))[0]
