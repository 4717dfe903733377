"""Programs whose data is at fault."""

from typing import Any

import keras
import numpy as np
from keras.layers import Bidirectional, Dense
from numpy.typing import NDArray

from explain_zoo.case import Case, Setting, Trial
from explain_zoo.parts import delayed, draws, entropy, noise, recurrent, summed, trained


def _per_step(setting: Setting, x: Any, y: Any, **more: Any) -> Trial:
    layers = [keras.Input(x.shape[1:]), recurrent(setting, return_sequences=True), Dense(y.shape[-1])]
    return trained(layers, x, y, epochs=setting.size.epochs, **more)


def _prices(setting: Setting, faulty: bool) -> Trial:
    z = noise(setting)
    return _per_step(setting, 1200 + 300 * z if faulty else z, delayed(z, 1))


def _grams(setting: Setting, faulty: bool) -> Trial:
    z = noise(setting, features=2)
    scale = np.array([1.0, 5000.0 if faulty else 1.0], np.float32)
    return _per_step(setting, z * scale, delayed(z, 1))


def _thousands(setting: Setting, faulty: bool) -> Trial:
    x = noise(setting)
    y = delayed(x, 1)
    return _per_step(setting, x, 5000 + 1500 * y if faulty else y)


def _negated(setting: Setting, faulty: bool) -> Trial:
    x = (noise(setting) > 0).astype(np.float32)
    return _per_step(setting, x, 1 - x if faulty else 1 - delayed(x, 1))


def _walk(setting: Setting, faulty: bool) -> Trial:
    """Forecast the next value of a random walk; the twin's series oscillates."""
    rng, size = draws(setting), setting.size
    steps = rng.normal(size=(size.rows, size.steps + 1, 1))
    if faulty:
        series = np.cumsum(steps, axis=1)
        series /= series.std()
    else:
        series = oscillation(rng, size.rows, size.steps + 1, noise=0.05)
    series = series.astype(np.float32)
    return _per_step(setting, series[:, :-1], series[:, 1:])


def oscillation(rng: np.random.Generator, rows: int, steps: int, noise: float) -> NDArray[np.float32]:
    """Sines of random phase and of a period of 4 to 12 steps, with some noise: shape (N, T, 1)."""
    period = rng.uniform(4, 12, size=(rows, 1))
    phase = rng.uniform(0, 2 * np.pi, size=(rows, 1))
    clean = np.sqrt(2) * np.sin(2 * np.pi * np.arange(steps) / period + phase)
    return (clean + noise * rng.normal(size=clean.shape))[..., None].astype(np.float32)


def _shuffled_targets(setting: Setting, faulty: bool) -> Trial:
    """The rows were sorted or shuffled, their targets were not."""
    x = noise(setting)
    y = summed(x)
    if faulty:
        y = np.random.default_rng(setting.seed + 1).permutation(y)
    layers = [keras.Input(x.shape[1:]), recurrent(setting), Dense(1)]
    return trained(layers, x, y, epochs=setting.size.epochs)


def _off_by_one(setting: Setting, faulty: bool) -> Trial:
    """The target is shifted the wrong way: the next input instead of the previous one."""
    longer = noise(setting, steps=setting.size.steps + 1)
    x = longer[:, :-1]
    return _per_step(setting, x, longer[:, 1:] if faulty else delayed(x, 1))


def _both_ways(setting: Setting, faulty: bool) -> Trial:
    """A forecast of the next value by a network that reads the sequence from both ends."""
    series = oscillation(draws(setting), setting.size.rows, setting.size.steps + 1, noise=0.2)
    x, y = series[:, :-1], series[:, 1:]
    layer = recurrent(setting, return_sequences=True)
    layers = [keras.Input(x.shape[1:]), Bidirectional(layer) if faulty else layer, Dense(1)]
    return trained(layers, x, y, epochs=setting.size.epochs, optimum=0.1)


def _centred_mean(setting: Setting, faulty: bool) -> Trial:
    """An input smoothed by a centred window holds the value to be forecast; the twin's window ends at the present."""
    size = setting.size
    series = oscillation(draws(setting), size.rows, size.steps + 4, noise=0.2)
    now = series[:, 2:-2]
    ahead = (1, 2, 3) if faulty else (0, 1, 2)
    mean = sum(series[:, k : k + size.steps] for k in ahead) / np.float32(3)
    return _per_step(setting, np.concatenate([now, mean], axis=2), series[:, 3:-1], optimum=0.1)


def _scaled_together(setting: Setting, faulty: bool) -> Trial:
    """Standardise with the mean and deviation of all rows; the twin takes those of the training part."""
    size = setting.size
    series = oscillation(draws(setting), size.rows, size.steps + 1, noise=0.1) * 3 + 10
    series += np.linspace(0, 5, size.rows, dtype=np.float32)[:, None, None]  # it grows, and the test part is the last
    cut = int(0.75 * size.rows)
    known = series[: None if faulty else cut, :-1]
    series = (series - known.mean()) / known.std()
    x, y = series[:, :-1], series[:, 1:]
    return _per_step(setting, x[:cut], y[:cut], validation_data=(x[cut:], y[cut:]))


def _rare(setting: Setting, faulty: bool) -> Trial:
    """One row in twenty is positive, and accuracy is the metric."""
    x = noise(setting)
    score = summed(x)
    y = (score > np.quantile(score, 0.95 if faulty else 0.5)).astype(np.float32)
    layers = [keras.Input(x.shape[1:]), recurrent(setting), Dense(1, activation="sigmoid")]
    epochs = setting.size.epochs // 3
    return trained(layers, x, y, loss="binary_crossentropy", metrics=["accuracy"], chance=entropy(y), epochs=epochs)


CASES = (
    Case("prices as inputs", ("unscaled-inputs",), _prices, reports=("keras#510",)),
    Case("one feature in grams", ("unscaled-inputs",), _grams, reports=("keras#510",)),
    Case("targets in thousands", ("unscaled-targets",), _thousands, reports=("keras#510",)),
    Case("the present bit, negated", ("no-memory-needed",), _negated, deceptive=True),
    Case("next value of a random walk", ("persistence-suffices",), _walk, deceptive=True),
    Case("targets in another order", ("unpredictable-targets",), _shuffled_targets),
    Case("shifted the wrong way", ("unpredictable-targets",), _off_by_one),
    Case("forecast from both ends", ("future-in-inputs",), _both_ways, deceptive=True),
    Case("centred moving average", ("future-in-inputs",), _centred_mean, deceptive=True),
    Case("scaled with the test part", ("scaler-saw-test",), _scaled_together, deceptive=True),
    Case("one positive in twenty", ("class-imbalance",), _rare),
)
