"""Nothing that was fitted to the inputs predicts the targets."""

from typing import Final

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.subject import AbstractSubject

PREDICTABLE: Final = 0.05  # of chance


def unpredictable_targets(subject: AbstractSubject) -> Fault | None:
    """The optimum of the fitted predictors is chance, and the network is not better."""
    references = subject.references
    chance = references.chance.value
    fitted = subject.loss.value < (1 - subject.fitted_noise) * chance
    if references.exact or references.gap > PREDICTABLE * chance or fitted:
        return None
    return Fault(
        "unpredictable-targets",
        "No predictor that was fitted to the inputs is better than the best constant, and neither is the network: the "
        "inputs may not contain what determines the targets, or not in this order.",
        subject.change("unpredictable-targets"),
        subject.evidence(),
        1.0,
    )
