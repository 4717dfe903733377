"""A predictor of the present input alone is as good as any."""

from typing import Final

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.subject import AbstractSubject

PREDICTABLE: Final = 0.05  # of chance: else there is nothing to predict, with or without memory


def no_memory_needed(subject: AbstractSubject) -> Fault | None:
    """The present input predicts the target, so that a good loss shows nothing about memory."""
    references = subject.references
    if references.lag != 0 or references.gap <= PREDICTABLE * abs(references.chance.value):
        return None
    return Fault(
        "no-memory-needed",
        "The present input alone predicts the targets as well as the whole past does, so that no memory is needed, and "
        "a good loss does not show that the network remembers anything.",
        subject.change("no-memory-needed"),
        subject.evidence(memoryless=references.memoryless.value),
        0.0,  # it keeps no network from learning
    )
