"""The loss compares each output of a batch with each target of the batch."""

from typing import TYPE_CHECKING, Final

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

ROWS: Final = 32
DIFFERENT: Final = 0.01  # relative


def broadcast_targets(subject: "KerasSubject") -> Fault | None:
    """The loss of a batch is not the mean of the losses of its rows, because (N,) and (N, 1) give (N, N)."""
    if (fault := _columns(subject)) is not None:
        return fault
    found = subject.batch_and_row_losses(ROWS)
    if found is None:
        return None
    batch, rows, y_shape, o_shape = found
    if len(y_shape) == len(o_shape) or not abs(batch - rows) > DIFFERENT * max(abs(batch), abs(rows)):
        return None
    return Fault(
        "broadcast-targets",
        f"The loss function subtracts targets of shape {y_shape} from outputs of shape {o_shape}, which compares each "
        "output with the target of each row of the batch. The best outputs are then the mean of the targets.",
        f"y = y.reshape(-1, {', '.join(str(axis) for axis in o_shape[1:])})",
        {"loss_of_batch": batch, "mean_loss_of_rows": rows},
        1.0,
    )


def _columns(subject: "KerasSubject") -> Fault | None:
    """One output that is compared with several columns, or the other way round."""
    y, o = subject.data.targets.shape, subject.output_shape
    if subject.compiled_loss.own:  # it may take several outputs for a target, such as a mean and a deviation
        return None
    if subject.data.kind != "real" or len(y) != len(o) or y[-1] == o[-1] or 1 not in (y[-1], o[-1]):
        return None
    if not subject.has_readout:  # another rule says why the units are the outputs
        return None
    return Fault(
        "broadcast-targets",
        f"A row of y has {y[-1]} number{'' if y[-1] == 1 else 's'}, and a row of the outputs {o[-1]}. The loss "
        "compares each of them with the only one on the other side, so that they all learn the same.",
        f"Build the output layer with {y[-1]} unit{'' if y[-1] == 1 else 's'}: keras.layers.Dense({y[-1]}).",
        {"targets": y[-1], "outputs": o[-1]},
        1.0,
    )
