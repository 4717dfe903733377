"""Repairs of programs with plain Keras models, by the name of the fault, as changes that a copy is trained with.

Axis letters: N rows, T steps of a row, B rows of a batch.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import keras
import numpy as np

from seqtasks.diagnosis.keras_model import edits
from seqtasks.diagnosis.keras_model.cloning import cloned
from seqtasks.diagnosis.keras_model.copies import undropped
from seqtasks.diagnosis.keras_model.layers import embeds
from seqtasks.diagnosis.keras_model.program import KerasProgram
from seqtasks.diagnosis.padding import Padding
from seqtasks.diagnosis.series import Array
from seqtasks.diagnosis.subject import AbstractSubject
from seqtasks.errors import UsageError

STEPS_ONLY: Final = 3  # axes of an array of rows and steps
SHORTEST: Final = 8  # steps of the rows that take the place of shorter ones
RATE: Final = 10.0
MORE: Final = 5  # times the epochs

Repair = Callable[[KerasProgram, AbstractSubject], KerasProgram]


def _readout(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    outputs = program.y.shape[-1] if program.y.ndim > 1 else 1
    return program.with_edit(edits.appended(outputs))


def _longer_rows(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    """Rows that continue one another, joined to rows of several steps, with as many updates as before."""
    size = program.batch_size if program.stateful and program.fit.reset_states != "batch" else 1
    steps, needed = program.X.shape[1], (subject.references.lag or 0) + 1
    if program.X.ndim != STEPS_ONLY:
        raise UsageError("The inputs have no axis of steps.", "Pass X of shape (rows, steps, inputs).")
    rows = -(-max(SHORTEST, 2 * needed) // steps)
    per_step = program.y.ndim == STEPS_ONLY
    if steps > 1 and not per_step:
        raise UsageError("Rows with one target each cannot be joined.", "Cut longer rows from your series.")
    batches = len(program.X) // size
    joined = batches // rows
    if joined < 1:
        raise UsageError("There are too few rows to join.", "Cut longer rows from your series.")

    def longer(values: Array) -> Array:
        series = values[: batches * size].reshape(batches, size, *values.shape[1:]).swapaxes(0, 1)
        kept = series[:, : joined * rows]
        return kept.reshape(size * joined, rows * steps, *values.shape[2:])

    targets = longer(program.y if per_step else program.y.reshape(len(program.y), 1, -1))
    inputs = longer(program.X)
    edit = edits.recurrent((None, rows * steps, program.X.shape[-1]), stateful=False, return_sequences=True)
    changed = program.with_data(inputs, targets).with_edit(edit)
    return changed.with_fit(epochs=program.fit.epochs * rows, batch_size=size, shuffle=True, reset_states=None)


def _all_steps(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(edits.last_recurrent(return_sequences=True))


def _last_step(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(edits.last_recurrent(return_sequences=False))


def _in_order(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_fit(shuffle=False)


def _continuing(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    """Row b of each batch continues row b of the batch before: the series is cut into B pieces first."""
    size = program.batch_size
    batches = len(program.X) // size
    order = np.arange(batches * size).reshape(size, batches).T.ravel()
    return program.with_data(program.X[order], program.y[order]).with_fit(shuffle=False)


def _carried(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    """The state goes on from batch to batch."""
    if program.stateful:
        return program.with_fit(shuffle=False, reset_states="epoch")
    size = program.batch_size
    edit = edits.recurrent((size, *program.X.shape[1:]), stateful=True)
    return _continuing(program, subject).with_edit(edit).with_fit(batch_size=size, reset_states="epoch")


def _independent(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(edits.recurrent(stateful=False)).with_fit(reset_states=None)


def _swapped(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    inputs = program.X.swapaxes(0, 1)
    targets = program.y.swapaxes(0, 1) if program.y.ndim == STEPS_ONLY else program.y
    edit = edits.recurrent((None, *inputs.shape[1:]))
    return program.with_data(inputs, targets).with_edit(edit)


def _scaled_inputs(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_data(standardized(program.X), program.y)


def _scaled_targets(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_data(program.X, standardized(program.y))


def _column(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_data(program.X, program.y[..., None])


def _linear_output(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(edits.last_weighted(activation="linear"))


def _logits(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    """Linear outputs, and a cross-entropy that takes logits; for other losses linear outputs alone."""
    loss = keras.losses.get(program.model.loss)
    name = getattr(loss, "name", None) or getattr(loss, "__name__", "")
    found: dict[str, Any] = {
        "binary_crossentropy": keras.losses.BinaryCrossentropy,
        "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
        "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    }
    linear = _linear_output(program, subject)
    return replace(linear, loss=found[name](from_logits=True)) if name in found else linear


def _masked(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    if embeds(program.model):
        return program.with_edit(edits.masked_symbols)
    of_rows = program.y.ndim < STEPS_ONLY
    padding = Padding.of(program.X, targets_of_rows=of_rows) if program.X.ndim == STEPS_ONLY else None
    return program.with_edit(edits.masked(0.0 if padding is None else float(padding.value[0])))


def _balanced(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    labels = program.y.argmax(axis=-1) if program.y.ndim > 1 and program.y.shape[-1] > 1 else program.y
    counts = np.bincount(labels.astype(int).ravel())
    weights = {k: float(counts.sum() / (len(counts) * n)) for k, n in enumerate(counts) if n}
    return program.with_fit(class_weight=weights)


def _rate(factor: float) -> Repair:
    """The best of the learning rates that short trainings of copies had; else times a factor."""

    def repair(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
        probe = subject.rate_probe
        better = probe.best[0] if probe.best[1] < probe.loss else probe.rate * factor
        return program.with_optimizer(learning_rate=better)

    return repair


def _undropped(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(lambda model: cloned(model, undropped))


def _clipped(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_optimizer(global_clipnorm=1.0)


def _gated(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(edits.gated)


def _tanh(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(edits.recurrent(activation="tanh"))


def _thawed(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(edits.settings(lambda _, config: config.update(trainable=True)))


def _longer(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_fit(epochs=MORE * program.fit.epochs)


def _wider(program: KerasProgram, subject: AbstractSubject) -> KerasProgram:
    return program.with_edit(edits.recurrent(units=4 * max(1, subject.units)))


def standardized(values: Array) -> Array:
    """Values with mean 0 and standard deviation 1 for each number of a step; constants become 0.

    Args:
        values: (N, ..., I), or (N,).

    Example:
        >>> standardized(np.array([[1.0], [3.0]])).ravel().tolist()
        [-1.0, 1.0]
    """
    flat = values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1).astype(np.float64)
    spread = flat.std(axis=0)
    return np.asarray(((flat - flat.mean(axis=0)) / np.where(spread > 0, spread, 1.0)).reshape(values.shape))


REPAIRS: Final[dict[str, Repair]] = {
    "missing-readout": _readout,
    "truncated-gradient": _longer_rows,
    "window-too-short": _longer_rows,
    "sequence-output-missing": _all_steps,
    "last-output-missing": _last_step,
    "shuffled-stateful": _in_order,
    "rows-not-continuous": _continuing,
    "state-reset": _carried,
    "state-not-reset": _independent,
    "batch-time-swapped": _swapped,
    "unscaled-inputs": _scaled_inputs,
    "unscaled-targets": _scaled_targets,
    "broadcast-targets": _column,
    "output-range": _linear_output,
    "activation-loss-mismatch": _logits,
    "padding-read": _masked,
    "mask-ignored": _masked,
    "output-on-padding": _masked,
    "class-imbalance": _balanced,
    "learning-rate-high": _rate(1 / RATE),
    "learning-rate-low": _rate(RATE),
    "learned-and-lost": _rate(1 / RATE),
    "dropout-high": _undropped,
    "exploding-gradient": _clipped,
    "vanishing-gradient": _gated,
    "saturated-gates": _scaled_inputs,
    "dead-units": _tanh,
    "frozen-weights": _thawed,
    "too-few-updates": _longer,
    "too-few-units": _wider,
}
"""Each receives the program and its subject, and returns the repaired program."""
