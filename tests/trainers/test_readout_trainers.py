"""The trainers of the readout alone: their solutions, what they refuse, and what a reservoir remembers."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge as Peer

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.core.loss import step_losses
from seqtasks.core.task import Chunk, Objective, Shapes
from seqtasks.errors import UsageError
from seqtasks.estimators import StreamRegressor
from seqtasks.models.esn import ESN
from seqtasks.models.gru import GRU
from seqtasks.tasks.delay import Delay
from seqtasks.tasks.echo import Echo
from seqtasks.trainers.ridge import Ridge
from seqtasks.trainers.rls import RLS

pytestmark = pytest.mark.tensorflow

TASK = Delay(lag=3)
STEPS, LANES, RIDGE = 150, 2, 0.01
TRAINERS = {"ridge": Ridge, "rls": RLS}
each_trainer = pytest.mark.parametrize("trainer", TRAINERS)


def network(seed=0, dtype="float64"):
    return ESN(units=15).build(TASK.shapes, seed, dtype=dtype)


def learner(trainer, net, **settings):
    return TRAINERS[trainer](lanes=LANES, ridge=RIDGE, **settings).learner(net, TASK.objective, 0)


def chunk(starts=()):
    """Steps of the task, with episodes that start in the middle."""
    given = TASK.stream(0, LANES).take(STEPS)
    for place in starts:
        given.starts[place] = True
    return given


def states(net, given):
    """(B, T, H) by the equation, from zero at each start."""
    w, u, b, *_ = net.weights()
    h, seen = np.zeros((LANES, len(u))), []
    for t in range(given.steps):
        h = np.where(given.starts[:, t, None], 0, h)
        h = np.tanh(given.inputs[:, t] @ w + h @ u + b)
        seen.append(h)
    return np.stack(seen, axis=1)


def by_scikit_learn(net, given, counts):
    """The readout (F, O) for those rows, the bias last and weighed as all are."""
    phi = np.concatenate([states(net, given), np.ones((LANES, given.steps, 1))], axis=2)[counts]
    return Peer(alpha=RIDGE, fit_intercept=False, solver="cholesky").fit(phi, given.targets[counts]).coef_.reshape(-1)


def readout(net):
    *_, v, d = net.weights()
    return np.append(v, d)


@each_trainer
def test_the_readout_is_scikit_learn_s_on_the_same_states(trainer):
    """For all steps that count, with episodes inside; every other weight is as it was."""
    net, given = network(), chunk(starts=[(0, 40), (1, 41)])
    before = net.weights()
    wanted = by_scikit_learn(net, given, given.weights > 0)
    learner(trainer, net).learn(given)
    np.testing.assert_allclose(readout(net), wanted, rtol=0, atol=1e-6)
    assert all(np.array_equal(a, b) for a, b in zip(before[:3], net.weights()[:3], strict=True))


def test_recursion_without_forgetting_is_ridge():
    """After the same rows, to 1e-6."""
    one, other = network(), network()
    learner("ridge", one).learn(chunk())
    learner("rls", other, forgetting=1.0).learn(chunk())
    np.testing.assert_allclose(readout(one), readout(other), rtol=0, atol=1e-6)
    third = network()
    learner("rls", third, forgetting=0.9).learn(chunk())
    assert np.abs(readout(third) - readout(one)).max() > 1e-3


def test_forgetting_outlasts_a_state_that_stands_still():
    """Thousands of steps without an input, in single precision: nothing is lost but what was forgotten."""
    given = TASK.stream(0, LANES).take(4_000)
    given.inputs[:, 50:3_800] = given.targets[:, 50:3_803] = 0
    losses = learner("rls", network(dtype="float32"), forgetting=0.9).learn(given)
    assert losses[:, 500:3_800].max() < 1e-10
    assert losses[:, 3_900:].mean() < 0.01


@each_trainer
def test_washout_leaves_out_what_follows_a_start(trainer):
    """The first ten steps of each episode, in whatever chunks they come."""
    net, given = network(), chunk(starts=[(0, 40), (1, 90)])
    counts = given.weights > 0
    for lane, first in [(0, 0), (1, 0), (0, 40), (1, 90)]:
        counts[lane, first : first + 10] = False
    wanted = by_scikit_learn(net, given, counts)
    learning = learner(trainer, net, washout=10)
    for first in range(0, STEPS, 7):
        learning.learn(given.between(first, min(STEPS, first + 7)))
    np.testing.assert_allclose(readout(net), wanted, rtol=0, atol=1e-6)


@each_trainer
def test_losses_are_those_of_what_was_said(trainer):
    """Follow's outputs and losses belong together; up to the first change they are the network's own."""
    net = network()
    own, _ = net.run(chunk().inputs, chunk().starts, net.initial_state(chunk().lanes))
    first = int((chunk().weights > 0).any(axis=0).argmax()) + 1
    losses, outputs = learner(trainer, net).follow(chunk())
    np.testing.assert_allclose(losses, step_losses("real", chunk().targets, outputs), rtol=1e-6)
    np.testing.assert_allclose(outputs[:, :first], own[:, :first], atol=1e-6)
    assert np.abs(outputs[:, first] - own[:, first]).max() > 1e-3
    assert losses[:, 100:].mean() < losses[:, :20].mean()


@each_trainer
def test_cutting_and_going_on_change_nothing(trainer):
    """To the bit: cut into chunks, and restored into a learner of another reservoir."""
    given, (one, two, three) = chunk(), (network(), network(), network(seed=1))
    whole = learner(trainer, one).learn(given)
    first, second = learner(trainer, two), learner(trainer, three)
    pieces = [first.learn(given.between(0, 70))]
    state, counted = first.state(), first.updates
    pieces.append(first.learn(given.between(70, STEPS)))
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)
    second.learn(given.between(0, 5))
    second.restore(state)
    assert second.updates == counted
    assert np.array_equal(second.learn(given.between(70, STEPS)), whole[:, 70:])
    for other in (two, three):
        assert all(np.array_equal(a, b) for a, b in zip(one.weights(), other.weights(), strict=True))


@each_trainer
def test_prediction_follows_and_changes_nothing(trainer):
    """What the solved network says when it goes on from the state; advance moves on without learning."""
    net, given, more = network(), chunk(), TASK.stream(9, LANES).take(20)
    quiet = np.zeros(more.starts.shape, bool)
    learning = learner(trainer, net)
    learning.learn(given)
    whole = np.concatenate([given.inputs, more.inputs], axis=1), np.concatenate([given.starts, quiet], axis=1)
    wanted = net.run(*whole, net.initial_state(LANES))[0][:, STEPS:]
    for _ in range(2):
        np.testing.assert_allclose(learning.predict(more.inputs, quiet), wanted, rtol=0, atol=1e-12)
    before = net.weights()
    learning.advance(more.inputs[:, :8], quiet[:, :8])
    assert all(np.array_equal(a, b) for a, b in zip(before, net.weights(), strict=True))
    rest = learning.predict(more.inputs[:, 8:], quiet[:, 8:])
    np.testing.assert_allclose(rest, wanted[:, 8:], rtol=0, atol=1e-12)


def test_weights_that_somebody_gives_the_network_are_the_ones_that_count():
    """Another reservoir loaded in between: its states, not the first one's, lead to what is learned next."""
    net, other, given = network(), network(seed=1), chunk()
    learning = learner("rls", net)
    learning.learn(given)
    net.load(other.weights())
    learning.learn(TASK.stream(1, LANES).take(10))
    assert all(np.array_equal(a, b) for a, b in zip(net.weights()[:3], other.weights()[:3], strict=True))


def test_memory_of_a_cycle_is_what_theory_says():
    """H linear units in a ring of weight r hold lags 1, 2 ... with a capacity of H - 1 + r^(2 H) in all.

    Lag m H + k has (1 - r^(2 H)) r^(2 m H): Rodan & Tino (2011), IEEE Transactions on Neural Networks 22(1).
    """
    units, r, lags, steps = 12, 0.9, 48, 20_000
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, size=steps)
    net = ESN(units=units, bias=0.0).build(Shapes(1, lags), 0, dtype="float64")
    weights = net.weights()
    weights[0][:] = 1e-4 * random.normal(size=(1, units))  # so small that tanh is the identity
    weights[1][:] = r * np.roll(np.eye(units), 1, axis=1)
    net.load(weights)
    targets = np.stack([np.roll(x, lag) for lag in range(1, lags + 1)], axis=1)[None]
    starts = np.zeros((1, steps), bool)
    given = Chunk(x[None, :, None], targets, np.ones((1, steps), np.float32), starts)

    learning = Ridge(ridge=1e-14, washout=200).learner(net, Objective(Shapes(1, lags)), 0)
    learning.learn(given)
    fresh = np.roll(x[::-1], 7)
    again = np.stack([np.roll(fresh, lag) for lag in range(1, lags + 1)], axis=1)[200:]
    outputs = net.run(fresh[None, :, None], starts, net.initial_state(1))[0][0, 200:]
    capacity = [np.corrcoef(outputs[:, lag], again[:, lag])[0, 1] ** 2 for lag in range(lags)]
    wanted = (1 - r ** (2 * units)) * r ** (2 * units * (np.arange(1, lags + 1) // units))
    np.testing.assert_allclose(capacity, wanted, rtol=0, atol=0.02)
    assert sum(capacity) == pytest.approx(units - 1 + r ** (2 * units), abs=0.15)


@each_trainer
def test_a_reservoir_solves_a_delay(trainer):
    """delay:lag=5 to a skill of 0.99 on fresh data, from 5,000 steps."""
    result = seqtasks.run("delay:lag=5", model="esn", trainer=trainer, steps=5_000, seed=0)
    assert result.skill > 0.99
    assert result.updates == {"ridge": 13 + 1, "rls": 4_995}[trainer]


def test_of_other_networks_the_readout_alone_is_trained():
    """A GRU's recurrent weights stay as they were drawn, and its readout is better than chance."""
    net = GRU(units=8).build(TASK.shapes, 0)
    before = net.weights()
    losses = Ridge().learner(net, TASK.objective, 0).learn(TASK.stream(0, 1).take(2_000))
    assert [np.array_equal(a, b) for a, b in zip(before, net.weights(), strict=True)] == [True] * 3 + [False] * 2
    assert losses[:, 1024:].mean() < TASK.yardsticks().chance


def test_a_stream_regressor_learns_by_recursion():
    """Rows in order, their targets three rows late: what follows is predicted."""
    x = np.random.default_rng(0).uniform(-1, 1, size=(1_000, 1))
    y = np.roll(x[:, 0], 3)
    model = StreamRegressor(model="esn", trainer="rls").fit(x[:900], y[:900])
    assert np.abs(model.predict(x[900:]) - y[900:]).mean() < 0.05
    np.testing.assert_allclose(model.partial_fit(x[900:950], y[900:950]).predict(x[950:]), y[950:], atol=0.1)


@pytest.mark.parametrize(
    ("make", "objective", "sentence", "hint"),
    [
        (
            lambda: ESN(units=3).build(Echo().shapes, 0),
            Echo().objective,
            "The trainer ridge minimizes the squared error, but the loss is the cross-entropy of a binary task.",
            "Use a task with real targets, or --trainer online, which trains a readout with any loss.",
        ),
        (
            lambda: ESN(units=3).build(Shapes(1, 1), 0),
            Objective(Shapes(1, 1), custom_loss=abs),
            "The trainer ridge minimizes the squared error, but the loss is a custom loss.",
            "Use a task with real targets, or --trainer online, which trains a readout with any loss.",
        ),
        (
            lambda: GRU(units=3, readout="none").build(TASK.shapes, 0),
            TASK.objective,
            "The trainer ridge solves for a linear readout, but this network has none.",
            "Use readout=dense.",
        ),
        (
            lambda: GRU(units=3, dropout=0.5).build(TASK.shapes, 0),
            TASK.objective,
            "The trainer ridge does not support dropout, but the model sets dropout=0.5.",
            "Set dropout=0, or use --trainer batch.",
        ),
    ],
    ids=["binary", "own loss", "no readout", "dropout"],
)
def test_what_has_no_least_squares_readout_is_refused(make, objective, sentence, hint):
    """In a sentence, with what to do."""
    with pytest.raises(UsageError) as caught:
        Ridge().learner(make(), objective, 0)
    assert (str(caught.value), caught.value.hint) == (sentence, hint)


@each_trainer
def test_a_stream_has_no_epochs(trainer):
    """A budget is a number of steps, 10,000 by default."""
    with pytest.raises(UsageError) as caught:
        TRAINERS[trainer]().feed(TASK, network(), 0, None, 2)
    assert str(caught.value) == f"The trainer {trainer} learns from an endless stream, which has no epochs."
    assert TRAINERS[trainer](lanes=4).feed(TASK, network(), 0, None, None).total == 10_000


def test_chunks_of_other_lanes_are_refused():
    """The learner carries a state of each of its lanes."""
    with pytest.raises(ValueError, match=r"The chunk has 3 lanes; this learner has 2."):
        learner("rls", network()).learn(TASK.stream(0, 3).take(5))


def test_more_than_the_machine_holds_is_refused():
    """The sum is in the message."""
    net = GRU(units=1, readout="dense").build(TASK.shapes, 0)
    trainer = Ridge()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("seqtasks.core.memory.memory", lambda: 50)
        with pytest.raises(
            UsageError, match=r"2 features x 2 x 8 bytes x 3 \(a matrix, its product and its solution\)"
        ):
            trainer.learner(net, TASK.objective, 0)


@pytest.mark.parametrize(
    ("spec", "setting"),
    [
        ("ridge:ridge=0.0", "ridge=0.0"),
        ("rls:forgetting=1.01", "forgetting=1.01"),
    ],
)
def test_settings_out_of_range_are_refused(spec, setting):
    """With the setting and its range."""
    with pytest.raises(UsageError, match=f"{setting} is out of range"):
        Host.start(environ={}).spec("trainers", spec)
