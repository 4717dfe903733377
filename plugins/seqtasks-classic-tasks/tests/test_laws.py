"""What every task of the package promises, and its drawn examples."""

import doctest
import math
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqtasks_classic_tasks.episode import AbstractEpisodeTask
from seqtasks_classic_tasks.plugin import TASKS
from seqtasks_classic_tasks.running import AbstractRunningTask

from seqtasks.catalogue.host import Host

HOST = Host.start(environ={})
SPECS = [name for name, _, _ in TASKS] + [
    "associative-recall:vocabulary=1024,pairs=8",
    "copy-memory:delay=3,pattern=2,recall_only=true",
    "dyck:types=1,nesting=3,length=8",
    "mackey-glass:tau=30,ahead=40",
    "sequential-digits:by=pixel",
    "temporal-order:marks=3",
]
MODULES = sorted({target.partition(":")[0] for _, _, target in TASKS} | {"episode", "grammar", "entropy", "distinct"})


def made(spec):
    return HOST.make("tasks", HOST.spec("tasks", spec))


def parts(chunk):
    return chunk.inputs, chunk.targets, chunk.weights, chunk.starts


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(parts(one), parts(other), strict=True))


every_task = pytest.mark.parametrize("spec", SPECS)
EPISODES = [spec for spec in SPECS if isinstance(made(spec), AbstractEpisodeTask)]
DRAWN_AS_A_WHOLE = ("sequential-digits", "mackey-glass")  # no single random number of theirs can be changed
DECIDED = [
    spec
    for spec in SPECS
    if not spec.startswith(DRAWN_AS_A_WHOLE) and (made(spec).yardsticks().optimum or 0.0) <= 1e-12
]


@every_task
def test_the_same_seed_gives_the_same_data_and_another_others(spec):
    """To the bit."""
    one, other, third = (made(spec).stream(seed, 2).take(150) for seed in (3, 3, 4))
    assert same(one, other)
    assert not np.array_equal(one.inputs, third.inputs)


@every_task
@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 70), min_size=1, max_size=4), seed=st.integers(0, 9))
def test_chunks_change_nothing_and_a_restored_stream_goes_on(spec, cuts, seed):
    """Whatever the pieces, together they are the whole, and so is what follows a state."""
    task, total = made(spec), sum(cuts) + 20
    whole, stream, resumed = (task.stream(seed, 2) for _ in range(3))
    pieces = [stream.take(cut) for cut in cuts]
    resumed.restore(stream.state())
    last = resumed.take(20)
    assert same(last, stream.take(20))
    for joined, expected in zip(zip(*map(parts, [*pieces, last]), strict=True), parts(whole.take(total)), strict=True):
        np.testing.assert_array_equal(np.concatenate(joined, axis=1), expected)


@every_task
def test_a_state_is_not_changed_by_what_follows(spec):
    """What was taken before can be gone back to."""
    stream = made(spec).stream(1, 2)
    stream.take(30)
    state = stream.state()
    after = stream.take(40)
    stream.restore(state)
    assert same(after, stream.take(40))


@every_task
def test_a_lane_does_not_depend_on_how_many_there_are(spec):
    """The first two of five are the two, and they differ."""
    two = made(spec).stream(2, 2).take(150)
    assert same(made(spec).stream(2, 5).take(150).lanes_at(slice(0, 2)), two)
    assert not np.array_equal(two.inputs[0], two.inputs[1])


@every_task
def test_arrays_are_those_declared(spec):
    """Types, shapes and ranges; an episode starts every lane."""
    task = made(spec)
    chunk, shapes = task.stream(0, 3).take(300), task.shapes
    inputs = (1, np.int32) if shapes.symbols else (shapes.inputs, np.float32)
    targets = (1, np.int32) if shapes.kind == "class" else (shapes.outputs, np.float32)
    assert (chunk.inputs.shape, chunk.inputs.dtype) == ((3, 300, inputs[0]), inputs[1])
    assert (chunk.targets.shape, chunk.targets.dtype) == ((3, 300, targets[0]), targets[1])
    assert (chunk.weights.dtype, chunk.starts.dtype) == (np.float32, np.bool_)
    assert chunk.starts[:, 0].all()
    assert set(np.unique(chunk.weights)) <= {0, 1}
    if shapes.symbols:
        assert 0 <= chunk.inputs.min() <= chunk.inputs.max() < shapes.inputs
    if shapes.kind != "real":
        assert 0 <= chunk.targets.min() <= chunk.targets.max() < max(2, shapes.outputs)


@pytest.mark.parametrize("spec", DECIDED)
def test_targets_follow_their_inputs(spec):
    """Where the past decides, a change of one random number changes no counted target before it changes an input."""
    task = made(spec)
    rng, compared = np.random.default_rng(0), 0
    if isinstance(task, AbstractEpisodeTask):
        u = rng.random((200, task.numbers))
        changed = u.copy()
        which = np.arange(200), rng.integers(task.numbers, size=200)
        changed[which] = rng.random(200)
        (x, y, w), (x2, y2, _) = task.episodes(u), task.episodes(changed)
    elif isinstance(task, AbstractRunningTask) and task.numbers:
        u = rng.random((200, 60, task.numbers))
        changed = u.copy()
        changed[np.arange(200), rng.integers(1, 60, size=200)] = rng.random((200, task.numbers))
        memory = task.start(None, 200)
        (x, y, w, *_), (x2, y2, *_) = (task.advance(memory, numbers, first=True) for numbers in (u, changed))
    else:
        x = np.random.default_rng(0).integers(4, size=(200, 60, 1))
        x2, at = x.copy(), rng.integers(10, 60, size=200)
        x2[np.arange(200), at, 0] = rng.integers(4, size=200)
        past = task.depth - 1
        y, y2 = (
            np.pad(task.law({lag: v[:, past - lag : 60 - lag, 0] for lag in task.lags}), ((0, 0), (past, 0)))
            for v in (x, x2)
        )
        w = np.arange(60) >= past
    length = y.shape[1]
    counted = np.broadcast_to(w, (200, length)).astype(bool)
    for row in range(200):
        differs = (x[row] != x2[row]).reshape(length, -1).any(axis=1)
        first = int(differs.argmax()) if differs.any() else length
        before = counted[row] & (np.arange(length) < first)
        compared += before.sum()
        np.testing.assert_array_equal(y[row][before], y2[row][before])
    assert compared > 0 or not counted[:, :-1].any()  # where the last step alone counts, a solver has to do


@pytest.mark.parametrize("spec", [spec for spec in SPECS if not spec.startswith("sequential-digits")])
def test_enough_steps_of_the_test_count(spec):
    """A hundred thousand, or as many as four million steps have; of the digits as many as there are images."""
    task = made(spec)
    chunk = task.test(seed=0)
    assert chunk.lanes == 64
    assert chunk.weights.sum() >= (100_000 if chunk.weights.size < 2**21 else 40_000)
    assert chunk.weights.size <= 2**22
    assert not np.array_equal(chunk.inputs[:, :150], task.stream(0, 64).take(150).inputs)


@pytest.mark.parametrize("spec", EPISODES)
def test_credit_never_reaches_further_than_an_episode(spec):
    """Where there are episodes, they start regularly, a sample is one of them, and depth is at most their length."""
    task = made(spec)
    assert task.depth <= task.length
    starts = task.stream(0, 2).take(3 * task.length + 1).starts
    assert (starts == (np.arange(3 * task.length + 1) % task.length == 0)).all()
    sample = task.sample(0, 2, 2 * task.length)
    assert not sample.starts[:, 1:].any()
    assert not sample.weights[:, task.length :].any()
    assert sample.weights[:, : task.length].any()


def at_end(solver):
    """Asked at the last step alone."""
    return lambda task, x, seen: [None] * (len(seen) - 1) + [solver(task, x, seen)]


def expression(task, x, seen):
    return eval("".join(str(s) if s < task.modulus else "+-*"[s - task.modulus] for s in seen)) % task.modulus


def pairs_then_queries(task, x, seen):
    context = 2 * task.pairs
    values = dict(zip(seen[:context:2], seen[1:context:2], strict=True))
    return [None] * context + [values.get(s) for s in seen[context:]]


def selected(task, x, seen):
    stored = [s for s in seen if 1 <= s <= task.symbols]
    return [None] * (task.length - len(stored)) + stored


def held(task, x, seen):
    last = x[0]
    return [None] + [last := np.where(now == 0, last, now) for now in x[1:]]


def driven(task, x, seen):
    s, past = [0.0] * 10, [0.0] * 9 + seen
    for t in range(len(seen)):
        s.append(min(1, 0.3 * s[-1] + 0.05 * s[-1] * sum(s[-10:]) + 1.5 * past[t] * past[t + 9] + 0.1))
    return [None] * 50 + s[60:]


SOLVERS = {  # the targets of one lane from its inputs x (T, I), seen = x[:, 0], alone; None where nothing is asked
    "copy-memory": lambda task, x, seen: [0] * (task.delay + task.pattern) + seen[: task.pattern],
    "selective-copy": selected,
    "adding": at_end(lambda task, x, seen: sum(v for v, mark in x.tolist() if mark)),
    "multiplication": at_end(lambda task, x, seen: math.prod(v for v, mark in x.tolist() if mark)),
    "temporal-order": at_end(lambda task, x, seen: int("".join(str(s - 4) for s in seen if s in (4, 5))[::-1], 2)),
    "parity": lambda task, x, seen: [None] + [sum(seen[: t + 1]) % 2 for t in range(1, len(seen))],
    "majority": at_end(lambda task, x, seen: sorted(seen)[len(seen) // 2]),
    "modular-arithmetic": at_end(expression),
    "n-back": lambda task, x, seen: [None] * task.n + [int(a == b) for a, b in zip(seen[task.n :], seen, strict=False)],
    "associative-recall": pairs_then_queries,
    "flip-flop": held,
    "narma10": driven,
    "mackey-glass": lambda task, x, seen: (
        [None] * task.tau + [ahead(seen[: t + 1], task) for t in range(task.tau, len(seen))]
    ),
}


def ahead(seen, task):
    """Runge and Kutta's four slopes, written out."""
    s = list(seen)
    for _ in range(task.ahead):
        fed = 0.2 * s[-1 - task.tau] / (1 + s[-1 - task.tau] ** 10)
        k1 = fed - 0.1 * s[-1]
        k2 = fed - 0.1 * (s[-1] + k1 / 2)
        k3 = fed - 0.1 * (s[-1] + k2 / 2)
        k4 = fed - 0.1 * (s[-1] + k3)
        s.append(s[-1] + (k1 + 2 * k2 + 2 * k3 + k4) / 6)
    return s[-1]


DECIDED = [spec for spec in SPECS if spec.partition(":")[0] in SOLVERS]


@pytest.mark.parametrize("spec", DECIDED)
def test_the_optimum_is_0_where_the_past_decides(spec):
    """A solver that sees the inputs up to a step gives every counted target, hence loses nothing."""
    task = made(spec)
    chunk = task.sample(5, sequences=20, length=getattr(task, "length", 120))
    asked = 0
    for lane in range(20):
        x = chunk.inputs[lane]
        answers = SOLVERS[spec.partition(":")[0]](task, x, x[:, 0].tolist())
        for answer, target, weight in zip(answers, chunk.targets[lane], chunk.weights[lane], strict=True):
            if weight:
                assert target == pytest.approx(answer, abs=2e-4 if "mackey" in spec else 2e-6)
            asked += weight
    assert asked == chunk.weights.sum() > 0
    assert task.yardsticks().optimum == 0


@pytest.mark.parametrize("module", MODULES)
def test_examples_print_what_they_say(module):
    """The docstrings' examples, at least one in each module."""
    found = doctest.testmod(import_module(f"seqtasks_classic_tasks.{module}"))
    assert found.failed == 0
    assert found.attempted > 0
