"""The leaky recurrent network: an Elman network with leaky integration."""

from collections.abc import Sequence
from typing import Annotated, Any, final

from keras import ops

from seqtasks.keras.structure import AbstractStructuredCell, Tensor
from seqtasks.spec.parameter import Range


@final
class LeakyRNNCell(AbstractStructuredCell):
    """An Elman network whose units are leaky integrators.

        h' = (1 - leak) * h + leak * tanh(W x + U h + b)

    H (I + H + 1) weights; the leak is not one of them. A leak of 1 is an Elman network.

    Args:
        units: H, the size of the state.
        leak: The step's length divided by the units' time constant.

    Example:
        >>> cell = LeakyRNNCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        8

    Source: Jaeger et al. (2007), Neural Networks 20(3); in this form, Murray (2019), eLife 8:e43299.
    """

    def __init__(self, units: int, leak: Annotated[float, Range(above=0, high=1)] = 0.5, **layer: object) -> None:
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units
        self.leak = leak

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I)."""
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units), initializer="orthogonal", name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        self.built = True

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """W x + U h + b."""
        return [ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel) + self.bias]

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The mean of the old value and tanh of the sum, weighted by the leak."""
        return [(1 - self.leak) * states[0] + self.leak * ops.tanh(preactivations[0])]

    def weight_matrix(self) -> Tensor:
        """The rows of W, U and b."""
        return ops.concatenate([self.kernel, self.recurrent_kernel, self.bias[None]], axis=0)

    def state_matrices(self) -> Tensor:
        """U as (1, H, H)."""
        return ops.expand_dims(self.recurrent_kernel, 0)

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]
