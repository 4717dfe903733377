"""The gradient is cut before it reaches the inputs that the targets need."""

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.measurement import counted_steps
from seqtasks.diagnosis.rule import Finding, Unchecked
from seqtasks.diagnosis.subject import AbstractSubject


def truncated_gradient(subject: AbstractSubject) -> Finding:
    """State is carried over a step at which the gradient ends, and inputs before that step help."""
    reach, context, lag = subject.truncation_lag, subject.context_lag, subject.references.lag
    if reach is None or (context is not None and context <= reach) or not subject.unsolved:
        return None
    if lag is None:
        return Unchecked("How far back the targets reach is unknown.")
    if lag <= reach:
        return None
    return Fault(
        "truncated-gradient",
        f"The targets need inputs of {counted_steps(lag)} ago, but the gradient reaches {counted_steps(reach)} back. "
        "The state is carried on, but the training cannot learn what to store in it.",
        subject.change("truncated-gradient"),
        subject.evidence(lag=lag, gradient_reaches=reach),
        subject.remaining,
    )
