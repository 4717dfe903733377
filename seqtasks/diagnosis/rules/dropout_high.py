"""Dropout removes so much of the state that nothing is learned."""

from typing import TYPE_CHECKING, Final

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

UNSOLVED: Final = 0.25  # of the gap between chance and optimum
MUCH: Final = 0.5  # of the units: a usual share is no fault
BETTER: Final = 0.2  # of the gap: what a copy without dropout has to gain


def dropout_high(subject: "KerasSubject") -> Fault | None:
    """A copy without dropout soon ends with a lower loss than the whole training did."""
    rate, gap = subject.copies.dropout, subject.references.gap
    if rate < MUCH or subject.remaining <= UNSOLVED or subject.unpredictable:
        return None
    loss = subject.undropped
    gain = (min(subject.loss.value, subject.references.chance.value) - loss) / gap
    if not gain >= BETTER:
        return None
    return Fault(
        "dropout-high",
        f"Dropout sets {rate:.0%} of the values of a layer to zero in each update. A copy without dropout "
        f"closes another {gain:.0%} of the gap after {subject.copies.updates} updates.",
        subject.change("dropout-high"),
        subject.evidence(dropout=rate, loss_without_dropout=loss),
        min(subject.remaining, gain),
    )
