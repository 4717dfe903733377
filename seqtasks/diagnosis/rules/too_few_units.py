"""The state is too small for what it has to hold."""

import math
from typing import Final

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.subject import AbstractSubject
from seqtasks.errors import SeqtasksError

UNSOLVED: Final = 0.25  # of the gap between chance and optimum
FEW: Final = 8  # units: more hold whatever a small task needs
BETTER: Final = 0.15  # of the gap: what more units have to gain


def too_few_units(subject: AbstractSubject) -> Fault | None:
    """A copy with more units soon ends with a lower loss than the whole training did, and than a longer one would."""
    gap = subject.references.gap
    few = 0 < subject.units <= FEW and subject.has_readout
    if not few or subject.remaining <= UNSOLVED or subject.unpredictable:
        return None
    wider = subject.wider
    gain = (min(subject.loss.value, subject.references.chance.value, _longer(subject)) - wider.loss) / gap
    if not gain >= BETTER:
        return None
    return Fault(
        "too-few-units",
        f"The state has {subject.units} {'unit' if subject.units == 1 else 'units'}, too few to hold what the targets "
        f"need. A copy with {wider.units} closes another {gain:.0%} of the gap after {wider.updates} updates.",
        subject.change("too-few-units"),
        subject.evidence(units=subject.units, more_units=wider.units, loss_with_them=wider.loss),
        min(subject.remaining, gain),
    )


def _longer(subject: AbstractSubject) -> float:
    """The loss after more updates, which larger networks need less of; infinite if it is unknown."""
    try:
        return subject.continued.loss
    except SeqtasksError:
        return math.inf
