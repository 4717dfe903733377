"""Training one step at a time by exact traces, for cells whose units do not mix."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks.core.task import Objective
from seqtasks.errors import UsageError
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.eligibility_traces import EligibilityTraces
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.support import check_structured
from seqtasks.keras.online_trainer import AbstractOnlineTrainer


@final
@dataclass(frozen=True)
class Diagonal(AbstractOnlineTrainer):
    """Exact traces in as many numbers as there are weights, for cells whose units do not see each other.

        E(t) = L(t) E(t-1) + I(t)          L: how a unit's state passes to itself, 1 x 1, or 2 x 2 for a rotation
        g(t) = step(t) + dl/ds(t) L(t) E(t-1)

    For rtu, lru, indrnn and mingru: where units do not mix, a weight moves its own unit alone. With one recurrent layer
    the gradient is that of RTRL at the price of a window of one step. In a stack each layer's traces are exact within
    the layer. The gradient through the past of an upper layer is dropped.

    Example:
        >>> Diagonal(lanes=2).lanes
        2

    Source: Mozer (1989), Complex Systems 3; for complex units: Zucchet et al. (2023), arXiv:2305.15947.
    """

    name: ClassVar[str] = "diagonal"

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """Exact traces.

        Raises:
            UsageError: If a cell mixes its units.
        """
        check_structured(arch, "The trainer diagonal")
        for part in arch.layers:
            with arch.reading([variable.value for variable in arch.variables]):
                mixes = part.structure is not None and part.structure.state_matrices() is not None
            if mixes:
                raise UsageError(
                    f"The units of {type(part.layer.cell).__name__} interact: each weight affects several units.",
                    "Use --trainer rtrl or snap, or a cell such as rtu, lru, indrnn or mingru.",
                )
        return EligibilityTraces(whole=True)
