"""The minimal LSTM: an LSTM whose gates do not depend on the state."""

from collections.abc import Sequence
from typing import ClassVar, final

from keras import ops

from seqtasks.keras.structure import Tensor
from seqtasks_modern_cells.input_gates import AbstractInputGatesCell


@final
class MinLSTMCell(AbstractInputGatesCell):
    """A unit whose forget and input gate depend on the input only, and are normalized to the sum 1.

        f, i = sigmoid(Wf x + bf), sigmoid(Wi x + bi)
        h' = f / (f + i) * h + i / (f + i) * (Wn x + bn)

    3 H (I + 1) weights. With a linear readout, real, positive decays cannot represent a delay of several steps, because
    later inputs outweigh the earlier one.

    At the start W is uniform (Glorot) and b is 0.

    Args:
        units: H, the size of the state.

    Example:
        >>> cell = MinLSTMCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        12

    Source: Feng et al. (2024), arXiv:2410.01201, section 3.2; here with biases.
    """

    gates: ClassVar[int] = 3

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The mean of old value and candidate; the logarithms of the gates avoid 0 / 0."""
        f, i, n = preactivations
        share = ops.sigmoid(ops.log_sigmoid(f) - ops.log_sigmoid(i))
        return [share * states[0] + (1 - share) * n]

    def weight_matrix(self) -> Tensor:
        """The rows of W, zeros, because the sums do not depend on the state, and b."""
        unseen = ops.zeros((self.units, self.gates * self.units), self.compute_dtype)
        return ops.concatenate([self.kernel, unseen, self.bias[None]], axis=0)
