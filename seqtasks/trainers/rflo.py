"""Training one step at a time by random feedback local online learning, with or without the random feedback."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks.core.task import Objective
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.eligibility_traces import EligibilityTraces
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.support import check_structured
from seqtasks.keras.online_trainer import AbstractOnlineTrainer


@final
@dataclass(frozen=True)
class RFLO(AbstractOnlineTrainer):
    """Traces that leak as the units do, without paths from one unit to another.

        E(t) = K(t) E(t-1) + I(t)          K: how a unit's state passes to itself while its weighted sums stay
        g(t) = step(t) + dl/ds(t) K(t) E(t-1)

    K is 1 - leak for leaky-rnn, z for a GRU, the forget gate between an LSTM's c: what the weights carry from step to
    step is dropped, including a unit's own recurrent weight. Without a leak, as in simple-rnn, no trace is left: the
    rule is a window of one step. The error comes back through the readout's own weights rather than through random
    ones.

    Example:
        >>> RFLO(lanes=2).lanes
        2

    Source: Murray (2019), eLife 8:e43299; for gated cells, as e-prop: Bellec et al. (2020), Nature Communications 11.
    """

    name: ClassVar[str] = "rflo"

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """Leaking traces.

        Raises:
            UsageError: If a cell does not declare its structure, so that its leak is unknown.
        """
        check_structured(arch, "The trainer rflo")
        return EligibilityTraces(whole=False)
