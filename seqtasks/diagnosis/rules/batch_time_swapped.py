"""The axes of rows and of steps are exchanged."""

from typing import TYPE_CHECKING

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject


def batch_time_swapped(subject: "KerasSubject") -> Fault | None:
    """The past of a step helps if the rows are read as steps, and does not as they are."""
    swapped, data = subject.swapped_references, subject.data
    if swapped is None or not subject.unsolved:
        return None
    rows, steps = data.features.shape[:2]
    return Fault(
        "batch-time-swapped",
        f"Keras reads X as (rows, steps, inputs), here {rows} rows of {steps} steps. The targets can be predicted from "
        f"the past if the axes are exchanged, as {steps} rows of {rows} steps, and not as they are.",
        "X, y = X.swapaxes(0, 1), y.swapaxes(0, 1)",
        subject.evidence(optimum_as_it_is=subject.own_references.optimum.value),
        subject.remaining,
    )
