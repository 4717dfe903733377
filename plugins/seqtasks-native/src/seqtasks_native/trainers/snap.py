"""The trainer ``native-snap``."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

from seqtasks.core.task import Objective
from seqtasks_native.check import masks
from seqtasks_native.network import NativeNetwork
from seqtasks_native.rules import traces
from seqtasks_native.rules.rule import Rule
from seqtasks_native.trainer import AbstractNativeTrainer


@final
@dataclass(frozen=True)
class NativeSnAp(AbstractNativeTrainer):
    """SnAp-1: RTRL's influence, only of those weights on those numbers of the state that they reach within a step.

        E(t) = m L E(t-1) + I(t)          L: how a unit's state passes to itself; m: 1 for what a step reaches, else 0
        g(t) = dl/ds(t) E(t)

    The algorithm of ``snap``, which has other n, too.

    Example:
        >>> NativeSnAp(lanes=2).lanes
        2

    Source: Menick et al. (2021), arXiv:2006.07232.
    """

    name: ClassVar[str] = "native-snap"

    def credit(self, network: NativeNetwork, objective: Objective) -> tuple[Rule, Any, int]:
        """Traces with masks."""
        layout = network.layout
        return traces.RULE, masks(network.cell, network.constants), layout.arrays * layout.recurrent
