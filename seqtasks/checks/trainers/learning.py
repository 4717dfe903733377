"""Whether a trainer learns, and whether what it learns depends on data and seed alone.

Axis letters: R networks side by side, B lanes or sequences, T steps.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from seqtasks.checks.check import CheckFailure, DoesNotApply, expect
from seqtasks.checks.difference import difference
from seqtasks.checks.states import global_random_states, kept
from seqtasks.checks.trainers.subject import TrainerSubject, learn, sufficient_steps
from seqtasks.core.evaluation import evaluate
from seqtasks.core.loss import step_losses
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractLearner
from seqtasks.errors import UsageError

REPLICAS: Final = 3
SAME: Final = 1e-5  # between networks that learn side by side and alone
PIECE: Final = 4000  # steps after which it is looked whether enough was learned
SURE: Final = 5.0  # standard errors
ROUNDING: Final = 1e-6
CLOSE: Final = 1e-3
HALF: Final = 0.5  # of chance: enough is learned


def easiest_task(subject: TrainerSubject) -> None:
    """Within its own budget it learns the easiest task beyond chance, frozen and on fresh data."""
    network, task = subject.network(0), subject.easiest
    learner = subject.trainer.learner(network, task.objective, 0)
    feed, chance = subject.trainer.feed(task, network, 0, None, None), task.yardsticks().chance
    while (chunk := feed.take(PIECE)) is not None:
        losses = learner.learn(chunk)
        feed.learned(learner)
        if learner.updates and losses[chunk.weights > 0].mean() < HALF * chance:
            break
    found = evaluate(network, task.stream(99, 8).take(500))
    expect(
        found.loss + SURE * found.error < chance,
        f"After {learner.updates:,} updates the loss on fresh data is {found.loss:.4g}; a constant reaches {chance:g}.",
        "Look at the sign of the update and its size, and whether the network keeps what the learner learns.",
    )


def determinism(subject: TrainerSubject) -> None:
    """The same seed and data lead to the same weights and losses, to the bit; and the weights change."""
    before = global_random_states()
    steps = sufficient_steps(subject)
    (one, (first,)), (other, (second,)) = subject.learner(0), subject.learner(0)
    start = first.weights()
    losses = [learn(learner, subject.feed(0, steps=steps), steps) for learner in (one, other)]
    expect(
        global_random_states() == before,
        "Learning changes Python's or NumPy's global random state.",
        "Draw from a generator made from the learner's seed.",
    )
    expect(
        _same(losses[0], losses[1]) and _all_same(first.weights(), second.weights()),
        "Two learners of the same seed, network and data come to other weights.",
        "Draw whatever is random from the learner's seed, and nothing from the clock.",
    )
    expect(
        not _all_same(start, first.weights()),
        f"After {one.updates} updates the weights are what they were.",
        "Write into the network what was learned: load(), or what weights() reads.",
    )


def pieces(subject: TrainerSubject) -> None:
    """How steps are cut into pieces changes nothing, to the bit; a piece of no steps, and compile, change nothing."""
    steps = sufficient_steps(subject)
    (one, (first,)), (other, (second,)) = subject.learner(0), subject.learner(0)
    whole, start = learn(one, subject.feed(0, steps=steps), steps), second.weights()
    chunk = subject.feed(0).take(steps)
    other.compile(chunk)
    expect(
        _all_same(start, second.weights()) and other.updates == 0,
        "compile changes the weights, or counts an update.",
        "Compile by a call of no steps, or on copies.",
    )
    _no_steps(other, second, chunk, subject.trainer.lanes is None)
    cut = learn(other, subject.feed(0, steps=steps), *_sizes(steps))
    expect(
        _same(whole, cut) and _all_same(first.weights(), second.weights()),
        "In pieces, the same steps lead to other losses or weights than at once.",
        "Carry state, traces, momenta and counts from piece to piece, and let no update wait for a piece's end.",
    )


def _no_steps(learner: AbstractLearner, network: AbstractNetwork, chunk: Chunk, of_sequences: bool) -> None:
    before, counted = network.weights(), learner.updates
    none = chunk.lanes_at(slice(0, 0)) if of_sequences else chunk.between(0, 0)
    losses = learner.learn(none)
    expect(
        losses.shape == none.weights.shape and _all_same(before, network.weights()) and learner.updates == counted,
        f"A piece of no steps gives losses {losses.shape}, or changes weights or the count of updates.",
        "Return no losses and change nothing: the caller decides when to stop.",
    )


def resuming(subject: TrainerSubject) -> None:
    """A learner of another network, restored from a state that was in a file, goes on as the first, to the bit."""
    steps = sufficient_steps(subject)
    (one, (first,)), (other, (second,)) = subject.learner(0), subject.learner(1)
    feed, again = subject.feed(0, steps=2 * steps), subject.feed(0, steps=2 * steps)
    learn(one, feed, steps // 2, pieces=2)
    learn(other, again, steps // 2, pieces=1)
    state, counted, fed = kept(one.state()), one.updates, feed.state()
    losses = learn(one, feed, steps)
    other.restore(state)
    again.restore(fed)
    expect(
        other.updates == counted,
        f"Restored, a learner counts {other.updates} updates instead of {counted}.",
        "Put the count into state().",
    )
    expect(
        _same(losses, learn(other, again, steps)) and _all_same(first.weights(), second.weights()),
        "Restored from a state, a learner goes on otherwise than the one it was taken of.",
        "Put weights, momenta, carried state, traces, random state and counts into state(), and take back all of them.",
    )


def weightless(subject: TrainerSubject) -> None:
    """Steps of weight 0 change no weight and are no update."""
    learner, (network,) = subject.learner(0)
    learn(learner, subject.feed(0), sufficient_steps(subject), pieces=1)  # momenta are there, which could go on moving
    chunk = subject.feed(0).take(2000)
    before, counted = network.weights(), learner.updates
    learner.learn(replace(chunk, weights=np.zeros_like(chunk.weights)))
    expect(
        _all_same(before, network.weights()) and learner.updates == counted,
        f"Steps of weight 0 lead to {learner.updates - counted} updates, or change weights.",
        "Make no update where no lane's step counts: with a gradient of 0, momentum would go on moving.",
    )


def losses_before(subject: TrainerSubject) -> None:
    """The first loss is that of the network as it was; losses are one for each step of each lane."""
    network = subject.network(0)
    learner = subject.trainer.learner(network, subject.easiest.objective, 0)
    chunk = subject.trainer.feed(subject.easiest, network, 0, 500, None).take(500)
    if chunk is None:
        raise DoesNotApply("It is fed nothing within 500 steps.")
    outputs, _ = network.run(chunk.inputs[:, :1], chunk.starts[:, :1], network.initial_state(chunk.lanes))
    wanted = step_losses(network.shapes.kind, chunk.targets[:, :1], outputs)[:1, 0]
    losses = learner.learn(chunk)
    expect(
        losses.shape == chunk.weights.shape,
        f"learn returns losses {losses.shape} for {chunk.weights.shape}.",
        "Return one for each step of each lane: (B, T).",
    )
    far = float(np.abs(losses[:1, 0] - wanted).max())
    expect(
        far <= ROUNDING + CLOSE * float(wanted.max()),
        f"The first loss is {losses[0, 0]:.5g}; the network's before any update is {wanted[0]:.5g}.",
        "Return each step's loss as it was before the update that the step led to, without its weight.",
    )


def side_by_side(subject: TrainerSubject) -> None:
    """Three networks at once learn, but for rounding, what each does alone; a trainer may refuse to."""
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
        f"Side by side, networks come to losses or weights that differ by {far:.2g} from those they reach alone.",
        "Keep momenta, traces, clipping and random numbers of the networks apart, and write axes in a credit rule as "
        "positive numbers, because TensorFlow vectorises some negative ones wrongly; or leave replicas as it is, which "
        "refuses.",
    )


def _sizes(steps: int) -> tuple[int, ...]:
    """Of pieces, unequal."""
    return max(1, steps // 8), max(1, steps // 3), max(1, steps // 5)


def _apart(one: Any, other: Any) -> float:
    if one.shape != other.shape:
        raise CheckFailure(f"Side by side, shapes are {one.shape} instead of {other.shape}.", "Return (R B, T).")
    return difference(one, other)


def _same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other))


def _all_same(one: Any, other: Any) -> bool:
    return all(_same(a, b) for a, b in zip(one, other, strict=True))
