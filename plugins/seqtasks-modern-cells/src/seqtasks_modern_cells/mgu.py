"""The minimal gated unit: a GRU whose update and reset gate are one."""

from collections.abc import Sequence
from typing import Any, final

import keras
from keras import ops

Tensor = Any


@final
class MinimalGatedUnitCell(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A gated unit whose single gate is both update and reset gate.

        f = sigmoid(Wf x + Uf h + bf)
        n = tanh(Wn x + Un (f * h) + bn)
        h' = (1 - f) * h + f * n

    2 H (I + H + 1) weights: two thirds of a GRU's. The gate is applied before the product with Un, so that each unit
    acts on the sums of all units within a step. The cell therefore declares no structure.

    At the start the rows of W are uniform (Glorot), U is orthogonal gate by gate, and b is 0.

    Args:
        units: H, the size of the state.

    Example:
        >>> cell = MinimalGatedUnitCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        16

    Source: Zhou et al. (2016), International Journal of Automation and Computing 13(3), arXiv:1603.09420.
    """

    def __init__(self, units: int, **layer: object) -> None:
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I): those of the gate, then those of the candidate."""
        width = input_shape[-1]
        self.gate_kernel, self.gate_recurrent, self.gate_bias = self._affine(width, "gate")
        self.kernel, self.recurrent_kernel, self.bias = self._affine(width, "candidate")
        self.built = True

    def _affine(self, width: int, name: str) -> tuple[Tensor, Tensor, Tensor]:
        """W, U and b of one sum."""
        return (
            self.add_weight(shape=(width, self.units), initializer="glorot_uniform", name=f"{name}_kernel"),
            self.add_weight(shape=(self.units, self.units), initializer="orthogonal", name=f"{name}_recurrent"),
            self.add_weight(shape=(self.units,), initializer="zeros", name=f"{name}_bias"),
        )

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """One step: inputs (B, I) and the state (B, H) to the output, which is the new state, and the new state."""
        (h,) = states
        f = ops.sigmoid(ops.matmul(inputs, self.gate_kernel) + ops.matmul(h, self.gate_recurrent) + self.gate_bias)
        n = ops.tanh(ops.matmul(inputs, self.kernel) + ops.matmul(f * h, self.recurrent_kernel) + self.bias)
        h = (1 - f) * h + f * n
        return h, [h]

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]
