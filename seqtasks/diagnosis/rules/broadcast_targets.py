"""The loss compares each output of a batch with each target of the batch."""

from typing import TYPE_CHECKING, Final

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

ROWS: Final = 32
DIFFERENT: Final = 0.01  # relative


def broadcast_targets(subject: "KerasSubject") -> Fault | None:
    """The loss of a batch is not the mean of the losses of its rows, because (N,) and (N, 1) give (N, N)."""
    found = subject.batch_and_row_losses(ROWS)
    if found is None:
        return None
    batch, rows, y_shape, o_shape = found
    if abs(batch - rows) <= DIFFERENT * max(abs(batch), abs(rows)):
        return None
    return Fault(
        "broadcast-targets",
        f"The loss function subtracts targets of shape {y_shape} from outputs of shape {o_shape}, which compares each "
        "output with the target of each row of the batch. The best outputs are then the mean of the targets.",
        f"y = y.reshape(-1, {', '.join(str(axis) for axis in o_shape[1:])})",
        {"loss_of_batch": batch, "mean_loss_of_rows": rows},
        1.0,
    )
