"""The output of a recurrent layer is the prediction."""

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.subject import AbstractSubject


def missing_readout(subject: AbstractSubject) -> Fault | None:
    """The state has to be memory and prediction at once, in each of its units, within the range of its activation."""
    if subject.has_readout or not subject.unsolved:
        return None
    return Fault(
        "missing-readout",
        f"The {subject.units} outputs of the recurrent layer are the prediction, so that each unit has to output the "
        "target and cannot store anything else. A layer after it reads the prediction from the state.",
        subject.change("missing-readout"),
        subject.evidence(units=subject.units),
        subject.remaining,
    )
