"""Whether a cell's gradients are those of what it computes, and whether credit rules get hold of them.

In double precision. Axis letters: B lanes, T steps.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import tensorflow as tf

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.networks.subject import ModelSubject
from seqtasks.core.network import Array
from seqtasks.core.task import Chunk
from seqtasks.errors import UsageError
from seqtasks.keras.network import KerasNetwork

LANES: Final = 2
STEPS: Final = 6
EPSILON: Final = 1e-6
DIRECTIONS: Final = 2  # in which each array of weights is moved
FAR: Final = 1e-5  # of a slope: what central differences leave of it
SAME: Final = 1e-9
RTRL: Final = f"rtrl:lanes={LANES},optimizer=sgd,optimizer.learning_rate=1.0"


def gradients(subject: ModelSubject) -> None:
    """Step by step, the gradients of a sequence's loss by every weight are finite, and those of finite differences."""
    network = subject.exact
    body, weights = network.body, [np.array(w) for w in network.weights()]
    found = _gradients(network, weights)
    random, trained = np.random.default_rng(1), set(body.trainable)
    for place, variable in enumerate(body.variables):
        if place not in trained:
            continue
        told = found[place]
        expect(
            told is None or np.isfinite(told).all(),
            f"The gradient by {variable.path} is not finite.",
            "Keep away from where a slope is infinite: sqrt and log at 0, and where with a branch that is not finite.",
        )
        for _ in range(DIRECTIONS):
            direction = random.normal(size=weights[place].shape)
            slope = _slope(lambda w: _loss(network, w), weights, place, direction)
            given = 0.0 if told is None else float((told * direction).sum())
            expect(
                abs(slope - given) <= FAR * max(1.0, abs(slope)),
                f"By {variable.path} the loss rises by {slope:.6g}, and the gradient says {given:.6g}.",
                "Leave out stop_gradient, rounding and gradients of your own, or make them those of what is computed; "
                "and train no weight that has none.",
            )


def exact_online(subject: ModelSubject) -> None:
    """Real-time recurrent learning gives the gradient of backpropagation through time, or says why it cannot."""
    network, task = subject.exact, subject.host.make("tasks", subject.host.spec("tasks", "same-bit"))
    before = [np.array(w) for w in network.weights()]
    try:
        trainer = subject.host.make("trainers", subject.host.spec("trainers", RTRL))
        learner = trainer.learner(network, task, 0)
    except UsageError as refusal:
        raise DoesNotApply(refusal.message) from refusal
    x, y = _data()
    last = np.arange(STEPS) == STEPS - 1
    chunk = Chunk(x, y, np.tile(last, (LANES, 1)).astype(np.float32), np.tile(np.arange(STEPS) == 0, (LANES, 1)))
    learner.learn(chunk)
    after = network.weights()
    network.load(before)
    exact = _gradients(network, before, only_last=True)
    for place, variable in enumerate(network.body.variables):
        wanted = np.zeros_like(before[place]) if exact[place] is None else exact[place]
        far = float(np.abs(before[place] - after[place] - wanted).max())
        expect(
            far <= SAME * max(1.0, float(np.abs(wanted).max())),
            f"By {variable.path} the gradient of real-time recurrent learning is off by {far:.2g}.",
            "Compute a step from its input and states alone; if the cell tells a structure, see the checks of it.",
        )


def _gradients(network: KerasNetwork, weights: list[Array], only_last: bool = False) -> list[Any]:
    """Of the loss by every weight; None where there is no way from one to the other."""
    tensors = [tf.constant(w) for w in weights]
    floats = [tensor for tensor in tensors if tensor.dtype.is_floating]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(floats)
        total = _total(network, tensors, only_last)
    found = iter(tape.gradient(total, floats))
    each = [next(found) if tensor.dtype.is_floating else None for tensor in tensors]
    return [None if gradient is None else gradient.numpy() for gradient in each]


def _loss(network: KerasNetwork, weights: list[Array]) -> float:
    return float(_total(network, [tf.constant(w) for w in weights], only_last=False))


def _total(network: KerasNetwork, weights: list[tf.Tensor], only_last: bool) -> tf.Tensor:
    """The mean over lanes of the squared errors of all steps, or of the last: by backpropagation through time."""
    body, (x, y) = network.body, _data()
    state, losses = body.initial_state(weights, LANES), []
    for t in range(STEPS):
        out, state = body.step(weights, tf.constant(x[:, t], tf.float64), state)
        losses.append(tf.reduce_mean((tf.constant(y[:, t], tf.float64) - out) ** 2))
    return losses[-1] if only_last else tf.add_n(losses)


def _data() -> tuple[Array, Array]:
    random = np.random.default_rng(2)
    x, y = random.normal(size=(2, LANES, STEPS, 1)).astype(np.float32)
    return x, y


def _slope(loss: Callable[[list[Array]], float], weights: list[Array], place: int, direction: Array) -> float:
    """By central differences."""
    values = []
    for sign in (1, -1):
        moved = list(weights)
        moved[place] = weights[place] + sign * EPSILON * direction
        values.append(loss(moved))
    return (values[0] - values[1]) / (2 * EPSILON)
