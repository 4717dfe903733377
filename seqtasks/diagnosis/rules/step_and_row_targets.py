"""Targets for each step against one output, and the other way round."""

from typing import TYPE_CHECKING

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

AXES_OF_STEPS = 3


def sequence_output_missing(subject: "KerasSubject") -> Fault | None:
    """There is a target for each step, and the network has one output for the whole row."""
    if not subject.data.per_step or len(subject.output_shape) >= AXES_OF_STEPS or subject.data.steps == 1:
        return None
    return Fault(
        "sequence-output-missing",
        f"y has a target for each of the {subject.data.steps} steps of a row, but the network returns one output for "
        "the row, which is compared with all of them.",
        "Build the last recurrent layer with return_sequences=True.",
        subject.evidence(steps=subject.data.steps),
        1.0,
    )


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
