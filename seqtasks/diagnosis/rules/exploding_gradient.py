"""Gradients grow without bound on their way back through the steps."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

UNSOLVED: Final = 0.25  # of the gap between chance and optimum
GROWS: Final = 30.0  # times, over the steps of a row
BURST: Final = 2.0  # times chance: a loss in the training that no network has that only does not learn


def exploding_gradient(subject: "KerasSubject") -> Fault | None:
    """With the initial weights, a gradient grows over the steps; or the training of an unbounded layer has diverged."""
    if subject.remaining <= UNSOLVED:
        return None
    growth = max((float(flow.max()) for flow in subject.copies.fresh_flows), default=0.0)
    unbounded = subject.copies.unbounded_layers
    peak = _peak(subject) if unbounded else 0.0
    diverged = bool(unbounded) and (not subject.copies.finite or peak > BURST * subject.references.chance.value)
    if growth < GROWS and not diverged:
        return None
    lags = max(len(flow) for flow in subject.copies.fresh_flows) - 1
    how = f"With new weights, a gradient grows {growth:.3g}-fold over {lags} steps"
    if growth < GROWS:
        what = (
            f"the loss rose to {peak:.3g} in the training" if subject.copies.finite else "the weights have overflowed"
        )
        how = f"The activation of {', '.join(unbounded)} has no bound, and {what}"
    return Fault(
        "exploding-gradient",
        f"{how}: a single update can throw the weights far away. Clip the gradient, begin with orthogonal recurrent "
        "weights, and use tanh in the recurrence.",
        subject.change("exploding-gradient"),
        subject.evidence(growth=growth, steps=lags),
        float(np.clip(subject.remaining, 0, 1)),
    )


def _peak(subject: "KerasSubject") -> float:
    """The greatest loss of the training, infinite if one is not a number."""
    return max((loss if np.isfinite(loss) else np.inf for loss in subject.training_losses), default=0.0)
