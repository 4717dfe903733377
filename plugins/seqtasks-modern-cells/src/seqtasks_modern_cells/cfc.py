"""The closed-form continuous-time network: a liquid network's state, written down instead of integrated."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, final

from keras import ops

from seqtasks.keras.structure import Tensor
from seqtasks.spec.parameter import Range
from seqtasks_modern_cells.dense_gates import AbstractDenseGatesCell


@final
class CfCCell(AbstractDenseGatesCell):
    """A unit that goes from one value to another, the faster the more its clock says.

        f, g, k = Wf x + Uf h + bf, and so with g and k
        t = sigmoid(-f * elapsed)
        h' = t * tanh(g) + (1 - t) * tanh(k)

    3 H (I + H + 1) weights: clock and both values are each one layer of input and state, with no layers below them that
    they share. Steps are equally long here, so that the elapsed time is a setting. The clock is the paper's; the
    authors' code has sigmoid(p elapsed + q) of two layers p and q, which for equal steps says nothing more. The paper
    leaves the values' activation open; tanh is the code's.

    At the start W is uniform (Glorot), U is orthogonal, and b is 0.

    Args:
        units: H, the size of the state.
        elapsed: How much time passes between two steps.

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
        """Between the two values; the old one comes in by the sums alone."""
        f, g, k = preactivations
        t = ops.sigmoid(-f * self.elapsed)
        return [t * ops.tanh(g) + (1 - t) * ops.tanh(k)]
