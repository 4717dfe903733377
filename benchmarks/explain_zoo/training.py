"""Programs whose training or initial weights are at fault."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras.initializers import Constant, Orthogonal, RandomNormal
from keras.layers import Dense
from keras.optimizers import SGD, Adam, RMSprop
from keras.optimizers.schedules import ExponentialDecay

from explain_zoo.case import Case, Setting, Trial
from explain_zoo.parts import delayed, noise, recurrent, summed, trained


def _rate(faulty_one: Callable[[], Any], healthy: Callable[[], Any], epochs: float = 1) -> Any:
    """A program whose optimizer has another rate."""

    def program(setting: Setting, faulty: bool) -> Trial:
        x = noise(setting)
        layers = [keras.Input(x.shape[1:]), recurrent(setting, return_sequences=True), Dense(1)]
        optimizer = faulty_one() if faulty else healthy()
        return trained(layers, x, delayed(x, 1), optimizer=optimizer, epochs=round(epochs * setting.size.epochs))

    return program


def _sums(setting: Setting, *head: Any, steps: int | None = None, optimizer: Any = None, **layer: Any) -> Trial:
    """The sum of a row, by a recurrent layer with these settings."""
    x = noise(setting, steps=steps)
    layers = [keras.Input(x.shape[1:]), recurrent(setting, **layer), *(head or [Dense(1)])]
    return trained(layers, x, summed(x), optimizer=optimizer, epochs=setting.size.epochs)


def _relu(setting: Setting, faulty: bool) -> Trial:
    """ReLU in the recurrence: nothing bounds the state, and one large step of SGD throws it away."""
    activation = "relu" if faulty else "tanh"
    return _sums(setting, steps=2 * setting.size.steps, activation=activation, optimizer=SGD(0.1, momentum=0.9))


def _large_recurrence(setting: Setting, faulty: bool) -> Trial:
    """Recurrent weights of a spectral norm far above one."""
    weights = RandomNormal(stddev=1.5, seed=setting.seed) if faulty else Orthogonal(seed=setting.seed)
    return _sums(setting, recurrent_initializer=weights, optimizer=SGD(0.05, momentum=0.9))


def _first_value(setting: Setting, lag_of: Callable[[int], int], **layer: Any) -> Trial:
    """The first of the steps decides."""
    x = noise(setting, steps=lag_of(setting.size.steps))
    y = np.sign(x[:, 0])
    layers = [keras.Input(x.shape[1:]), recurrent(setting, **layer), Dense(1)]
    return trained(layers, x, y, epochs=2 * setting.size.epochs)


def _long_lag(setting: Setting, faulty: bool) -> Trial:
    """The value that decides lies far back; in the twin it is near."""
    return _first_value(setting, lambda steps: 6 * steps if faulty else steps // 2)


def _sigmoid(setting: Setting, faulty: bool) -> Trial:
    """A sigmoid in the recurrence: its slope is at most a quarter, at each step."""
    layer = {"activation": "sigmoid"} if faulty else {}
    return _first_value(setting, lambda steps: 3 * steps // 2, **layer)


def _large_weights(setting: Setting, faulty: bool) -> Trial:
    """Input weights so large that every unit is at its bound from the first step on."""
    weights = RandomNormal(stddev=40.0, seed=setting.seed) if faulty else "glorot_uniform"
    return _sums(setting, kernel_initializer=weights)


def _closed_gates(setting: Setting, faulty: bool) -> Trial:
    """Biases at which gates and units are shut."""
    bias = Constant(12.0) if faulty else "zeros"
    more = {"unit_forget_bias": False} if setting.cell == "lstm" and faulty else {}
    return _sums(setting, bias_initializer=bias, **more)


def _dead_head(setting: Setting, faulty: bool) -> Trial:
    """A hidden layer of rectified units that never are positive."""
    bias = Constant(-6.0) if faulty else "zeros"
    return _sums(setting, Dense(16, activation="relu", bias_initializer=bias), Dense(1))


def _dead_cell(setting: Setting, faulty: bool) -> Trial:
    """Rectified recurrent units that never are positive."""
    bias = Constant(-8.0) if faulty else "zeros"
    more = {"unit_forget_bias": False} if setting.cell == "lstm" and faulty else {}
    return _sums(setting, activation="relu", bias_initializer=bias, **more)


def _frozen_layer(setting: Setting, faulty: bool) -> Trial:
    """The recurrent layer of few units does not learn."""
    x = noise(setting)
    layer = recurrent(setting, 6, return_sequences=True, trainable=not faulty)
    layers = [keras.Input(x.shape[1:]), layer, Dense(1)]
    return trained(layers, x, delayed(x, 2), epochs=2 * setting.size.epochs)


def _frozen_model(setting: Setting, faulty: bool) -> Trial:
    """All layers were frozen for a transfer, and stayed so."""
    x = noise(setting)
    layers = [recurrent(setting, trainable=not faulty), Dense(1, trainable=not faulty)]
    return trained([keras.Input(x.shape[1:]), *layers], x, summed(x), epochs=setting.size.epochs)


def _epochs(setting: Setting, faulty: bool) -> Trial:
    x = noise(setting)
    layers = [keras.Input(x.shape[1:]), recurrent(setting, return_sequences=True), Dense(1)]
    return trained(layers, x, delayed(x, 2), epochs=2 if faulty else 2 * setting.size.epochs)


def _one_batch(setting: Setting, faulty: bool) -> Trial:
    """All rows in one batch: one update an epoch."""
    x = noise(setting)
    layers = [keras.Input(x.shape[1:]), recurrent(setting, return_sequences=True), Dense(1)]
    batch = len(x) if faulty else 16
    return trained(layers, x, delayed(x, 1), batch_size=batch, epochs=setting.size.epochs // 2)


def _rising(setting: Setting, faulty: bool) -> Trial:
    """A schedule whose rate rises instead of falling."""
    updates = setting.size.rows // 32 * setting.size.epochs
    rate = ExponentialDecay(0.01, updates, 300.0 if faulty else 0.3)
    return _rate(lambda: Adam(rate), lambda: Adam(rate), epochs=1.5)(setting, faulty)


def _one_unit(setting: Setting, faulty: bool) -> Trial:
    """Three values are to be kept by one unit."""
    x = noise(setting)
    y = np.concatenate([delayed(x, lag) for lag in (0, 1, 2)], axis=2)
    layer = recurrent(setting, 1 if faulty else None, return_sequences=True)
    layers = [keras.Input(x.shape[1:]), layer, Dense(3)]
    return trained(layers, x, y, epochs=2 * setting.size.epochs)


BOTH = ("simple-rnn", "gru")
CASES = (
    Case(
        "Adam, rate 0.6", ("learning-rate-high",), _rate(lambda: Adam(0.6), lambda: Adam(0.01)), reports=("keras#1285",)
    ),
    Case(
        "SGD, rate 4",
        ("learning-rate-high", "exploding-gradient"),
        _rate(lambda: SGD(4.0), lambda: SGD(0.2, momentum=0.9), 1.5),
        BOTH,
        reports=("keras#5264",),
    ),
    Case(
        "Adam, rate 1e-6",
        ("learning-rate-low",),
        _rate(lambda: Adam(1e-6), lambda: Adam(0.01)),
        reports=("keras#1285",),
    ),
    Case(
        "RMSprop, rate 1e-5",
        ("learning-rate-low",),
        _rate(lambda: RMSprop(1e-5), lambda: RMSprop(0.01)),
        BOTH,
        reports=("keras#5264",),
    ),
    Case(
        "ReLU in the recurrence",
        ("exploding-gradient",),
        _relu,
        ("simple-rnn", "lstm"),
        reports=("keras#13221", "keras#5127"),
    ),
    Case(
        "large recurrent weights",
        ("exploding-gradient", "saturated-gates"),
        _large_recurrence,
        BOTH,
        reports=("keras#5127",),
    ),
    Case("a long lag", ("vanishing-gradient",), _long_lag, ("simple-rnn", "lstm"), reports=("keras#8855",)),
    Case("a sigmoid in the recurrence", ("vanishing-gradient",), _sigmoid, ("simple-rnn",), reports=("keras#8855",)),
    Case("large input weights", ("saturated-gates",), _large_weights, BOTH),
    Case("gates shut by their bias", ("saturated-gates",), _closed_gates),
    Case("dead hidden layer", ("dead-units",), _dead_head),
    Case("dead recurrent layer", ("dead-units",), _dead_cell, ("simple-rnn", "gru")),
    Case("frozen recurrent layer", ("frozen-weights",), _frozen_layer),
    Case("all layers frozen", ("frozen-weights",), _frozen_model, BOTH),
    Case("two epochs", ("too-few-updates",), _epochs),
    Case("one update an epoch", ("too-few-updates",), _one_batch, BOTH),
    Case("a rising rate", ("learned-and-lost", "learning-rate-high"), _rising),
    Case("one unit for three values", ("too-few-units",), _one_unit),
)
