"""Checks of gradients, of exact online gradients, and of replicas, all in double precision.

Axis letters: B lanes, T steps.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.difference import difference
from seqtasks.checks.networks.subject import ModelSubject, perturbed
from seqtasks.core.network import Array
from seqtasks.core.task import Chunk, Shapes
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport

if TYPE_CHECKING:
    from seqtasks.checks.networks.sequence_loss import SequenceLoss
    from seqtasks.keras.network import KerasNetwork

LANES: Final = 2
STEPS: Final = 6
EPSILON: Final = 1e-6
DIRECTIONS: Final = 2  # in which each array of weights is perturbed
FAR: Final = 1e-5  # of a slope: the relative error of central differences
SAME: Final = 1e-9
WINDOW: Final = f"online:window=2,lanes={LANES},optimizer=sgd,optimizer.learning_rate=0.1"
RTRL: Final = f"rtrl:lanes={LANES},optimizer=sgd,optimizer.learning_rate=1.0"

_LOSS: Final = LazyImport("seqtasks.checks.networks.sequence_loss:SequenceLoss")


def gradients(subject: ModelSubject) -> None:
    """The gradients of a sequence loss by all weights are finite, and agree with finite differences."""
    network = subject.exact
    arch, weights = network.architecture, [np.array(w) for w in network.weights()]
    loss = _loss(network)
    found = loss.gradients(weights)
    random, trained = np.random.default_rng(1), set(arch.trainable)
    for place, variable in enumerate(arch.variables):
        if place not in trained:
            continue
        gradient = found[place]
        expect(
            gradient is None or np.isfinite(gradient).all(),
            f"The gradient of the loss by {variable.path} is not finite.",
            "Avoid infinite derivatives, such as of sqrt and log at 0, and `where` with a branch that is not finite.",
        )
        for _ in range(DIRECTIONS):
            direction = random.normal(size=weights[place].shape)
            slope = _slope(loss, weights, place, direction)
            predicted = 0.0 if gradient is None else float((gradient * direction).sum())
            expect(
                abs(slope - predicted) <= FAR * max(1.0, abs(slope)),
                f"The slope of the loss by {variable.path} is {slope:.6g}, but the gradient predicts {predicted:.6g}.",
                "Remove stop_gradient, rounding and incorrect custom gradients, and make weights without a gradient "
                "non-trainable.",
            )


def exact_online(subject: ModelSubject) -> None:
    """Real-time recurrent learning gives the gradient of backpropagation through time, or rejects the cell."""
    network, task = subject.exact, subject.host.make("tasks", subject.host.spec("tasks", "same-bit"))
    before = [np.array(w) for w in network.weights()]
    try:
        trainer = subject.host.make("trainers", subject.host.spec("trainers", RTRL))
        learner = trainer.learner(network, task.objective, 0)
    except UsageError as refusal:
        raise DoesNotApply(refusal.message) from refusal
    x, y = _data()
    last = np.arange(STEPS) == STEPS - 1
    chunk = Chunk(x, y, np.tile(last, (LANES, 1)).astype(np.float32), np.tile(np.arange(STEPS) == 0, (LANES, 1)))
    learner.learn(chunk)
    after = network.weights()
    network.load(before)
    exact = _loss(network, only_last=True).gradients(before)
    for place, variable in enumerate(network.architecture.variables):
        wanted = np.zeros_like(before[place]) if exact[place] is None else exact[place]
        far = float(np.abs(before[place] - after[place] - wanted).max())
        expect(
            far <= SAME * max(1.0, float(np.abs(wanted).max())),
            f"The gradient of real-time recurrent learning by {variable.path} differs from the exact one by {far:.2g}.",
            "Compute a step only from its input and states. Fix failures of the checks of a declared structure first.",
        )


def side_by_side(subject: ModelSubject) -> None:
    """Two networks that train side by side in one program reach the same weights as each network alone."""
    together, alone = ([_exact(subject, seed) for seed in (1, 2)] for _ in range(2))
    task = subject.host.make("tasks", subject.host.spec("tasks", "same-bit"))
    trainer = subject.host.make("trainers", subject.host.spec("trainers", WINDOW))
    x, y = _data()
    weights, starts = np.ones((LANES, STEPS), np.float32), np.tile(np.arange(STEPS) == 0, (LANES, 1))
    try:
        learner = trainer.replicas(together, task.objective, [1, 2])
    except UsageError as refusal:
        raise DoesNotApply(refusal.message) from refusal
    learner.learn(Chunk(*(np.concatenate([each, each]) for each in (x, y, weights, starts))))
    far = 0.0
    for seed, network, other in zip((1, 2), alone, together, strict=True):
        trainer.learner(network, task.objective, seed).learn(Chunk(x, y, weights, starts))
        far = max(far, *(difference(a, b) for a, b in zip(network.weights(), other.weights(), strict=True)))
    expect(
        far <= SAME,
        f"Side by side, weights differ by {far:.2g} from those of each network trained alone.",
        "TensorFlow vectorises the step of networks side by side. Write axes as positive numbers, and store "
        "nothing in the cell between calls.",
    )


def _exact(subject: ModelSubject, seed: int) -> "KerasNetwork":
    network: KerasNetwork = perturbed(subject.standard.build(Shapes(1, 1), seed, dtype="float64"))
    return network


def _loss(network: "KerasNetwork", only_last: bool = False) -> "SequenceLoss":
    loss: SequenceLoss = _LOSS(network, *_data(), only_last)
    return loss


def _data() -> tuple[Array, Array]:
    random = np.random.default_rng(2)
    x, y = random.normal(size=(2, LANES, STEPS, 1)).astype(np.float32)
    return x, y


def _slope(loss: Callable[[list[Array]], float], weights: list[Array], place: int, direction: Array) -> float:
    """The directional derivative of the loss, by central differences."""
    values = []
    for sign in (1, -1):
        moved = list(weights)
        moved[place] = weights[place] + sign * EPSILON * direction
        values.append(loss(moved))
    return (values[0] - values[1]) / (2 * EPSILON)
