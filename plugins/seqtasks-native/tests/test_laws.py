"""The updates of the weights, against Keras's rules in NumPy, in double precision."""

import numpy as np
import pytest
from numba import njit
from seqtasks_native.compiled import FAST
from seqtasks_native.laws import SLOTS, update
from seqtasks_native.optimizer import law

UPDATES, SIZE = 6, 37


@pytest.fixture(scope="module")
def compiled():
    """The update, compiled for calls from Python."""

    @njit(**FAST)
    def call(rule, w, g, slots, count):
        update(rule, w, g, slots, count)

    return call


def sgd(w, gradients, rate, momentum=0.0, nesterov=False):
    """Descent with momentum: v <- momentum v - rate g."""
    v = np.zeros_like(w)
    for g in gradients:
        v = momentum * v - rate * g
        w = w + (momentum * v - rate * g if nesterov else v)
    return w


def adam(w, gradients, rate, amsgrad=False, decay=0.0, epsilon=1e-3):
    """With both moments corrected for their start."""
    m, v, top = np.zeros((3, *w.shape))
    for t, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        top = np.maximum(top, v)
        u = top if amsgrad else v
        w = w - rate * decay * w - rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(u) + epsilon)
    return w


def rmsprop(w, gradients, rate, momentum=0.0, centered=False, epsilon=1e-7):
    """With the moment of the step, not of the gradient."""
    r, a, v = np.zeros((3, *w.shape))
    for g in gradients:
        r, a = 0.9 * r + 0.1 * g * g, 0.9 * a + 0.1 * g
        v = momentum * v + rate * g / np.sqrt(r - centered * a * a + epsilon)
        w = w - v
    return w


@pytest.mark.parametrize(
    ("setting", "rule", "settings"),
    [
        ("sgd:learning_rate=0.1", sgd, {}),
        ("sgd:learning_rate=0.1,momentum=0.9", sgd, {"momentum": 0.9}),
        ("sgd:learning_rate=0.1,momentum=0.9,nesterov=true", sgd, {"momentum": 0.9, "nesterov": True}),
        ("adam:learning_rate=0.1,epsilon=0.001", adam, {}),
        ("adam:learning_rate=0.1,epsilon=0.001,amsgrad=true", adam, {"amsgrad": True}),
        ("adamw:learning_rate=0.1,epsilon=0.001,weight_decay=0.02", adam, {"decay": 0.02}),
        ("rmsprop:learning_rate=0.1", rmsprop, {}),
        ("rmsprop:learning_rate=0.1,momentum=0.5,centered=true", rmsprop, {"momentum": 0.5, "centered": True}),
    ],
)
@pytest.mark.parametrize("clip", [None, 2.0])
def test_updates_are_those_of_keras(compiled, setting, rule, settings, clip):
    """Several updates, of gradients whose norm exceeds the clip and then does not."""
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=SIZE), rng.normal(size=(UPDATES, SIZE))
    gradients[3:] *= 0.1
    w, slots = start.copy(), np.zeros((SLOTS, SIZE))
    for count, g in enumerate(gradients, 1):
        compiled(law(setting, clip, "float64"), w, g.copy(), slots, count)
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients if clip is None else gradients * clip / np.maximum(clip, norms)
    assert w == pytest.approx(rule(start, clipped, 0.1, **settings), abs=1e-12)
