"""The minimal GRU: a GRU whose gate and candidate do not depend on the state."""

from collections.abc import Sequence
from typing import Any, final

from keras import ops

from seqtasks.keras.structure import AbstractStructuredCell, Tensor


@final
class MinGRUCell(AbstractStructuredCell):
    """A gated unit whose gate and candidate depend on the input only.

        z = sigmoid(Wz x + bz)
        h' = (1 - z) * h + z * (Wn x + bn)

    2 H (I + 1) weights. A unit is a weighted mean of its past candidates. With a linear readout, such real, positive
    decays cannot represent a delay of several steps, where an early input matters and the later ones do not. The
    complex units of ``lru`` can.

    Args:
        units: H, the size of the state.

    Example:
        >>> cell = MinGRUCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        8

    Source: Feng et al. (2024), arXiv:2410.01201; here with biases.
    """

    def __init__(self, units: int, **layer: object) -> None:
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I); the gate's columns come before the candidate's."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], 2 * self.units), initializer="glorot_uniform", name="kernel"
        )
        self.bias = self.add_weight(shape=(2 * self.units,), initializer="zeros", name="bias")
        self.built = True

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The sum of the gate, and the candidate."""
        return list(ops.split(ops.matmul(inputs, self.kernel) + self.bias, 2, axis=-1))

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The mean of old value and candidate, weighted by the gate."""
        z = ops.sigmoid(preactivations[0])
        return [(1 - z) * states[0] + z * preactivations[1]]

    def weight_matrix(self) -> Tensor:
        """The rows of W, zeros, because the sums do not depend on the state, and b."""
        unseen = ops.zeros((self.units, 2 * self.units), self.compute_dtype)
        return ops.concatenate([self.kernel, unseen, self.bias[None]], axis=0)

    def state_matrices(self) -> None:
        """None, because the sums do not depend on the state."""
        return

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]
