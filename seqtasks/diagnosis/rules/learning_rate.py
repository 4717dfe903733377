"""The learning rate is too high or too low: copies learn better at another one."""

from typing import Final

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.subject import AbstractSubject

UNSOLVED: Final = 0.1  # of the gap between chance and optimum
BETTER: Final = 0.2  # of the gap: what another learning rate has to gain, within the steps of the copies


def learning_rate_high(subject: AbstractSubject) -> Fault | None:
    """A copy at a lower learning rate ends with a lower loss."""
    return _found(subject, "learning-rate-high", higher=False)


def learning_rate_low(subject: AbstractSubject) -> Fault | None:
    """A copy at a higher learning rate ends with a lower loss."""
    return _found(subject, "learning-rate-low", higher=True)


def _found(subject: AbstractSubject, name: str, *, higher: bool) -> Fault | None:
    """The fault, if the best of the other rates lies on that side and gains enough.

    Even the loss at the end of the whole training must be higher than that of the copy, which has fewer steps.
    """
    gap = subject.references.gap
    if subject.remaining <= UNSOLVED or gap <= 0:
        return None
    probe = subject.rate_probe
    rate, loss = probe.best
    gain = (min(probe.loss, subject.loss.value, subject.references.chance.value) - loss) / gap
    if gain < BETTER or (rate > probe.rate) is not higher:
        return None
    word, effect = ("low", "slowly for its budget") if higher else ("high", "in steps that are too large")
    return Fault(
        name,
        f"The learning rate {probe.rate:.3g} is too {word}: the network learns {effect}. A copy with {rate:.3g} has a "
        f"loss of {loss:.3g} after {probe.share:.0%} of the training.",
        subject.change(name),
        subject.evidence(learning_rate=probe.rate, better=rate, loss_at_better=loss),
        min(subject.remaining, gain),
    )
