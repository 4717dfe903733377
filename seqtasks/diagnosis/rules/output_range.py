"""The activation of the outputs does not reach the targets."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

MATTERS: Final = 0.05  # of chance


def output_range(subject: "KerasSubject") -> Fault | None:
    """The nearest value that an output can have is far from many targets."""
    ends = subject.output_ends
    if ends is None or subject.data.kind != "real":
        return None
    y = subject.data.targets
    low, high = ends
    rows = y.reshape(-1, y.shape[-1])
    least = float(subject.compiled_loss.objective.losses(rows, np.clip(rows, low, high)).mean())
    chance = subject.references.chance.value
    if least <= MATTERS * chance:
        return None
    outside = float(np.mean((y < low) | (y > high)))
    return Fault(
        "output-range",
        f"The outputs lie between {low:.3g} and {high:.3g} because of their activation, but {outside:.0%} of the "
        f"targets lie outside: they go from {y.min():.3g} to {y.max():.3g}.",
        "Build the output layer without an activation, or scale the targets into its range.",
        subject.evidence(least_possible_loss=least, low=low, high=high),
        1.0,
    )
