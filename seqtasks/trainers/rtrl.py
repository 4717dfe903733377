"""Training one step at a time by the exact gradient through the whole past: real-time recurrent learning."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks.core.task import Objective
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.rtrl import exact_credit
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.support import check_no_loops
from seqtasks.keras.online_trainer import AbstractOnlineTrainer


@final
@dataclass(frozen=True)
class RTRL(AbstractOnlineTrainer):
    """Real-time recurrent learning: the exact gradient of each step's loss, through every step before it.

        S(t) = J(t) S(t-1) + I(t)          J = ds'/ds, I = ds'/dw, S = the influence of the weights on the state
        g(t) = dl/dw + dl/ds(t-1) S(t-1)

    Stored are S, N x P numbers for a state of N numbers and P recurrent weights, and the data of the last
    k = (P / N)^(1/2) steps, which update S once in k steps. A step then costs about 2 k N^3 + N P
    multiplications in place of N^2 P: units to the power 3.5, not 4. While the weights stand still S is exact, in
    stacks of layers, too; while they move, S is that of the weights as they were at each step.

    It takes any Keras cell whose step TensorFlow can vectorise. One layer of a cell that declares its structure and the
    matrix of its sums (gru, lstm, simple-rnn, leaky-rnn, mingru) is about twice as fast as others.

    Example:
        >>> RTRL(lanes=2).lanes
        2

    Source: Williams & Zipser (1989), Neural Computation 1(2); in blocks, Schmidhuber (1992), 4(2).
    """

    name: ClassVar[str] = "rtrl"

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """Real-time recurrent learning.

        Raises:
            UsageError: If the step of a cell has a loop.
        """
        check_no_loops(arch, "The trainer rtrl")
        return exact_credit(arch)
