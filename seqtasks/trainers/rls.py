"""Training the readout alone, one step at a time, by recursive least squares."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

from seqtasks.spec.parameter import Range
from seqtasks.trainers.least_squares import AbstractLeastSquares
from seqtasks.trainers.readout_trainer import AbstractReadoutTrainer
from seqtasks.trainers.recursive import RecursiveLeastSquares


@final
@dataclass(frozen=True)
class RLS(AbstractReadoutTrainer):
    """The least-squares readout of all steps so far, updated at every step; no other weight is trained.

        P <- P / forgetting
        G = P phi^T                       S = 1 + phi G               phi: (h, 1) of each lane, times w^(1/2)
        V <- V + G S^-1 (y - phi V)
        P <- P - G S^-1 G^T

    With forgetting=1 the readout is that of ``ridge`` after the same steps. A step costs about N^2 multiplications for
    a state of N. Real targets only, and any network with a dense readout, as for ``ridge``. The training curve is the
    loss of predictions made before their step was learned.

    With forgetting < 1, P grows in directions in which the state does not move, up to about 1e9 (or 1 / ridge, if that
    is more). When the state moves there again, the readout fits those few steps only. For large reservoirs, use a
    value near 1, such as 0.9999.

    Args:
        forgetting: A step of n steps ago has weight forgetting^n.

    Example:
        >>> RLS(forgetting=0.999).lanes
        1

    Source: Haykin (2002), Adaptive Filter Theory, chapter 9; growth of P: Astrom & Wittenmark (1995), Adaptive
    Control, chapter 11; reservoirs: Jaeger (2003), Advances in Neural Information Processing Systems 15.
    """

    name: ClassVar[str] = "rls"

    forgetting: Annotated[float, Range(above=0, high=1)] = 1.0

    def solver(self, features: int, outputs: int) -> AbstractLeastSquares:
        """A solver by the recursion."""
        return RecursiveLeastSquares(features, outputs, self.ridge, self.forgetting)
