"""Targets for each step against one output, and the other way round."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.series import Array

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

AXES_OF_STEPS: Final = 3
SAME: Final = 1e-4  # of the differences between rows


def sequence_output_missing(subject: "KerasSubject") -> Fault | None:
    """There is a target for each step, and the network has one output for the whole row, or repeats one."""
    if not subject.data.per_step or subject.data.steps == 1:
        return None
    one = len(subject.output_shape) < AXES_OF_STEPS
    if not one and not (subject.unsolved and _same_at_all_steps(subject.outputs)):
        return None
    returns = "returns one output for the row" if one else "repeats one output of the row"
    return Fault(
        "sequence-output-missing",
        f"y has a target for each of the {subject.data.steps} steps of a row, but the network {returns}, which is "
        "compared with all of them.",
        "Build the last recurrent layer with return_sequences=True.",
        subject.evidence(steps=subject.data.steps),
        1.0,
    )


def _same_at_all_steps(outputs: Array) -> bool:
    """Whether outputs (N, T, O) differ from row to row, and not from step to step."""
    over_steps = float(np.ptp(outputs, axis=1).max(initial=0.0))
    return over_steps <= SAME * float(np.ptp(outputs, axis=0).max(initial=0.0))


def last_output_missing(subject: "KerasSubject") -> Fault | None:
    """There is one target for a row, and the network has an output for each step."""
    if subject.data.per_step or len(subject.output_shape) < AXES_OF_STEPS or subject.data.steps == 1:
        return None
    return Fault(
        "last-output-missing",
        f"y has one target for each row, but the network returns an output for each of its {subject.data.steps} steps. "
        "All of them are compared with the target, also those that have seen only the first steps.",
        "Build the last recurrent layer with return_sequences=False.",
        subject.evidence(steps=subject.data.steps),
        1.0,
    )
