"""The closed-form continuous-time network: a liquid network's state, written down instead of integrated."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, final

from keras import ops

from seqtasks.keras.structure import Tensor
from seqtasks.spec.parameter import Range
from seqtasks_modern_cells.dense_gates import AbstractDenseGatesCell


@final
class CfCCell(AbstractDenseGatesCell):
    """A unit that interpolates between two values, by a gate that depends on the elapsed time.

        f, g, k = Wf x + Uf h + bf, and so with g and k
        t = sigmoid(-f * elapsed)
        h' = t * tanh(g) + (1 - t) * tanh(k)

    3 H (I + H + 1) weights: f, g and k are each one layer of input and state, without shared layers below. All steps
    have the same length here, so that the elapsed time is a setting. The gate t is the paper's. The authors' code has
    sigmoid(p elapsed + q) of two layers p and q, which is equivalent for equal steps. The paper leaves the activation
    of g and k open; tanh is the code's.

    At the start W is uniform (Glorot), U is orthogonal, and b is 0.

    Args:
        units: H, the size of the state.
        elapsed: The time between two steps.

    Example:
        >>> cell = CfCCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        24

    Source: Hasani et al. (2022), Nature Machine Intelligence 4, arXiv:2106.13898, equation 10 of the preprint.
    """

    gates: ClassVar[int] = 3

    def __init__(self, units: int, elapsed: Annotated[float, Range(above=0, high=1000)] = 1.0, **layer: object) -> None:
        super().__init__(units, **layer)
        self.elapsed = elapsed

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The mean of tanh(g) and tanh(k), weighted by t; the old state enters through the sums only."""
        f, g, k = preactivations
        t = ops.sigmoid(-f * self.elapsed)
        return [t * ops.tanh(g) + (1 - t) * ops.tanh(k)]
