"""Rows are shorter than the past that the targets depend on, and nothing is carried on from row to row."""

from typing import TYPE_CHECKING

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject


def window_too_short(subject: "KerasSubject") -> Fault | None:
    """A stateless layer starts each row from nothing, and the steps before the row help."""
    if not subject.layers or subject.stateful or not subject.unsolved or not subject.consecutive:
        return None
    steps, gain = subject.data.steps, subject.gain(1)
    return Fault(
        "window-too-short",
        f"Each row has {steps} step{'' if steps == 1 else 's'}, and a layer that is not stateful starts each row "
        "without any memory. The steps before a row help to predict its targets, but the network never sees them.",
        f"Build rows of more steps, such as {max(8, 2 * steps)}:\n"
        f"X = np.lib.stride_tricks.sliding_window_view(series, {max(8, 2 * steps)}, axis=0).swapaxes(1, 2)",
        subject.evidence(steps=steps, loss_with_earlier_rows=gain.with_earlier, loss_without=gain.without),
        subject.remaining,
    )
