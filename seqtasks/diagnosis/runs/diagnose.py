"""The diagnosis of a run."""

from collections.abc import Callable

from seqtasks.catalogue.host import Host
from seqtasks.diagnosis.attempts import attempts_at, with_attempts
from seqtasks.diagnosis.diagnosis import Diagnosis
from seqtasks.diagnosis.examination import examine
from seqtasks.diagnosis.runs.retraining import RunRetraining
from seqtasks.diagnosis.runs.subject import RunSubject
from seqtasks.running.result import TrainedRun


def diagnose(
    run: TrainedRun, host: Host, *, try_changes: bool = False, doing: Callable[[str], None] = lambda _: None
) -> Diagnosis:
    """Examine a run, and train copies with the changes that are proposed.

    Args:
        run: The run.
        host: The catalogue with the names of its request.
        try_changes: Whether copies are trained.
        doing: Is called with a word for what is going on.

    Raises:
        SeqtasksError: If the parts of the run cannot be built again.
    """
    doing("measuring")
    subject = RunSubject(run, host)
    found = examine(subject)
    names = [fault.name for fault in found.faults if subject.changes(fault.name) is not None]
    if not try_changes or not names:
        return found
    doing("training copies with changes")
    return with_attempts(found, attempts_at(names, RunRetraining(subject)))
