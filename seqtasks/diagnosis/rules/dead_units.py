"""Rectified units are zero for all data."""

from typing import TYPE_CHECKING, Final

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

UNSOLVED: Final = 0.25  # of the gap between chance and optimum
MOST: Final = 0.9  # of the units of a layer


def dead_units(subject: "KerasSubject") -> Fault | None:
    """Nearly all units of a rectified layer output zero for each row, so that no gradient passes."""
    if subject.remaining <= UNSOLVED:
        return None
    dead = {name: share for name, share in subject.copies.dead_shares.items() if share >= MOST}
    if not dead:
        return None
    name = max(dead, key=lambda layer: dead[layer])
    return Fault(
        "dead-units",
        f"{dead[name]:.0%} of the units of '{name}' output zero for all data: their activation has no slope there, so "
        "that they never learn again. Begin with zero biases and a lower learning rate, or use tanh or leaky_relu.",
        subject.change("dead-units"),
        subject.evidence(dead=dead[name]),
        subject.remaining,
    )
