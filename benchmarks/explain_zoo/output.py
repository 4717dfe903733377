"""Programs whose output cannot be the target."""

from typing import Any

import keras
import numpy as np
from keras.layers import Dense, RepeatVector, TimeDistributed

from explain_zoo.case import Case, Setting, Trial
from explain_zoo.parts import delayed, draws, entropy, noise, recurrent, summed, trained


class SquaredError(keras.losses.Loss):
    """A loss by hand."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean of the squared differences."""
        return keras.ops.mean(keras.ops.square(keras.ops.cast(y_true, y_pred.dtype) - y_pred))


def _per_row(setting: Setting, x: Any, y: Any, *head: Any, **more: Any) -> Trial:
    return trained([keras.Input(x.shape[1:]), recurrent(setting), *head], x, y, epochs=setting.size.epochs, **more)


def _one_for_all(setting: Setting, faulty: bool) -> Trial:
    """A target for each step, and one output for all."""
    x = noise(setting)
    y = delayed(x, 1)
    layers = [keras.Input(x.shape[1:]), recurrent(setting, return_sequences=not faulty), Dense(1)]
    return trained(layers, x, y, epochs=setting.size.epochs)


def _repeated(setting: Setting, faulty: bool) -> Trial:
    """The last state, repeated for each step."""
    x = noise(setting)
    if not faulty:
        layers = [recurrent(setting, return_sequences=True), Dense(1)]
    else:
        layers = [recurrent(setting), RepeatVector(x.shape[1]), Dense(1)]
    return trained([keras.Input(x.shape[1:]), *layers], x, delayed(x, 1), epochs=setting.size.epochs)


def _all_for_one(setting: Setting, faulty: bool) -> Trial:
    """An output for each step, and one target for all."""
    x = noise(setting)
    layers = [keras.Input(x.shape[1:]), recurrent(setting, return_sequences=faulty), Dense(1)]
    return trained(layers, x, summed(x), epochs=setting.size.epochs)


def _flat_targets(setting: Setting, faulty: bool) -> Trial:
    """Targets (N,) against outputs (N, 1): a loss by hand compares each with each."""
    x = noise(setting)
    y = summed(x)
    return _per_row(setting, x, y[:, 0] if faulty else y, Dense(1), loss=SquaredError())


def _state_as_output(setting: Setting, faulty: bool) -> Trial:
    """A recurrent layer of one unit is the output itself."""
    x = noise(setting)
    y = np.tanh(delayed(x, 2))
    layers = [keras.Input(x.shape[1:])]
    layers += (
        [recurrent(setting, 1, return_sequences=True)]
        if faulty
        else [recurrent(setting, return_sequences=True), Dense(1)]
    )
    return trained(layers, x, y, epochs=setting.size.epochs)


def _one_unit_out(setting: Setting, faulty: bool) -> Trial:
    """A recurrent layer of as many units as there are targets, for one target of each row."""
    x = noise(setting)
    y = np.tanh(x[:, -3] - x[:, -1])
    layers = [recurrent(setting, 1)] if faulty else [recurrent(setting), Dense(1)]
    return trained([keras.Input(x.shape[1:]), *layers], x, y, epochs=setting.size.epochs)


def _bounded(activation: str, scale: float, shift: float = 0.0) -> Any:
    """A program whose output ends in an activation that excludes most of the targets."""

    def program(setting: Setting, faulty: bool) -> Trial:
        x = noise(setting)
        y = scale * summed(x) + shift
        return _per_row(setting, x, y, Dense(1, activation=activation if faulty else None))

    return program


def _classes(setting: Setting, classes: int) -> tuple[Any, Any]:
    """Rows whose sum falls into one of equally frequent classes."""
    x = noise(setting)
    score = summed(x)
    cuts = np.quantile(score, np.arange(1, classes) / classes)
    return x, np.searchsorted(cuts, score)


def _softmax_twice(setting: Setting, faulty: bool) -> Trial:
    """Probabilities fed to a loss of logits: the symbol of the step before."""
    symbols = draws(setting).integers(4, size=(setting.size.rows, setting.size.steps, 1))
    x = keras.utils.to_categorical(symbols[..., 0], 4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=faulty)
    head = TimeDistributed(Dense(4, activation="softmax"))
    layers = [keras.Input(x.shape[1:]), recurrent(setting, return_sequences=True), head]
    return trained(
        layers,
        x,
        delayed(symbols, 1),
        loss=loss,
        chance=float(np.log(4)),
        metrics=["accuracy"],
        epochs=setting.size.epochs,
    )


def _softmax_of_one(setting: Setting, faulty: bool) -> Trial:
    """The softmax of a single unit is 1."""
    x, y = _classes(setting, 2)
    head = Dense(1, activation="softmax" if faulty else "sigmoid")
    return _per_row(setting, x, y.astype(np.float32), head, loss="binary_crossentropy", chance=entropy(y))


def _logits_as_probabilities(setting: Setting, faulty: bool) -> Trial:
    """A linear output fed to a loss of probabilities."""
    x, y = _classes(setting, 2)
    head = Dense(1, activation=None if faulty else "sigmoid")
    return _per_row(setting, x, y.astype(np.float32), head, loss="binary_crossentropy", chance=entropy(y))


CASES = (
    Case("one output for all steps", ("sequence-output-missing",), _one_for_all, reports=("keras#2721", "keras#5447")),
    Case("last state repeated", ("sequence-output-missing",), _repeated, reports=("keras#5447",)),
    Case("all steps against the last", ("last-output-missing",), _all_for_one, reports=("keras#1838", "keras#2415")),
    Case("each against each", ("broadcast-targets",), _flat_targets, reports=("keras#14627", "tensorflow#37770")),
    Case("state as output", ("missing-readout",), _state_as_output, reports=("keras#2856",)),
    Case("one unit as output", ("missing-readout",), _one_unit_out, reports=("keras#2856",)),
    Case("tanh for wide targets", ("output-range",), _bounded("tanh", 4.0), reports=("keras#2856",)),
    Case("sigmoid for real targets", ("output-range",), _bounded("sigmoid", 1.0, -0.5)),
    Case("relu for negative targets", ("output-range",), _bounded("relu", 1.0, -1.5)),
    Case("softmax into a loss of logits", ("activation-loss-mismatch",), _softmax_twice),
    Case("softmax of one unit", ("activation-loss-mismatch", "output-range"), _softmax_of_one, deceptive=True),
    Case(
        "logits into a loss of probabilities",
        ("activation-loss-mismatch", "output-range"),
        _logits_as_probabilities,
        deceptive=True,
    ),
)
