"""Layers do not learn, because they are not trainable."""

from typing import TYPE_CHECKING, Final

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

UNSOLVED: Final = 0.25  # of the gap between chance and optimum


def frozen_weights(subject: "KerasSubject") -> Fault | None:
    """A recurrent layer, or every layer, is frozen, and the task is not solved."""
    frozen = subject.copies.frozen_layers
    if not frozen or subject.remaining <= UNSOLVED:
        return None
    names = ", ".join(f"'{name}'" for name in frozen)
    verb = "is" if len(frozen) == 1 else "are"
    return Fault(
        "frozen-weights",
        f"{names} {verb} not trainable: the weights stay as they were drawn, whatever the loss is.",
        subject.change("frozen-weights"),
        subject.evidence(frozen=len(frozen)),
        subject.remaining,
    )
