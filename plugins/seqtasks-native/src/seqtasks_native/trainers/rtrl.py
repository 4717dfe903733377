"""The trainer ``native-rtrl``."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final, final

from seqtasks.core.task import Objective
from seqtasks_native.network import NativeNetwork
from seqtasks_native.rules import influence
from seqtasks_native.rules.rule import Rule
from seqtasks_native.trainer import AbstractNativeTrainer

BLOCK: Final = 8


@final
@dataclass(frozen=True)
class NativeRTRL(AbstractNativeTrainer):
    """Real-time recurrent learning: the exact gradient of each step's loss, as by ``rtrl``.

        S(t) = J(t) S(t-1) + I(t)          J = ds'/ds, I = ds'/dw, S = the influence of the weights on the state
        g(t) = dl/dw + dl/ds(t-1) S(t-1)

    S, of N numbers of the state and P weights, takes in 8 steps at once, which is the same but for rounding: see
    :mod:`seqtasks_native.rules.influence`.

    Example:
        >>> NativeRTRL(lanes=2).lanes
        2

    Source: Williams & Zipser (1989), Neural Computation 1(2); in blocks, Schmidhuber (1992), 4(2).
    """

    name: ClassVar[str] = "native-rtrl"

    def credit(self, network: NativeNetwork, objective: Objective) -> tuple[Rule, Any, int]:
        """Blocks of 8 steps."""
        layout = network.layout
        state = layout.arrays * layout.units
        return influence.RULE, BLOCK, state * (layout.recurrent + 2 * BLOCK * state)
