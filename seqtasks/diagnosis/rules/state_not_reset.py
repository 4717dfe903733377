"""The state of one row leaks into the next, which has nothing to do with it."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

LEAK: Final = 0.001  # of the variance of the outputs
LEAST: Final = 0.03  # of the gap: a state that leaks adds noise to a network that has learned


def state_not_reset(subject: "KerasSubject") -> Fault | None:
    """Rows are independent, and the outputs depend on the state that the row before left."""
    if not subject.carried or subject.remaining < LEAST or subject.data.steps == 1:
        return None
    if subject.continues or subject.consecutive:
        return None
    carried = subject.outputs
    reset = subject.reset_outputs[: len(carried)]
    spread = float(np.var(reset))
    leak = float(np.mean(np.square(carried - reset))) / spread if spread else 0.0
    if leak < LEAK:
        return None
    return Fault(
        "state-not-reset",
        "The layer carries its state from batch to batch, but the rows do not continue one another: each row starts "
        "from the state that an unrelated row has left, which changes its outputs.",
        "Build the layer with stateful=False, or reset its states before each batch: layer.reset_states().",
        subject.evidence(change_of_outputs=leak),
        subject.remaining,
    )
