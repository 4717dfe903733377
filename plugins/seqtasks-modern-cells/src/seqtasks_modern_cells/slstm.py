"""sLSTM: the LSTM of xLSTM whose memory is a scalar in each unit, with exponential gates and a normaliser."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, final

from keras import ops

from seqtasks.keras.structure import Tensor
from seqtasks.spec.parameter import Range
from seqtasks_modern_cells.dense_gates import AbstractDenseGatesCell


@final
class SLSTMCell(AbstractDenseGatesCell):
    """An LSTM with an exponential input gate, so that a new value can outweigh the whole past.

        u = (Wz x + Uz h + bz, and so with i, f, o)
        m' = max(log sigmoid(u_f) + m, u_i)
        i, f = exp(u_i - m'), exp(log sigmoid(u_f) + m - m')
        c' = f * c + i * tanh(u_z)         n' = f * n + i
        h' = sigmoid(u_o) * c' / n'

    4 H (I + H + 1) weights; the state is h, c, n and m. m only keeps the exponentials small: c and n are both exp(m)
    times smaller than without it, and h is the same. While n is 0, before the first step, m' is u_i, as in the authors'
    code. Of the two forget gates that the paper allows, a sigmoid and an exponential, this is the sigmoid.

    At the start bf is spread evenly over the units from forget to twice that, and the other biases are 0. There is one
    head: U mixes all units. The authors' code, for deep stacks of blocks, has several heads, starts U at 0, and spreads
    bf from 5 down to -7, or, as an option, as here with forget = 3.

    Args:
        units: H, the size of each of the four arrays of the state.
        forget: The minimum bias of a forget gate at the start.

    Example:
        >>> cell = SLSTMCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        32

    Source: Beck et al. (2024), arXiv:2405.04517, section 2.2, equations 8 to 17.
    """

    gates: ClassVar[int] = 4
    arrays: ClassVar[int] = 4

    def __init__(self, units: int, forget: Annotated[float, Range(low=0, high=100)] = 1.0, **layer: object) -> None:
        super().__init__(units, **layer)
        self.forget = forget

    def biases(self) -> Any:
        """Of z, i, f and o: only f's are not 0."""

        def initializer(shape: tuple[int, ...], dtype: str) -> Tensor:
            zeros = ops.zeros((self.units,), dtype)
            forget = ops.linspace(self.forget, 2 * self.forget, self.units, dtype=dtype)
            return ops.concatenate([zeros, zeros, forget, zeros])

        return initializer

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The new h, c, n and m."""
        z, i, f, o = preactivations
        _, c, n, m = states
        kept = ops.log_sigmoid(f) + m
        top = ops.where(n > 0, ops.maximum(kept, i), i)
        write = ops.exp(i - top)
        keep = ops.exp(ops.minimum(kept - top, 0))  # above 1 only before the first step, where c and n are 0
        c = keep * c + write * ops.tanh(z)
        n = keep * n + write
        return [ops.sigmoid(o) * c / n, c, n, top]
