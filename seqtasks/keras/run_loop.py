"""The step view of a network over many steps in one compiled call."""

from typing import Any, Final, final

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.network import Array, State
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.program import Program, reset

CAPACITY: Final = 2**16  # numbers of input or output in one call


@final
class RunLoop:
    """The compiled loop for one architecture and number of lanes."""

    def __init__(self, arch: Architecture, lanes: int) -> None:
        width = 1 if arch.shapes.symbols else arch.shapes.inputs
        self.capacity = max(16, min(4096, CAPACITY // (lanes * max(width, arch.outputs))))
        self._inputs = np.zeros((self.capacity, lanes, width), np.int32 if arch.shapes.symbols else arch.dtype)
        self._starts = np.zeros((self.capacity, lanes), np.bool_)

        def loop(
            count: tf.Tensor, inputs: tf.Tensor, starts: tf.Tensor, state: list[tf.Tensor], weights: list[tf.Tensor]
        ) -> Any:
            initial = arch.initial_state(weights, lanes)

            def one(t: tf.Tensor, out: tf.TensorArray, state: list[tf.Tensor]) -> Any:
                state = reset(starts[t], initial, state)
                y, state = arch.step(weights, arch.encode(inputs[t]), state)
                return t + 1, out.write(t, y), state

            out = tf.TensorArray(arch.dtype, self.capacity, element_shape=(lanes, arch.outputs))
            _, out, state = tf.while_loop(lambda t, *_: t < count, one, (tf.constant(0), out, state))
            return out.stack(), state

        self._loop = Program(loop, arch.cells)

    def __call__(
        self, inputs: Array, starts: NDArray[np.bool_], state: State, weights: list[Array]
    ) -> tuple[Array, State]:
        """Feed at most ``capacity`` steps, as :meth:`AbstractNetwork.run`; a call of no steps compiles."""
        steps = starts.shape[1]
        self._inputs[:steps] = inputs.swapaxes(0, 1)
        self._starts[:steps] = starts.swapaxes(0, 1)
        arrays = (self._inputs, self._starts, list(state), list(weights))
        outputs, after = self._loop(tf.constant(steps), *tf.nest.map_structure(tf.constant, arrays))
        return outputs.numpy()[:steps].swapaxes(0, 1), tuple(tensor.numpy() for tensor in after)
