"""Layers, data and training that programs of several families share."""

import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from explain_zoo.case import Setting, Trial

_LAYERS = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM, "simple-rnn": keras.layers.SimpleRNN}
BATCH = 32


def draws(setting: Setting) -> np.random.Generator:
    """The generator of the data; the weights take the same seed."""
    keras.utils.set_random_seed(setting.seed)
    return np.random.default_rng(setting.seed)


def recurrent(setting: Setting, units: int | None = None, **settings: Any) -> Any:
    """The recurrent layer of this variant."""
    return _LAYERS[setting.cell](units or setting.size.units, **settings)


def noise(setting: Setting, features: int = 1, steps: int | None = None) -> NDArray[np.float32]:
    """Independent standard normal inputs, one row a sequence."""
    shape = (setting.size.rows, steps or setting.size.steps, features)
    return draws(setting).normal(size=shape).astype(np.float32)


def delayed(x: NDArray[Any], lag: int) -> NDArray[Any]:
    """The first feature of ``lag`` steps ago, 0 before the start: shape (N, T, 1)."""
    y = np.zeros_like(x[:, :, :1])
    y[:, lag:] = x[:, : x.shape[1] - lag, :1]
    return y


def summed(x: NDArray[Any]) -> NDArray[Any]:
    """The sum of a row, of unit variance for standard normal inputs: shape (N, 1)."""
    return x.sum(axis=1) / np.float32(math.sqrt(x.shape[1]))


def trained(layers: list[Any], x: Any, y: Any, **more: Any) -> Trial:
    """The layers as a sequential model, compiled and fitted."""
    return fitted(keras.Sequential(layers), x, y, **more)


def fitted(
    model: Any,
    x: Any,
    y: Any,
    *,
    loss: Any = "mse",
    optimizer: Any = None,
    metrics: list[str] | None = None,
    chance: float | None = None,
    optimum: float = 0.0,
    **fit: Any,
) -> Trial:
    """A model, compiled and fitted as the arguments say; ``reset_states`` is a loop by hand."""
    model.compile(optimizer or keras.optimizers.Adam(0.01), loss, metrics=metrics, jit_compile=False)
    resets = fit.pop("reset_states", None)
    fit = {"batch_size": BATCH, **fit}
    reached = _by_hand(model, x, y, resets, **fit) if resets else _last(model.fit(x, y, verbose=0, **fit))
    told = {**fit, "reset_states": resets} if resets else fit
    return Trial(model, x, y, told, reached, spread(y) if chance is None else chance, optimum)


def spread(y: Any) -> float:
    """The squared error of the best constant."""
    return float(np.var(y))


def entropy(y: Any) -> float:
    """The cross-entropy of the best constant, in nats."""
    shares = np.unique(y, return_counts=True)[1] / np.size(y)
    return float(-(shares * np.log(shares)).sum())


def _last(history: Any) -> float:
    return float(history.history["loss"][-1])


def _by_hand(model: Any, x: Any, y: Any, resets: str, epochs: int, batch_size: int, shuffle: bool) -> float:
    """Train in order, with the states reset after each epoch or batch."""
    if shuffle:
        raise ValueError("loops by hand keep the order of the rows")
    reached = math.nan
    for _ in range(epochs):
        if resets == "epoch":
            reached = _last(model.fit(x, y, epochs=1, batch_size=batch_size, shuffle=False, verbose=0))
            reset(model)
            continue
        losses = []
        for start in range(0, len(x), batch_size):
            model.reset_metrics()
            losses.append(float(model.train_on_batch(x[start : start + batch_size], y[start : start + batch_size])))
            reset(model)
        reached = float(np.mean(losses))
    return reached


def reset(model: Any) -> None:
    """Set the states of all stateful layers to zero."""
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()
