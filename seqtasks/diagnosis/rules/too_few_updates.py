"""The training ended while the loss was still falling."""

from typing import Final

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.subject import AbstractSubject

UNSOLVED: Final = 0.25  # of the gap between chance and optimum
FALLS: Final = 0.2  # of the gap: what more updates have to gain


def too_few_updates(subject: AbstractSubject) -> Fault | None:
    """A copy that goes on learning as before soon ends with a lower loss."""
    gap = subject.references.gap
    if subject.remaining <= UNSOLVED or subject.unpredictable:
        return None
    longer = subject.continued
    gain = (min(subject.loss.value, subject.references.chance.value) - longer.loss) / gap
    if not gain >= FALLS:
        return None
    return Fault(
        "too-few-updates",
        f"The loss was still falling when the training ended: {longer.updates} more updates close another {gain:.0%} "
        "of the gap between chance and optimum.",
        subject.change("too-few-updates"),
        subject.evidence(more_updates=longer.updates, loss_after_them=longer.loss),
        min(subject.remaining, gain),
    )
