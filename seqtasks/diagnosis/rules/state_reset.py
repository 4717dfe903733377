"""The state of a stateful layer is reset although the next batch continues the last one."""

from typing import TYPE_CHECKING

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject


def state_reset(subject: "KerasSubject") -> Fault | None:
    """The steps before a row help, and the layer forgets them."""
    if not subject.stateful or subject.carried or not subject.unsolved or not subject.continues:
        return None
    gain = subject.gain(subject.batch_size)
    return Fault(
        "state-reset",
        "The states are reset after each batch, but the rows of a batch continue those of the batch before, and what "
        "came before a row helps to predict its targets.",
        "Call reset_states() where a series begins, such as once in each epoch, and not after each batch.",
        subject.evidence(loss_with_earlier_rows=gain.with_earlier, loss_without=gain.without),
        subject.remaining,
    )
