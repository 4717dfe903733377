"""Base of cells with complex units: the input matrix B, a state of two parts, and an output of both."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from seqtasks.keras.structure import AbstractStructuredCell, Tensor


class AbstractComplexCell(AbstractStructuredCell):
    """H complex units that do not mix, in real arithmetic. Subclasses are final and define ``update``.

        preactivations = Re(B x), Im(B x);  y = (Re h, Im h)

    The state is two arrays (B, H), real and imaginary part. B is one weight (I, 2 H), its real columns before its
    imaginary ones. Subclasses draw it so that white noise of variance 1 makes complex numbers of mean square 1.

    Args:
        units: H, the number of complex units.
    """

    def __init__(self, units: int, **layer: object) -> None:
        super().__init__(**layer)
        self.units, self.state_size, self.output_size = units, [units, units], 2 * units

    def build_kernel(self, input_shape: tuple[Any, ...], initializer: Any = None) -> None:
        """Create B, the last of the weights, for inputs (B, I).

        Args:
            input_shape: The shape of the inputs.
            initializer: What draws B; None for a normal distribution of real and imaginary part.
        """
        normal = keras.initializers.RandomNormal(stddev=(2 * input_shape[-1]) ** -0.5)
        self.kernel = self.add_weight(
            shape=(input_shape[-1], 2 * self.units), initializer=initializer or normal, name="kernel"
        )
        self.built = True

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """Re(B x) and Im(B x)."""
        return list(ops.split(ops.matmul(inputs, self.kernel), 2, axis=-1))

    def output(self, states: Sequence[Tensor]) -> Tensor:
        """Real and imaginary parts, (B, 2 H)."""
        return ops.concatenate(states, axis=-1)

    def state_matrices(self) -> None:
        """None, because the sums do not depend on the state."""
        return

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros, two arrays (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in self.state_size]
