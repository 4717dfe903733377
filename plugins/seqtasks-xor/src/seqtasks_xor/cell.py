"""The minimal gated unit: a GRU whose two gates are one."""

from collections.abc import Sequence
from typing import final

import keras
from keras import ops


@final
class MGUCell(keras.layers.Layer):
    """A gated unit whose single gate is both update and reset gate.

        f = sigmoid(Wf x + Uf h + bf)
        n = tanh(Wn x + Un (f * h) + bn)
        h' = (1 - f) * h + f * n

    2 H (I + H + 1) weights: a GRU's need three matrices, this one two.

    Args:
        units: H, the size of the state.

    Example:
        >>> cell = MGUCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        16

    Source: Zhou et al. (2016), arXiv:1603.09420, equations 5 and 6.
    """

    def __init__(self, units: int, **layer: object) -> None:
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights for inputs (B, I); the gate's columns come before the candidate's."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], 2 * self.units), initializer="glorot_uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, 2 * self.units), initializer="orthogonal", name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=(2 * self.units,), initializer="zeros", name="bias")
        self.built = True

    def call(
        self, inputs: keras.KerasTensor, states: Sequence[keras.KerasTensor], training: bool = False
    ) -> tuple[keras.KerasTensor, list[keras.KerasTensor]]:
        """One step: inputs (B, I) and states ((B, H),) to the output, which is the new state, and the new states."""
        h = states[0]
        from_input = ops.matmul(inputs, self.kernel) + self.bias
        f = ops.sigmoid(from_input[:, : self.units] + ops.matmul(h, self.recurrent_kernel[:, : self.units]))
        n = ops.tanh(from_input[:, self.units :] + ops.matmul(f * h, self.recurrent_kernel[:, self.units :]))
        h = (1 - f) * h + f * n
        return h, [h]

    def get_initial_state(self, batch_size: int | None = None) -> list[keras.KerasTensor]:
        """Zeros (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]
