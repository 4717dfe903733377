"""Gradients vanish before they reach the inputs that the targets need."""

from typing import TYPE_CHECKING, Final

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.rule import Finding, Unchecked

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

UNSOLVED: Final = 0.25  # of the gap between chance and optimum
VANISHED: Final = 1e-4  # times the gradient now
WORST: Final = 1.2  # times chance: a network that receives no gradient is not worse


def vanishing_gradient(subject: "KerasSubject") -> Finding:
    """With the initial weights, almost nothing of a gradient arrives at the lag that the targets need."""
    if subject.remaining <= UNSOLVED or subject.unpredictable:
        return None
    if not subject.loss.value <= WORST * subject.references.chance.value:
        return None
    lag = subject.references.lag
    if lag is None:
        return Unchecked("How far back the targets reach is unknown.")
    shares = [float(flow[lag]) for flow in subject.copies.fresh_flows if lag < len(flow)]
    if not shares or max(shares) >= VANISHED:
        return None
    return Fault(
        "vanishing-gradient",
        f"The targets need inputs of {lag} steps ago, but with new weights a gradient has shrunk to {max(shares):.1g} "
        "times its norm when it arrives there, so that the training does not notice them.",
        subject.change("vanishing-gradient"),
        subject.evidence(lag=lag, share_of_gradient=max(shares)),
        subject.remaining,
    )
