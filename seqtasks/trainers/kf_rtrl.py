"""Training one step at a time by an unbiased estimate of the influence of the past, a Kronecker product."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks.core.task import Objective
from seqtasks.errors import UsageError
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.kf_rtrl import KFRTRLCredit
from seqtasks.keras.credit.linearisation import matrix_shape
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.support import check_structured
from seqtasks.keras.online_trainer import AbstractOnlineTrainer


@final
@dataclass(frozen=True)
class KFRTRL(AbstractOnlineTrainer):
    """Kronecker-factored RTRL: RTRL's influence, estimated by a vector of inputs and a matrix of units.

        A <- c p A + d q a          B <- c J B / p + d diag(D) / q          c, d: random signs, E[A x B] = S
        g(t) = step(t) + A(t-1) (dl/ds(t-1) B(t-1))
        p^2 = |J B| / |A|           q^2 = |D| / |a|

    Only where a weight's influence within a step is such a product, a x diag(D), of what is weighted, a = (x, s, 1),
    and of each unit's derivative: simple-rnn and leaky-rnn. The mean of the estimate is the exact gradient, with less
    spread than UORO's; a step costs about H^3 multiplications. In a stack each layer has its own. The gradient
    through the past of an upper layer is dropped.

    Example:
        >>> KFRTRL(lanes=2).lanes
        2

    Source: Mujika, Meier & Steger (2018), arXiv:1805.10842.
    """

    name: ClassVar[str] = "kf-rtrl"

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """The estimate as a Kronecker product.

        Raises:
            UsageError: If the influence within a step is not a Kronecker product.
        """
        check_structured(arch, "The trainer kf-rtrl")
        for part in arch.layers:
            shape = matrix_shape(arch, part)
            if shape is None or shape[1] > part.declared.units:  # of several sums a unit has several derivatives
                raise UsageError(
                    f"kf-rtrl needs cells where a weight's influence is one product of an input and a unit's "
                    f"derivative (a Kronecker product), and in {type(part.layer.cell).__name__} it is not.",
                    "Use simple-rnn or leaky-rnn, or --trainer uoro, which takes any cell.",
                )
        return KFRTRLCredit()
