"""Whether a cell's gradients are those of what it computes, and whether credit rules get hold of them.

In double precision. Axis letters: B lanes, T steps.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.difference import difference
from seqtasks.checks.networks.subject import ModelSubject, shaken
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
DIRECTIONS: Final = 2  # in which each array of weights is moved
FAR: Final = 1e-5  # of a slope: what central differences leave of it
SAME: Final = 1e-9
WINDOW: Final = f"online:window=2,lanes={LANES},optimizer=sgd,optimizer.learning_rate=0.1"
RTRL: Final = f"rtrl:lanes={LANES},optimizer=sgd,optimizer.learning_rate=1.0"

_LOSS: Final = LazyImport("seqtasks.checks.networks.sequence_loss:SequenceLoss")


def gradients(subject: ModelSubject) -> None:
    """Step by step, the gradients of a sequence's loss by every weight are finite, and those of finite differences."""
    network = subject.exact
    arch, weights = network.architecture, [np.array(w) for w in network.weights()]
    loss = _loss(network)
    found = loss.gradients(weights)
    random, trained = np.random.default_rng(1), set(arch.trainable)
    for place, variable in enumerate(arch.variables):
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
            slope = _slope(loss, weights, place, direction)
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
            f"By {variable.path} the gradient of real-time recurrent learning is off by {far:.2g}.",
            "Compute a step from its input and states alone; if the cell declares a structure, see the checks of it.",
        )


def side_by_side(subject: ModelSubject) -> None:
    """Two networks that learn side by side in one program learn what each learns alone."""
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
        f"Side by side, weights differ by {far:.2g} from those that each network learns alone.",
        "TensorFlow vectorises the step of networks side by side. Write axes as positive numbers, and keep nothing in "
        "the cell from one call to the next.",
    )


def _exact(subject: ModelSubject, seed: int) -> "KerasNetwork":
    network: KerasNetwork = shaken(subject.standard.build(Shapes(1, 1), seed, dtype="float64"))
    return network


def _loss(network: "KerasNetwork", only_last: bool = False) -> "SequenceLoss":
    loss: SequenceLoss = _LOSS(network, *_data(), only_last)
    return loss


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
