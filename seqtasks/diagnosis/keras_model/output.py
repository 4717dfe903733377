"""What the outputs of a Keras model are compared with, and what they depend on.

Axis letters: N rows, T steps, O outputs.
"""

from typing import TYPE_CHECKING, Final

import keras
import numpy as np

from seqtasks.diagnosis.keras_model.data import STEPS
from seqtasks.diagnosis.series import Array

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

PROBED: Final = 32  # rows
SKIPPED: Final = 1e-3  # of the spread of the outputs


def batch_and_row_losses(
    subject: "KerasSubject", rows: int
) -> tuple[float, float, tuple[int, ...], tuple[int, ...]] | None:
    """The loss of a batch, and the mean of the losses of its rows, which no row can mix up with another.

    Returns:
        Both, and the shapes of targets and outputs that the loss receives; None for a loss of Keras, which gives
        targets and outputs the same axes first, or for a loss that fails.
    """
    if not subject.compiled_loss.own:
        return None
    o = subject.outputs[:rows]
    y = np.asarray(subject.y)[: len(o)]
    y = y.astype(o.dtype if y.dtype.kind == "f" else y.dtype)
    # other outputs than those of the network, which are all the same after a training with such a loss
    o = y.reshape(o.shape).astype(o.dtype) if y.size == o.size else np.random.default_rng(0).normal(size=o.shape)
    o = o.astype(subject.outputs.dtype)
    raw = subject.compiled_loss.raw
    try:
        batch = float(np.mean(raw(keras.ops.convert_to_tensor(y), keras.ops.convert_to_tensor(o))))
        each = [
            float(np.mean(raw(keras.ops.convert_to_tensor(y[n : n + 1]), keras.ops.convert_to_tensor(o[n : n + 1]))))
            for n in range(len(o))
        ]
    except (ValueError, TypeError):
        return None
    return batch, float(np.mean(each)), y.shape, o.shape


def change_by_the_future(subject: "KerasSubject") -> float:
    """How much the outputs of the first half of rows change with the inputs of the second half, of their spread."""
    inputs = subject.model_inputs[:PROBED]
    half = inputs.shape[1] // 2
    other = inputs.copy()
    other[:, half:] = np.roll(inputs[:, half:], 1, axis=0)[:, ::-1]
    before, after = (subject.function.outputs(each)[:, :half] for each in (inputs, other))
    spread = float(before.std())
    return float(np.sqrt(np.mean(np.square(before - after)))) / spread if spread else 0.0


def outputs_by_side(subject: "KerasSubject") -> tuple[Array, Array] | None:
    """The outputs of padded rows as they are, and with the padding moved to their other end; None without such rows.

    If each step has an output, those of real steps, in their order.
    """
    padding = subject.data.padding
    if padding is None:
        return None
    chosen = np.flatnonzero((padding.lengths < padding.steps) & (padding.lengths > 0))[:PROBED]
    if not len(chosen):
        return None
    inputs, real = subject.model_inputs[chosen], padding.mask()[chosen]
    moved = np.argsort(real if padding.side == "end" else ~real, axis=1, kind="stable")
    rows = np.arange(len(chosen))[:, None]
    before, after = subject.function.outputs(inputs), subject.function.outputs(inputs[rows, moved])
    if before.ndim == STEPS:
        before, after = before[real], after[real[rows, moved]]
    return before, after


def padding_is_skipped(before: Array, after: Array) -> bool:
    """Whether the outputs of :func:`outputs_by_side` are the same, as they are if padding is masked."""
    spread = float(before.std())
    return bool(np.abs(before - after).max() <= SKIPPED * spread) if spread else False


def reads_padding_only(before: Array, after: Array) -> bool:
    """Whether all rows have the same outputs with their padding where it is, and others where it is moved."""
    spread = float(np.ptp(after, axis=0).max())
    return bool(np.ptp(before, axis=0).max() <= SKIPPED * spread) if spread else False


def persistence_loss(subject: "KerasSubject") -> float | None:
    """The least loss of an input of the present step as the prediction; None if targets are not real."""
    data = subject.data
    if data.kind != "real":
        return None
    series = data.rows_as_series()
    points = np.flatnonzero(series.counted)
    x, y = series.windows(points, 0), series.target_rows(points).astype(np.float64)
    outputs = y.shape[1]
    candidates = [x] if x.shape[1] == outputs > 1 else [np.repeat(column[:, None], outputs, axis=1) for column in x.T]
    objective = subject.compiled_loss.objective
    return min(float(objective.losses(y, each).mean()) for each in candidates)


def labels(subject: "KerasSubject") -> tuple[Array, Array] | None:
    """The true classes and those that the network names, of all counted targets; None if there are no classes."""
    data = subject.data
    if data.kind == "real" or data.targets.shape[:-1] != subject.outputs.shape[:-1]:
        return None
    o, y = subject.outputs, data.targets
    if data.per_step and data.padding is not None:
        kept = data.padding.mask()
        o, y = o[kept], y[kept]
    flat = o.reshape(-1, o.shape[-1])
    predicted = subject.compiled_loss.predictions(flat, probabilities=subject.function.probabilities)
    truth = y.reshape(-1, y.shape[-1])
    if data.kind == "class":
        return truth[:, 0], predicted.argmax(axis=-1)
    if truth.shape[1] != 1:
        return None
    return truth[:, 0].astype(int), (predicted[:, 0] > 0.5).astype(int)  # noqa: PLR2004


def training_and_validation(subject: "KerasSubject") -> tuple[Array, Array] | None:
    """The inputs (N, T, I) of training and validation; None without a validation."""
    fit, x = subject.fit, subject.data.features
    if subject.embedded:
        return None
    if fit.validation_data is not None:
        test = np.asarray(fit.validation_data[0], np.float64)
        return x, test.reshape(-1, *x.shape[1:])
    if fit.validation_split:
        at = int(len(x) * (1 - fit.validation_split))
        return x[:at], x[at:]
    return None
