"""Programs whose state is not what their author thinks."""

from typing import Any

import keras
import numpy as np
from keras.layers import Dense, Embedding, Masking, Reshape
from numpy.typing import NDArray

from explain_zoo.case import Case, Setting, Trial
from explain_zoo.parts import delayed, draws, fitted, noise, recurrent, spread, trained

STREAMS = 16
PADDING = 64


def _streams(setting: Setting) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Parallel streams and, as targets, their values of nearly half a window ago: each of shape (B, W T, 1)."""
    size = setting.size
    windows = size.rows // STREAMS
    x = draws(setting).normal(size=(STREAMS, windows * size.steps, 1)).astype(np.float32)
    return x, delayed(x, size.steps // 2 - 1)


def _windows(streams: NDArray[np.float32], steps: int, by_stream: bool = False) -> NDArray[np.float32]:
    """Windows as rows: row i of a batch continues row i of the batch before, or rows follow one another in a stream."""
    cut = streams.reshape(len(streams), -1, steps, streams.shape[-1])
    return cut.reshape(-1, steps, cut.shape[-1]) if by_stream else np.concatenate(cut.swapaxes(0, 1))


def _stateful(setting: Setting, x: Any, y: Any, stateful: bool = True, batch: int = STREAMS, **fit: Any) -> Trial:
    layers = [
        keras.Input(batch_shape=(batch, *x.shape[1:])),
        recurrent(setting, return_sequences=y.ndim == 3, stateful=stateful),
        Dense(1),
    ]
    return trained(layers, x, y, batch_size=batch, epochs=2 * setting.size.epochs, **fit)


def _in_order(setting: Setting, by_stream: bool = False, **fit: Any) -> Trial:
    steps = setting.size.steps
    x, y = (_windows(each, steps, by_stream) for each in _streams(setting))
    return _stateful(setting, x, y, **fit)


def _shuffled(setting: Setting, faulty: bool) -> Trial:
    return _in_order(setting, shuffle=faulty)


def _broken_rows(setting: Setting, faulty: bool) -> Trial:
    return _in_order(setting, by_stream=faulty, shuffle=False)


def _reset_each_batch(setting: Setting, faulty: bool) -> Trial:
    return _in_order(setting, shuffle=False, reset_states="batch" if faulty else "epoch")


def _leaking(setting: Setting, faulty: bool) -> Trial:
    """Independent rows in a stateful layer, whose first value decides: nothing marks where a row begins."""
    x = noise(setting, steps=setting.size.steps // 2 + 1)
    return _stateful(setting, x, x[:, 0], stateful=faulty, shuffle=False)


def _one_step(setting: Setting, faulty: bool) -> Trial:
    """One long stream in rows of a single step, or of so many that few begin with a target that they cannot know."""
    steps = 1 if faulty else 4 * setting.size.steps
    stream = draws(setting).normal(size=(1, setting.size.rows * setting.size.steps, 1)).astype(np.float32)
    x, y = (_windows(each, steps, by_stream=True) for each in (stream, delayed(stream, 1)))
    layers = [keras.Input(x.shape[1:]), recurrent(setting, return_sequences=True), Dense(1)]
    batch = max(8, 32 * setting.size.steps // steps)
    return trained(layers, x, y, batch_size=batch, epochs=setting.size.epochs)


def _short_window(setting: Setting, faulty: bool) -> Trial:
    """Sliding windows of two steps for a target that depends on five."""
    steps = 2 if faulty else 6
    series = draws(setting).normal(size=setting.size.rows + 6).astype(np.float32)
    level = np.convolve(series, np.ones(5, np.float32), "valid") / np.float32(np.sqrt(5))
    ends = np.arange(5, len(series))
    x = np.stack([series[end - steps + 1 : end + 1] for end in ends])[..., None]
    layers = [keras.Input(x.shape[1:]), recurrent(setting), Dense(1)]
    return trained(layers, x, level[ends - 4, None], epochs=setting.size.epochs)


def _swapped(setting: Setting, faulty: bool) -> Trial:
    """Arrays of time first, as other libraries want them."""
    x = noise(setting)[: setting.size.rows // 4]
    y = delayed(x, 2)
    if faulty:
        x, y = x.swapaxes(0, 1), y.swapaxes(0, 1)
    layers = [keras.Input((None, 1)), recurrent(setting, return_sequences=True), Dense(1)]
    return trained(layers, x, y, epochs=4 * setting.size.epochs)


def _ragged(setting: Setting) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
    """Sequences of 3 to T steps, none of whose values is 0, and their sums."""
    rng, size = draws(setting), setting.size
    rows = [rng.normal(size=(rng.integers(3, size.steps + 1), 1)).astype(np.float32) for _ in range(size.rows)]
    y = np.array([row.sum() for row in rows], np.float32)[:, None]
    return rows, y / y.std()


def _padded(rows: list[NDArray[np.float32]], steps: int, side: str = "post") -> NDArray[np.float32]:
    return keras.utils.pad_sequences(rows, steps, dtype="float32", padding=side)


def _no_mask(setting: Setting, faulty: bool) -> Trial:
    """Short sequences padded behind to many more steps, and read to the end."""
    rows, y = _ragged(setting)
    x = _padded([row[-3:] for row in rows], PADDING + setting.size.steps)
    y = x.sum(axis=1)
    mask = [] if faulty else [Masking()]
    layers = [keras.Input(x.shape[1:]), *mask, recurrent(setting), Dense(1)]
    return trained(layers, x, y / y.std(), epochs=setting.size.epochs)


def _padding_side(setting: Setting, faulty: bool) -> Trial:
    rows, _ = _ragged(setting)
    x = _padded([row[-3:] for row in rows], PADDING + setting.size.steps, "post" if faulty else "pre")
    y = x.sum(axis=1)
    layers = [keras.Input(x.shape[1:]), recurrent(setting), Dense(1)]
    return trained(layers, x, y / y.std(), epochs=setting.size.epochs)


def _mask_lost(setting: Setting, faulty: bool) -> Trial:
    """A layer between the mask and the recurrent layer drops the mask."""
    rows, _ = _ragged(setting)
    x = _padded([row[-3:] for row in rows], PADDING + setting.size.steps)
    y = x.sum(axis=1)
    between = [Reshape(x.shape[1:])] if faulty else []
    layers = [keras.Input(x.shape[1:]), Masking(), *between, recurrent(setting), Dense(1)]
    return trained(layers, x, y / y.std(), epochs=setting.size.epochs)


def _tokens(setting: Setting, faulty: bool) -> Trial:
    """Words padded behind by the token 0; the first two words decide."""
    rng, size = draws(setting), setting.size
    words = rng.integers(1, 7, size=(size.rows, 3))
    x = np.zeros((size.rows, PADDING + size.steps), np.int32)
    x[:, :3] = words
    y = (words[:, :1] > 3).astype(np.float32)
    layers = [
        keras.Input(x.shape[1:], dtype="int32"),
        Embedding(7, 8, mask_zero=not faulty),
        recurrent(setting),
        Dense(1, activation="sigmoid"),
    ]
    return trained(layers, x, y, loss="binary_crossentropy", chance=float(np.log(2)), epochs=size.epochs)


def _last_is_padding(setting: Setting, faulty: bool) -> Trial:
    """The output at the last step, which is padding; the twin carries the last real one to it."""
    rows, _ = _ragged(setting)
    x = _padded([row[-3:] for row in rows], 4 + setting.size.steps)
    y = x.sum(axis=1)
    source = keras.Input(x.shape[1:])
    states = recurrent(setting, return_sequences=True, zero_output_for_mask=faulty)(Masking()(source))
    model = keras.Model(source, Dense(1)(states[:, -1, :]))
    y = y / y.std()
    return fitted(model, x, y, chance=spread(y), epochs=setting.size.epochs)


CASES = (
    Case("shuffled while stateful", ("shuffled-stateful",), _shuffled, reports=("keras#1820", "tensorflow#40067")),
    Case("rows do not continue", ("rows-not-continuous",), _broken_rows, reports=("keras#1870",)),
    Case("reset after each batch", ("state-reset",), _reset_each_batch, reports=("keras#2849",)),
    Case("independent rows, stateful", ("state-not-reset",), _leaking, reports=("keras#2849", "keras#4756")),
    Case("rows of one step, stateless", ("window-too-short", "state-reset"), _one_step, reports=("keras#12325",)),
    Case("windows of two steps", ("window-too-short",), _short_window, reports=("keras#12325",)),
    Case("time first", ("batch-time-swapped",), _swapped, reports=("yunjey/pytorch-tutorial#196",)),
    Case(
        "padding without a mask",
        ("output-on-padding", "padding-read"),
        _no_mask,
        ("gru", "simple-rnn"),
        reports=("NYU-DLSP20#19",),
    ),
    Case(
        "padding behind",
        ("output-on-padding", "padding-read"),
        _padding_side,
        ("gru", "simple-rnn"),
        reports=("keras PR#361",),
    ),
    Case("mask lost on the way", ("mask-ignored",), _mask_lost, ("gru", "simple-rnn"), reports=("keras#4196",)),
    Case("padded words without a mask", ("output-on-padding", "padding-read"), _tokens, reports=("keras#4196",)),
    Case("last step is padding", ("output-on-padding",), _last_is_padding, reports=("NYU-DLSP20#19",)),
)
