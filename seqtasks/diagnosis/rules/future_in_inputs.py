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
AROUND: Final = 8  # steps before and after the present, of which an input may be a mean
MEAN_OF: Final = 3  # values at least
FEW: Final = 0.05  # of the greatest weight: less is none


def future_in_inputs(subject: "KerasSubject") -> Fault | None:
    """The target of a step is the input of a later step, and the network reads that step first."""
    data = subject.data
    if not data.per_step:
        return _last_step(subject) if data.sliding else None
    ahead = _steps_ahead(data.features, data.targets)
    if ahead is not None and (smoothed := _smoothed(data.features, data.targets, ahead)) is not None:
        return _mean_ahead(subject, smoothed)
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


def _mean_ahead(subject: "KerasSubject", column: int) -> Fault:
    """An input was smoothed with a window that reaches beyond the present."""
    return Fault(
        "future-in-inputs",
        f"The input {column} is a mean of the series over a window that reaches ahead, so that it contains the values "
        "that are to be predicted. They will not be there when the network predicts.",
        "Smooth with a window that ends at the present, such as pandas.Series.rolling(3).mean(), without center=True.",
        subject.evidence(column=column),
        1.0,
    )


def _smoothed(inputs: Array, targets: Array, ahead: int) -> int | None:
    """The input (N, T) that is a weighted mean of the series over steps of which some are ahead; None if none is.

    The target of a step is the value of the series ``ahead`` steps later. An input that drives a series is a difference
    of its values, and not a mean: its weights have both signs.
    """
    steps = inputs.shape[1]
    around = min(AROUND, (steps - 1) // 3)
    here = range(ahead + around, steps - max(around - ahead, 0))  # steps whose neighbours are all among the targets
    if around < 1 or not here:
        return None
    y = targets[..., 0].astype(np.float64)
    places = np.add.outer(np.array(here) - ahead, np.arange(-around, around + 1))
    neighbours = y[:, places].reshape(-1, 2 * around + 1)
    for column in range(inputs.shape[-1]):
        x = inputs[:, here.start : here.stop, column].astype(np.float64).ravel()
        weights, left = _regression(neighbours, x)
        weights /= max(float(weights.max()), 1e-12)
        mean = weights.min() > -FEW and (weights > FEW).sum() >= MEAN_OF and weights[around + 1 :].max() > FEW
        if mean and left < SAME * x.std() < _regression(neighbours[:, : around + 1], x)[1]:
            return column  # and the past alone does not say it
    return None


def _regression(features: Array, values: Array) -> tuple[Array, float]:
    """The weights of the features, and the deviation of what they leave."""
    design = np.c_[features, np.ones(len(values))]
    weights = np.linalg.lstsq(design, values, rcond=None)[0]
    return weights[:-1], float((values - design @ weights).std())


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
