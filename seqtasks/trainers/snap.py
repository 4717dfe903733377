"""Training one step at a time by sparse approximations of the influence of the past."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

from seqtasks.core.task import Objective
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.eligibility_traces import EligibilityTraces
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.snap import SnApCredit
from seqtasks.keras.credit.support import check_no_loops, check_output_is_state
from seqtasks.keras.online_trainer import AbstractOnlineTrainer
from seqtasks.spec.parameter import Range


@final
@dataclass(frozen=True)
class SnAp(AbstractOnlineTrainer):
    """SnAp-n: RTRL's influence, only of those weights on those numbers of the state that they reach within n steps.

        P(t) = m_n * (J(t) S(t-1))          m_n: 1 for what n steps reach, else 0
        S(t) = P(t) + I(t)
        g(t) = step(t) + dl/ds(t) P(t)

    n = 1 stores one number for each weight and array of the state. With cells that declare their structure (gru, lstm,
    simple-rnn and the built-in ones) a step then costs about as much as a window of one step; other cells pay N
    vector-Jacobian products, and all of S. n > 1 always pays like RTRL, and in a layer whose units all see one another
    n = 2 is RTRL: it is there for cells with sparse connections.

    In a stack each layer has its own S. The gradient through the past of an upper layer is dropped.

    Args:
        n: The number of steps within which a weight has to reach a number of the state.

    Example:
        >>> SnAp(n=2).n
        2

    Source: Menick et al. (2021), arXiv:2006.07232.
    """

    name: ClassVar[str] = "snap"

    n: Annotated[int, Range(low=1, high=1000)] = 1

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """Eligibility traces for n = 1 and structured cells, else the masked influence.

        Raises:
            UsageError: If a cell neither declares its structure nor returns its state as the output.
        """
        if self.n == 1 and all(part.structure is not None for part in arch.layers):
            return EligibilityTraces(whole=True, masked=True)
        check_output_is_state(arch, "The trainer snap")
        check_no_loops(arch, "The trainer snap")
        return SnApCredit(self.n)
