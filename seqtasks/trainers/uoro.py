"""Training one step at a time by an unbiased estimate of the influence of the past, of rank one."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

from seqtasks.core.task import Objective
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.support import check_no_loops
from seqtasks.keras.credit.uoro import UOROCredit
from seqtasks.keras.online_trainer import AbstractOnlineTrainer
from seqtasks.spec.parameter import Names


@final
@dataclass(frozen=True)
class UORO(AbstractOnlineTrainer):
    """Unbiased online recurrent optimisation: RTRL's influence, estimated by a product of two vectors.

        s <- a J s + b v          T <- T / a + v I / b          v: random signs, E[s T] = S
        g(t) = step(t) + (dl/ds(t-1) . s(t-1)) T(t-1)
        a^2 = |T| / |J s|         b^2 = |v I| / |v|

    For every cell, stack of layers and past, the mean of the estimate is the exact gradient. Its standard deviation is
    several times that. A step costs a few times a window of one step, and P + N numbers are stored.

    Args:
        optimizer: Any Keras optimizer. The default's epsilon is ten times that of the other rules: the estimate's noise
            comes in rare large gradients, which knock a solved network over for a while.

    Example:
        >>> UORO(lanes=2).lanes
        2

    Source: Tallec & Ollivier (2018), arXiv:1702.05043.
    """

    name: ClassVar[str] = "uoro"

    optimizer: Annotated[Any, Names("optimizers")] = "adam:learning_rate=0.003,amsgrad=true,epsilon=0.01"

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """The estimate of rank one.

        Raises:
            UsageError: If the step of a cell has a loop.
        """
        check_no_loops(arch, "The trainer uoro")
        return UOROCredit()
