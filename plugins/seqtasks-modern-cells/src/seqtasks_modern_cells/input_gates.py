"""Base of cells whose gates depend on the input only, u = W x + b: units do not mix."""

from collections.abc import Sequence
from typing import Any, ClassVar

from keras import ops

from seqtasks.keras.structure import AbstractStructuredCell, Tensor


class AbstractInputGatesCell(AbstractStructuredCell):
    """A cell with G weighted sums of each unit, of the input only. Subclasses are final and define ``update``.

        u = W x + b             W (I, G H), b (G H,), gate after gate

    At the start W is uniform (Glorot) and b is 0.

    Args:
        units: H, the size of the state.
    """

    gates: ClassVar[int]  # G

    def __init__(self, units: int, **layer: object) -> None:
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I)."""
        columns = self.gates * self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], columns), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(columns,), initializer="zeros", name="bias")
        self.built = True

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The sums of all gates."""
        return list(ops.split(ops.matmul(inputs, self.kernel) + self.bias, self.gates, axis=-1))

    def state_matrices(self) -> None:
        """None, because the sums do not depend on the state."""
        return

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]
