"""Units and gates are at their bounds from the first step on."""

from typing import TYPE_CHECKING, Final

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

UNSOLVED: Final = 0.25  # of the gap between chance and optimum
MOST: Final = 0.8  # of a gate's units and samples


def saturated_gates(subject: "KerasSubject") -> Fault | None:
    """With new weights and inputs of unit scale, the slopes of nearly all units of a gate are almost zero."""
    if subject.remaining <= UNSOLVED:
        return None
    found = {name: share for name, share in subject.copies.fresh_saturation.items() if share >= MOST}
    if not found:
        return None
    worst = max(found, key=lambda name: found[name])
    return Fault(
        "saturated-gates",
        f"With new weights, {found[worst]:.0%} of the {worst} values are where their activation is flat, even for "
        "inputs of unit scale: hardly any gradient passes. Initial weights or biases are too large.",
        subject.change("saturated-gates"),
        subject.evidence(**found),
        subject.remaining,
    )
