"""The training had reached a lower loss, and has lost it again."""

import math
from typing import Final

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.subject import AbstractSubject

LOST: Final = 0.3  # of the gap between chance and optimum
LEARNED: Final = 0.5  # of the gap: less is not much to lose


def learned_and_lost(subject: AbstractSubject) -> Fault | None:
    """The best loss of the training is far below that of the network now."""
    losses = [loss for loss in subject.training_losses if math.isfinite(loss)]
    if not losses or subject.references.gap <= 0:
        return None
    best = subject.references.skill(min(losses))
    lost = min(best, 1.0) - max(subject.skill, 0.0)
    if best < LEARNED or not lost >= LOST:
        return None
    when = losses.index(min(losses)) + 1
    return Fault(
        "learned-and-lost",
        f"The network had closed {min(best, 1):.0%} of the gap after {when / len(losses):.0%} of the training, and has "
        "lost it again. Steps that are too large for a solved task drive the weights away.",
        subject.change("learned-and-lost"),
        subject.evidence(least_loss=min(losses)),
        min(lost, subject.remaining),
    )
