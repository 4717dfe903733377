"""The trainer ``native-diagonal``."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from seqtasks.core.task import Objective
from seqtasks.errors import UsageError
from seqtasks_native.network import NativeNetwork
from seqtasks_native.rules import traces
from seqtasks_native.rules.rule import Rule
from seqtasks_native.trainer import AbstractNativeTrainer


@final
@dataclass(frozen=True)
class NativeDiagonal(AbstractNativeTrainer):
    """Exact traces in as many numbers as there are weights, for cells whose units do not see each other.

        E(t) = L(t) E(t-1) + I(t)          L: how a unit's state passes to itself, 1 x 1, or 2 x 2 for a rotation
        g(t) = dl/ds(t) E(t)

    The algorithm of ``diagonal``: the gradient of RTRL at the price of a window of one step.

    Example:
        >>> NativeDiagonal(lanes=2).lanes
        2

    Source: Mozer (1989), Complex Systems 3; for complex units: Zucchet et al. (2023), arXiv:2305.15947.
    """

    name: ClassVar[str] = "native-diagonal"

    def credit(self, network: NativeNetwork, objective: Objective) -> tuple[Rule, Any, int]:
        """Exact traces.

        Raises:
            UsageError: If the cell mixes its units.
        """
        cell, layout = network.cell, network.layout
        if cell.state_sums:
            raise UsageError(
                f"The units of {cell.__name__} interact: each weight affects several units.",
                "Use --trainer native-rtrl or native-snap, or one of native-lru, native-indrnn and native-mingru.",
            )
        return traces.RULE, np.ones((cell.arrays, cell.sums + cell.own)), layout.arrays * layout.recurrent
