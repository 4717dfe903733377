"""The independently recurrent network: a recurrence of one weight per unit."""

from collections.abc import Sequence
from typing import Any, Literal, final

import keras
from keras import ops

from seqtasks.keras.structure import AbstractStructuredCell, Tensor


@final
class IndRNNCell(AbstractStructuredCell):
    """Units that each depend on the input and on their own past only.

        h' = activation(W x + u * h + b)

    H (I + 2) weights, u drawn uniformly from (-1, 1). Units do not mix within a layer. Because u is real, one layer
    with a linear readout can represent a delay of two steps, and hardly one of four.

    Args:
        units: H, the size of the state.
        activation: ``tanh``, or ``relu`` as in the source. Gradients do not shrink through ``relu``, but a unit's state
            grows without bound once its u exceeds 1.

    Example:
        >>> cell = IndRNNCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        6

    Source: Li et al. (2018), arXiv:1803.04831.
    """

    def __init__(self, units: int, activation: Literal["tanh", "relu"] = "tanh", **layer: object) -> None:
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units
        self.activation = activation

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I)."""
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.recurrent = self.add_weight(
            shape=(self.units,), initializer=keras.initializers.RandomUniform(-1, 1), name="recurrent"
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        self.built = True

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """W x + b."""
        return [ops.matmul(inputs, self.kernel) + self.bias]

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The activation of the sum plus u times the old value."""
        return [keras.activations.get(self.activation)(preactivations[0] + self.recurrent * states[0])]

    def state_matrices(self) -> None:
        """None, because the sum does not depend on the state."""
        return

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]
