"""Checks that a trainer learns, and that its results depend only on data and seed.

Axis letters: R networks side by side, B lanes or sequences, T steps.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from seqtasks.checks.check import CheckFailure, DoesNotApply, expect
from seqtasks.checks.difference import difference
from seqtasks.checks.states import global_random_states, through_checkpoint
from seqtasks.checks.trainers.subject import TrainerSubject, learn, sufficient_steps
from seqtasks.core.loss import evaluate, step_losses
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractLearner
from seqtasks.errors import UsageError

REPLICAS: Final = 3
SAME: Final = 1e-5  # tolerance between networks trained side by side and alone
PIECE: Final = 4000  # steps between two tests of the loss
SURE: Final = 5.0  # standard errors
ROUNDING: Final = 1e-6
CLOSE: Final = 1e-3
HALF: Final = 0.5  # of chance: training stops below this loss


def easiest_task(subject: TrainerSubject) -> None:
    """With its default budget, the trainer learns the easiest task better than chance, measured on fresh data."""
    network, task = subject.network(0), subject.easiest
    learner = subject.trainer.learner(network, task.objective, 0)
    feed, chance = subject.trainer.feed(task, network, 0, None, None), task.yardsticks().chance
    while (chunk := feed.take(PIECE)) is not None:
        losses = learner.learn(chunk)
        feed.learned()
        if learner.updates and losses[chunk.weights > 0].mean() < HALF * chance:
            break
    found = evaluate(network, task.stream(99, 8).take(500))
    expect(
        found.loss + SURE * found.error < chance,
        f"After {learner.updates:,} updates, the loss on fresh data is {found.loss:.4g}; a constant has {chance:g}.",
        "Check the sign and the size of the update, and that the learner writes the weights to the network.",
    )


def determinism(subject: TrainerSubject) -> None:
    """Equal seeds and data give bit-identical weights and losses, and training changes the weights."""
    before = global_random_states()
    steps = sufficient_steps(subject)
    (one, (first,)), (other, (second,)) = subject.learner(0), subject.learner(0)
    start = first.weights()
    losses = [learn(learner, subject.feed(0, steps=steps), steps) for learner in (one, other)]
    expect(
        global_random_states() == before,
        "Training changes the global random state of Python or NumPy.",
        "Use a generator with the seed of the learner.",
    )
    expect(
        _same(losses[0], losses[1]) and _all_same(first.weights(), second.weights()),
        "Two learners with the same seed, network and data reach different weights.",
        "Derive all random numbers from the seed of the learner, and none from the clock.",
    )
    expect(
        not _all_same(start, first.weights()),
        f"After {one.updates} updates, the weights are unchanged.",
        "Write the trained weights to the network with load(), or to the arrays that weights() copies.",
    )


def pieces(subject: TrainerSubject) -> None:
    """Results do not depend on how steps are split into chunks, and an empty chunk or compile changes nothing."""
    steps = sufficient_steps(subject)
    (one, (first,)), (other, (second,)) = subject.learner(0), subject.learner(0)
    whole, start = learn(one, subject.feed(0, steps=steps), steps), second.weights()
    chunk = subject.feed(0).take(steps)
    other.compile(chunk)
    expect(
        _all_same(start, second.weights()) and other.updates == 0,
        "compile changes the weights or the number of updates.",
        "Compile by a call without steps, or on copies.",
    )
    _no_steps(other, second, chunk, subject.trainer.lanes is None)
    cut = learn(other, subject.feed(0, steps=steps), *_sizes(steps))
    expect(
        _same(whole, cut) and _all_same(first.weights(), second.weights()),
        "The same steps in several chunks lead to other losses or weights than in one chunk.",
        "Carry state, traces, momenta and counts from chunk to chunk, and do not update because a chunk ends.",
    )


def _no_steps(learner: AbstractLearner, network: AbstractNetwork, chunk: Chunk, of_sequences: bool) -> None:
    before, counted = network.weights(), learner.updates
    empty = chunk.lanes_at(slice(0, 0)) if of_sequences else chunk.between(0, 0)
    losses = learner.learn(empty)
    expect(
        losses.shape == empty.weights.shape and _all_same(before, network.weights()) and learner.updates == counted,
        f"An empty chunk gives losses of shape {losses.shape}, or changes weights or the number of updates.",
        "Return an empty array of losses and change nothing.",
    )


def resuming(subject: TrainerSubject) -> None:
    """A learner of another network that is restored from a checkpoint file continues bit for bit as the first."""
    steps = sufficient_steps(subject)
    (one, (first,)), (other, (second,)) = subject.learner(0), subject.learner(1)
    feed, again = subject.feed(0, steps=2 * steps), subject.feed(0, steps=2 * steps)
    learn(one, feed, steps // 2, pieces=2)
    learn(other, again, steps // 2, pieces=1)
    state, counted, fed = through_checkpoint(one.state()), one.updates, feed.state()
    losses = learn(one, feed, steps)
    other.restore(state)
    again.restore(fed)
    expect(
        other.updates == counted,
        f"After restore, a learner has {other.updates} updates instead of {counted}.",
        "Include the number of updates in state().",
    )
    expect(
        _same(losses, learn(other, again, steps)) and _all_same(first.weights(), second.weights()),
        "After restore, a learner continues differently from the learner that returned the state.",
        "Include weights, momenta, network state, traces, random state and counts in state(), and restore all of them.",
    )


def zero_weight_steps(subject: TrainerSubject) -> None:
    """Steps of weight 0 change no weights and are not counted as updates."""
    learner, (network,) = subject.learner(0)
    learn(
        learner, subject.feed(0), sufficient_steps(subject), pieces=1
    )  # builds up momenta, which could change weights
    chunk = subject.feed(0).take(2000)
    before, counted = network.weights(), learner.updates
    learner.learn(replace(chunk, weights=np.zeros_like(chunk.weights)))
    expect(
        _all_same(before, network.weights()) and learner.updates == counted,
        f"Steps of weight 0 lead to {learner.updates - counted} updates, or change weights.",
        "Skip the update if the weights of all lanes are 0, because momentum changes weights even for a gradient of 0.",
    )


def losses_before(subject: TrainerSubject) -> None:
    """There is one loss for each step of each lane, and the first is the loss before any update."""
    network = subject.network(0)
    learner = subject.trainer.learner(network, subject.easiest.objective, 0)
    chunk = subject.trainer.feed(subject.easiest, network, 0, 500, None).take(500)
    if chunk is None:
        raise DoesNotApply("The feed returns no data for a budget of 500 steps.")
    outputs, _ = network.run(chunk.inputs[:, :1], chunk.starts[:, :1], network.initial_state(chunk.lanes))
    wanted = step_losses(network.shapes.kind, chunk.targets[:, :1], outputs)[:1, 0]
    losses = learner.learn(chunk)
    expect(
        losses.shape == chunk.weights.shape,
        f"learn returns losses of shape {losses.shape} for weights of shape {chunk.weights.shape}.",
        "Return one loss for each step of each lane, (B, T).",
    )
    far = float(np.abs(losses[:1, 0] - wanted).max())
    expect(
        far <= ROUNDING + CLOSE * float(wanted.max()),
        f"The first loss is {losses[0, 0]:.5g}, but the loss before any update is {wanted[0]:.5g}.",
        "Return the loss of each step before the update from that step, not multiplied by the weight.",
    )


def side_by_side(subject: TrainerSubject) -> None:
    """Three networks trained side by side reach the weights of each alone, up to rounding, or are rejected."""
    numbers = range(REPLICAS)
    try:
        together, networks = subject.learner(*numbers)
    except UsageError as refusal:
        raise DoesNotApply(refusal.message) from refusal
    steps = sufficient_steps(subject)
    losses = learn(together, subject.feed(*numbers, steps=steps), steps)
    far = 0.0
    for r in numbers:
        learner, (network,) = subject.learner(r)
        alone = learn(learner, subject.feed(r, steps=steps), steps)
        pairs = zip([losses[r], *networks[r].weights()], [alone.ravel(), *network.weights()], strict=True)
        far = max(far, *(_apart(a, b) for a, b in pairs))
    expect(
        far < SAME,
        f"Side by side, networks reach losses or weights that differ by {far:.2g} from those of each alone.",
        "Separate the momenta, traces, clipping and random numbers of the networks, and write axes in a credit rule as "
        "positive numbers, because TensorFlow vectorizes some negative ones incorrectly. Or do not override replicas, "
        "which then raises an error.",
    )


def _sizes(steps: int) -> tuple[int, ...]:
    """Unequal sizes of chunks."""
    return max(1, steps // 8), max(1, steps // 3), max(1, steps // 5)


def _apart(one: Any, other: Any) -> float:
    if one.shape != other.shape:
        raise CheckFailure(
            f"Side by side, shapes are {one.shape} instead of {other.shape}.", "Return losses of shape (R B, T)."
        )
    return difference(one, other)


def _same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other))


def _all_same(one: Any, other: Any) -> bool:
    return all(_same(a, b) for a, b in zip(one, other, strict=True))
