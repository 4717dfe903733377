"""Programs with one fault each, and healthy twins that differ in the fault alone. No network in here is trained.

Each function returns a model, X, y, and the arguments of its fit.
"""

import keras
import numpy as np

from support.keras_programs import compiled

LAYERS = keras.layers
ROWS = 240


def coins(*shape, seed=0):
    """Fair bits."""
    return (np.random.default_rng(seed).random(shape) < 0.5).astype(np.float32)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def by_batches(series, rows, steps):
    """Series (B, L) as rows (N, steps, 1) that continue one another from batch to batch."""
    batches = series.shape[1] // steps
    return series.reshape(rows, batches, steps).swapaxes(0, 1).reshape(-1, steps, 1)


def stateful(rows, steps, *, shuffle=False, reset_states=None, consecutive=False):
    """A stateful network whose targets are the bit of two steps before."""
    bits = coins(rows, 480 // rows * steps)
    if consecutive:
        bits = bits.reshape(1, -1)
    targets = np.roll(bits, 2, axis=1)
    X, y = (by_batches(each, len(each), steps) for each in (bits, targets))
    model = compiled(
        keras.Input(batch_shape=(rows, steps, 1)),
        LAYERS.GRU(4, stateful=True, return_sequences=True),
        LAYERS.Dense(1),
    )
    return model, X, y, {"batch_size": rows, "shuffle": shuffle, "reset_states": reset_states}


def independent(*, carried):
    """Rows of six bits and their sum."""
    keras.utils.set_random_seed(1)
    X = coins(480, 6, 1)
    shape = (8, 6, 1) if carried else (None, 6, 1)
    model = compiled(keras.Input(batch_shape=shape), LAYERS.GRU(4, stateful=carried), LAYERS.Dense(1))
    return model, X, X.sum(axis=1), {"batch_size": 8, "shuffle": False}


def window(steps):
    """Windows of a series of bits, and the bit of three steps before the end."""
    bits = coins(ROWS * 2 + 8)
    X = np.lib.stride_tricks.sliding_window_view(bits, steps)[8 - steps :, :, None]
    y = bits[4 : 4 + len(X)]
    return compiled(keras.Input((steps, 1)), LAYERS.GRU(4), LAYERS.Dense(1)), X, y, {}


def axes(*, swapped):
    """Forty rows of fifty steps, and the bit of two steps before."""
    X = coins(40, 50, 1)
    y = np.roll(X, 2, axis=1)
    if swapped:
        X, y = X.swapaxes(0, 1), y.swapaxes(0, 1)
    return compiled(keras.Input((None, 1)), LAYERS.GRU(4, return_sequences=True), LAYERS.Dense(1)), X, y, {}


def padded(*before, side="end", length=24, masked=False):
    """Rows of 3 to 12 numbers, padded with zeros, and their mean; ``before`` are layers before the recurrent one."""
    before = (LAYERS.Masking(0.0), *before) if masked else before
    lengths = np.random.default_rng(1).integers(3, 13, 300)
    X = normal(300, length, 1)
    real = np.arange(length) < lengths[:, None]
    X *= (real if side == "end" else real[:, ::-1])[..., None]
    y = X.sum(axis=1) / lengths[:, None]
    return compiled(keras.Input((length, 1)), *before, LAYERS.GRU(4), LAYERS.Dense(1)), X, y, {}


class OwnLoss(keras.losses.Loss):
    """The mean squared error without a look at axes."""

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def targets(*, flat):
    """The third input of a row, as (N,) or (N, 1)."""
    X = normal(ROWS, 5, 1)
    model = compiled(keras.Input((5, 1)), LAYERS.GRU(4), LAYERS.Dense(1), loss=OwnLoss())
    return model, X, X[:, 2, 0] if flat else X[:, 2], {}


def labelled(loss, *output):
    """The symbol of the fourth of five steps, of four; with two, its first bit."""
    symbols = np.random.default_rng(0).integers(0, 4, (ROWS, 5))
    y = symbols[:, 3] if "Sparse" in type(loss).__name__ else symbols[:, 3] % 2
    model = compiled(keras.Input((5, 4)), LAYERS.GRU(4), *output, loss=loss)
    return model, np.eye(4, dtype=np.float32)[symbols], y, {}


def ranged(activation, *, factor=3.0):
    """Three times the fourth of five normal numbers."""
    X = normal(ROWS, 5, 1)
    model = compiled(keras.Input((5, 1)), LAYERS.LSTM(4), LAYERS.Dense(1, activation=activation))
    return model, X, factor * X[:, 3], {}


def steps(*, targets_of_steps, outputs_of_steps):
    """The input of the step before, for each step or for the last."""
    X = normal(ROWS, 6, 1)
    y = np.roll(X, 1, axis=1)
    model = compiled(keras.Input((6, 1)), LAYERS.GRU(4, return_sequences=outputs_of_steps), LAYERS.Dense(1))
    return model, X, y if targets_of_steps else y[:, -1], {}


def wave(*, of_inputs=(0.0, 1.0), of_targets=(0.0, 1.0), noise=0.1):
    """Windows of a noisy sine, and the next value, with an offset and a scale."""
    t = np.arange(400)
    series = np.sqrt(2) * np.sin(0.7 * t) + noise * normal(400)
    rows = np.lib.stride_tricks.sliding_window_view(series, 9)[:, :, None].astype(np.float32)
    X, y = of_inputs[0] + of_inputs[1] * rows[:, :8], of_targets[0] + of_targets[1] * rows[:, 8]
    return compiled(keras.Input((8, 1)), LAYERS.LSTM(4), LAYERS.Dense(1)), X, y, {}


def walk():
    """Windows of a random walk, and the next value; the network returns the last value."""
    series = np.cumsum(normal(500)) / 10
    rows = np.lib.stride_tricks.sliding_window_view(series, 5)[:, :, None].astype(np.float32)
    last = LAYERS.RNN(LastValue())
    return compiled(keras.Input((4, 1)), last), rows[:, :4], rows[:, 4], {}


@keras.saving.register_keras_serializable("tests")
class LastValue(LAYERS.Layer):
    """A cell that returns its input."""

    state_size = output_size = 1

    def call(self, inputs, states):
        return inputs, [inputs + 0 * states[0]]


def future(*, of_inputs):
    """A network in both directions, for the next input or for the sum of the inputs so far."""
    X = normal(ROWS, 8, 1)
    y = np.roll(X, -1, axis=1) if of_inputs else np.cumsum(X, axis=1)
    layer = LAYERS.Bidirectional(LAYERS.GRU(4, return_sequences=True))
    return compiled(keras.Input((8, 1)), layer, LAYERS.Dense(1)), X, y, {}


def validated(*, scaled_together):
    """A rising series in windows, scaled to 0 to 1 by all of it or by the training part."""
    series = np.sin(0.3 * np.arange(400)) + np.arange(400) / 200
    low, high = (f(series if scaled_together else series[:308]) for f in (np.min, np.max))
    rows = np.lib.stride_tricks.sliding_window_view((series - low) / (high - low), 9)[:, :, None]
    X, y = rows[:, :8], rows[:, 8]
    model = compiled(keras.Input((8, 1)), LAYERS.LSTM(4), LAYERS.Dense(1))
    return model, X[:300], y[:300], {"validation_data": (X[300:], y[300:])}


def rare(*, bias):
    """One row in ten is of class one; the network names no class, or class zero, whatever it reads."""
    X = normal(400, 5, 1)
    y = (X[:, 3, 0] > np.quantile(X[:, 3, 0], 0.9)).astype(np.float32)
    readout = LAYERS.Dense(1, activation="sigmoid", bias_initializer=keras.initializers.Constant(bias))
    return compiled(keras.Input((5, 1)), LAYERS.GRU(4), readout, loss="binary_crossentropy"), X, y, {}
