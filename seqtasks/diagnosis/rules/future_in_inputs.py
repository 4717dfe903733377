"""The network sees the target among its inputs."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.series import Array

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

AHEAD: Final = 16  # steps
SAME: Final = 0.01  # of a step of the series: what a scale and an offset may leave
CHANGED: Final = 1e-3  # of the spread of the outputs


def future_in_inputs(subject: "KerasSubject") -> Fault | None:
    """The target of a step is the input of a later step, and the network reads that step first."""
    data = subject.data
    if not data.per_step:
        return _last_step(subject) if data.sliding else None
    ahead = _steps_ahead(data.features, data.targets)
    if ahead is None or len(subject.output_shape) != data.targets.ndim:
        return None
    change = subject.change_by_the_future
    if change <= CHANGED:
        return None
    return Fault(
        "future-in-inputs",
        f"The target of a step is the input {ahead} step{'' if ahead == 1 else 's'} later, and the outputs depend on "
        "later inputs: a prefix of a row gives other outputs than the same steps within the row. The network copies "
        "its targets, which will not be there when it predicts.",
        "Use layers that read the past only: no Bidirectional, no go_backwards, and padding='causal' in convolutions.",
        subject.evidence(steps_ahead=ahead, change_of_outputs=change),
        1.0,
    )


def _last_step(subject: "KerasSubject") -> Fault | None:
    """The windows of a series contain their own targets."""
    data = subject.data
    if _steps_ahead(data.features[:, -1:], data.targets[:, None], range(1)) is None:
        return None
    return Fault(
        "future-in-inputs",
        "The target of a window is its own last step, so that the network only has to copy it.",
        "X = X[:, :-1]  # without the step that is to be predicted",
        subject.evidence(),
        1.0,
    )


def _steps_ahead(inputs: Array, targets: Array, ahead: range = range(1, AHEAD + 1)) -> int | None:
    """The least number of steps after which an input is the target, up to scale and offset."""
    steps = inputs.shape[1]
    if targets.shape[-1] > inputs.shape[-1] or targets.shape[1] != steps:
        return None
    for shift in ahead:
        if shift >= steps:
            return None
        y = targets[:, : steps - shift, 0].astype(np.float64)
        if any(_same(x.astype(np.float64), y) for x in np.moveaxis(inputs[:, shift:], -1, 0)):
            return shift
    return None


def _same(x: Array, y: Array) -> bool:
    """Whether values (N, T) are others up to scale and offset.

    Neighbours in a smooth series are nearly the same, too: what differs is compared with a step of the series.
    """
    step = np.diff(y, axis=int(y.shape[1] > 1)).std()
    x, y = x - x.mean(), y - y.mean()
    if not x.any() or not step > 0:
        return False
    return bool((y - x * (x * y).sum() / np.square(x).sum()).std() < SAME * step)
