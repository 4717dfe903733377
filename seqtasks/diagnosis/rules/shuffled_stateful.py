"""Rows are shuffled, but their order is what a carried state stands for."""

from typing import TYPE_CHECKING

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject


def shuffled_stateful(subject: "KerasSubject") -> Fault | None:
    """A stateful layer starts each row from the end of a row that is not the one before."""
    if not subject.carried or not subject.fit.shuffle or not subject.unsolved:
        return None
    if not (subject.continues or subject.consecutive):
        return None
    gain = subject.gain(subject.batch_size if subject.continues else 1)
    return Fault(
        "shuffled-stateful",
        "The layer carries its state from batch to batch, but fit shuffles the rows, so that each row starts from the "
        "state of a row that is not the one before it.",
        "model.fit(X, y, shuffle=False)",
        subject.evidence(loss_with_earlier_rows=gain.with_earlier, loss_without=gain.without),
        subject.remaining,
    )
