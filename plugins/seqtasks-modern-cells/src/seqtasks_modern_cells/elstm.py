"""The element-wise LSTM: an LSTM each of whose units sees its own memory only."""

from collections.abc import Sequence
from typing import Annotated, Any, final

import keras
from keras import ops

from seqtasks.keras.initializers import Chrono
from seqtasks.keras.structure import AbstractStructuredCell, Tensor
from seqtasks.spec.parameter import Range


@final
class ELSTMCell(AbstractStructuredCell):
    """An LSTM whose gates depend on the input and on the memory of their own unit, so that units do not mix.

        f = sigmoid(Wf x + bf + wf * c)
        z = tanh(Wz x + bz + wz * c)
        c' = f * c + (1 - f) * z
        h' = sigmoid(Wo x + bo + wo * c') * c'

    3 H (I + 2) weights: W, the vectors wf, wz and wo in one weight, and b. The state is h and c. In the paper the
    output gate has a full matrix in place of wo, which no recurrence passes through, and there are no biases.

    At the start W is uniform (Glorot), the vectors are uniform between -1 and 1, bf is log(tau - 1), tau uniform
    between 2 and chrono, and the other biases are 0.

    Args:
        units: H, the size of both arrays of the state.
        chrono: The longest time, in steps, that units retain their memory at the start.

    Example:
        >>> cell = ELSTMCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        18

    Source: Irie, Gopalakrishnan & Schmidhuber (2024), arXiv:2305.19044, section 3; without wf and wz, the
    quasi-recurrent network of Bradbury et al. (2017), arXiv:1611.01576; chrono: Tallec & Ollivier (2018),
    arXiv:1804.11188.
    """

    def __init__(self, units: int, chrono: Annotated[int, Range(low=3, high=1_000_000)] = 3, **layer: object) -> None:
        super().__init__(**layer)
        self.units, self.state_size, self.output_size, self.chrono = units, [units, units], units, chrono

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I); the columns of f come before those of z and o."""
        columns = 3 * self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], columns), initializer="glorot_uniform", name="kernel")
        self.recurrent = self.add_weight(
            shape=(columns,), initializer=keras.initializers.RandomUniform(-1, 1), name="recurrent"
        )
        chrono = Chrono(self.chrono, signs=(1, 0, 0))
        self.bias = self.add_weight(shape=(columns,), initializer=chrono, name="bias")
        self.built = True

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """W x + b of each gate."""
        return list(ops.split(ops.matmul(inputs, self.kernel) + self.bias, 3, axis=-1))

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The new h and c."""
        wf, wz, wo = ops.split(self.recurrent, 3)
        c = states[1]
        f = ops.sigmoid(preactivations[0] + wf * c)
        c = f * c + (1 - f) * ops.tanh(preactivations[1] + wz * c)
        return [ops.sigmoid(preactivations[2] + wo * c) * c, c]

    def state_matrices(self) -> None:
        """None, because the sums do not depend on the state."""
        return

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros, two arrays (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in self.state_size]
