"""Base of cells whose gates depend on all inputs and on the whole first array of the state, u = W x + U h + b."""

from collections.abc import Sequence
from typing import Any, ClassVar

import keras
from keras import ops

from seqtasks.keras.structure import AbstractStructuredCell, Tensor


class AbstractDenseGatesCell(AbstractStructuredCell):
    """A cell with G weighted sums of each unit, from one matrix product of the input and one of the state.

        u = W x + U h + b       W (I, G H), U (H, G H), b (G H,), gate after gate

    G H (I + H + 1) weights. At the start W is uniform (Glorot), each gate's U is orthogonal, and b is drawn by
    ``biases``. Subclasses are final and define ``update``.

    Args:
        units: H, the size of each array of the state.
    """

    gates: ClassVar[int]  # G
    arrays: ClassVar[int] = 1  # K, arrays of the state; h is the first

    def __init__(self, units: int, **layer: object) -> None:
        super().__init__(**layer)
        self.units = self.output_size = units
        self.state_size = [units] * self.arrays

    def biases(self) -> Any:
        """The initializer of b: zeros by default."""
        return "zeros"

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I)."""
        columns = self.gates * self.units
        one_gate = [keras.initializers.Orthogonal() for _ in range(self.gates)]

        def orthogonal(shape: tuple[int, ...], dtype: str) -> Tensor:
            return ops.concatenate([draw((self.units, self.units), dtype) for draw in one_gate], axis=1)

        self.kernel = self.add_weight(shape=(input_shape[-1], columns), initializer="glorot_uniform", name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, columns), initializer=orthogonal, name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=(columns,), initializer=self.biases(), name="bias")
        self.built = True

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The sums of all gates."""
        sums = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel) + self.bias
        return list(ops.split(sums, self.gates, axis=-1))

    def weight_matrix(self) -> Tensor:
        """The rows of W, U and b."""
        return ops.concatenate([self.kernel, self.recurrent_kernel, self.bias[None]], axis=0)

    def state_matrices(self) -> Tensor:
        """U gate by gate, (G, H, H)."""
        return ops.stack(ops.split(self.recurrent_kernel, self.gates, axis=-1))

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros, K arrays (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in range(self.arrays)]
