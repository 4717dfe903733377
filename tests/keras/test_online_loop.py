"""What one online step does to the weights, against gradients by finite differences in float64."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.arrays import same
from support.oracle import Oracle, slope

from seqtasks.catalogue.builtin import OPTIMIZERS
from seqtasks.core.task import Chunk, Shapes
from seqtasks.keras.credit.truncated_bptt import UNROLLED, TruncatedBPTTCredit
from seqtasks.keras.online_learner import OnlineLearner
from seqtasks.models.gru import GRU
from seqtasks.models.lstm import LSTM
from seqtasks.tasks.delay import Delay
from seqtasks.tasks.prev_bit import PrevBit

pytestmark = pytest.mark.tensorflow

SHAPES = Shapes(inputs=2, outputs=1)
PLAIN = "sgd:learning_rate=1.0"
T = 4


def drawn(model=GRU, seed=0):
    """A network of two units, all weights and biases random."""
    network = model(units=2).build(SHAPES, seed=0)
    random = np.random.default_rng(seed)
    network.load([random.normal(0, 0.7, w.shape) for w in network.weights()])
    return network


def chunk_of(lanes=1, steps=T, weights=None, start=(), seed=3):
    """Random inputs and targets; an episode starts at 0 in every lane, and at ``start`` (lane, step)."""
    random = np.random.default_rng(seed)
    starts = np.zeros((lanes, steps), bool)
    starts[:, 0] = True
    for place in start:
        starts[place] = True
    w = np.ones((lanes, steps)) if weights is None else np.broadcast_to(weights, (lanes, steps))
    x, y = random.normal(size=(lanes, steps, 2)), random.normal(size=(lanes, steps, 1))
    return Chunk(x.astype(np.float32), y.astype(np.float32), w.astype(np.float32), starts)


def only(t, steps=T):
    """Weights that are 0 but at step t."""
    return (np.arange(steps) == t).astype(float)


def online(network, window=1, optimizer=PLAIN, clip=None, lanes=1, kind="real"):
    return OnlineLearner([network], kind, TruncatedBPTTCredit(window), optimizer, clip, lanes, [0])


def moved(network, learner, chunk):
    """How far down the weights went: with plain descent at rate 1, the gradient."""
    before = network.weights()
    learner.learn(chunk)
    return [a.astype(np.float64) - b for a, b in zip(before, network.weights(), strict=True)]


def exact(cell, network, chunk, t, window):
    """The gradient of (1/B) sum w l at step t: what came before the window is a constant state."""
    oracle, weights = Oracle(cell), network.weights()
    first = max(0, t + 1 - window)
    states = oracle.run(weights, chunk.inputs[:, :first], chunk.starts[:, :first])[1] if first else None

    def loss(weights):
        span = slice(first, t + 1)
        y, _ = oracle.run(weights, chunk.inputs[:, span], chunk.starts[:, span], states)
        return float((chunk.weights[:, t] * (chunk.targets[:, t, 0] - y[:, -1, 0]) ** 2).mean())

    return slope(loss, weights)


def assert_close(got, wanted):
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=2e-6)


@pytest.mark.parametrize(("model", "cell"), [(GRU, "gru"), (LSTM, "lstm")])
@pytest.mark.parametrize("window", [1, T])
def test_a_step_goes_down_the_gradient_through_its_window(model, cell, window):
    """The last of four steps moves the weights by the gradient through 1 or all of them; the others are silent."""
    network, chunk = drawn(model), chunk_of(weights=only(T - 1))
    wanted = exact(cell, network, chunk, T - 1, window)
    assert_close(moved(network, online(network, window), chunk), wanted)


@pytest.mark.parametrize("start", [(), [(0, 7)]])
def test_a_long_window_that_runs_in_a_loop_has_the_same_gradient(start):
    """The last of fifteen steps through a window of twelve, with and without an episode's start inside it."""
    network, chunk = drawn(), chunk_of(steps=15, weights=only(14, 15), start=start)
    wanted = exact("gru", network, chunk, 14, 12)
    if start:
        late = Chunk(*(v[:, 7:] for v in (chunk.inputs, chunk.targets, chunk.weights, chunk.starts)))
        wanted = exact("gru", network, late, 7, 8)
    assert UNROLLED + 1 < 12
    assert_close(moved(network, online(network, 12), chunk), wanted)


def test_windows_differ():
    """The gradients that the test before distinguishes differ by a hundred times its tolerance."""
    network, chunk = drawn(), chunk_of(weights=only(T - 1))
    by_window = [np.concatenate([g.ravel() for g in exact("gru", network, chunk, T - 1, k)]) for k in (1, 2, T)]
    assert min(np.abs(a - b).max() for i, a in enumerate(by_window) for b in by_window[:i]) > 2e-4


@pytest.mark.parametrize("t", [0, 2])
def test_before_so_many_steps_have_passed_the_window_is_shorter(t):
    """Steps 0 and 2 of a stream with window 3 have the gradient through all there is."""
    network, chunk = drawn(), chunk_of(weights=only(t))
    wanted = exact("gru", network, chunk, t, t + 1)
    assert_close(moved(network, online(network, 3), chunk.between(0, t + 1)), wanted)


def test_a_stream_that_announces_no_start_begins_all_the_same_with_nothing():
    """With window 3 and no start at the first step, nothing is run before it."""
    network, marked = drawn(), chunk_of(weights=only(1))
    unmarked = Chunk(marked.inputs, marked.targets, marked.weights, np.zeros_like(marked.starts))
    wanted = exact("gru", network, marked, 1, 2)
    assert_close(moved(network, online(network, 3), unmarked.between(0, 2)), wanted)


def test_an_episodes_start_cuts_credit_and_state_in_its_lane_alone():
    """Lane 1 starts anew at step 2: its gradient at step 3 is through two steps, lane 0's through four."""
    network, chunk = drawn(), chunk_of(lanes=2, weights=only(T - 1), start=[(1, 2)])
    late = Chunk(*(v[1:, 2:] for v in (chunk.inputs, chunk.targets, chunk.weights, chunk.starts)))
    alone = [exact("gru", network, chunk.lanes_at([0]), T - 1, T), exact("gru", network, late, 1, 2)]
    wanted = [(a + b) / 2 for a, b in zip(*alone, strict=True)]
    assert_close(moved(network, online(network, T, lanes=2), chunk), wanted)


def test_the_window_begins_with_the_state_that_was_stored_then():
    """After an update, window 1 starts from the state that the old weights led to, not from what the new would."""
    network, chunk = drawn(), chunk_of(steps=2)
    learner, oracle = online(network, 1), Oracle("gru")
    old = network.weights()
    learner.learn(chunk.between(0, 1))
    states = oracle.run(old, chunk.inputs[:, :1])[1]

    def loss(weights):
        y, _ = oracle.run(weights, chunk.inputs[:, 1:], None, states)
        return float((chunk.targets[0, 1, 0] - y[0, 0, 0]) ** 2)

    wanted = slope(loss, network.weights())
    assert_close(moved(network, learner, chunk.between(1, 2)), wanted)


def test_lanes_are_averaged_with_their_weights():
    """Three lanes with weights 1, 0 and 2: a third of the sum of w times each lane's own gradient."""
    network, chunk = drawn(), chunk_of(lanes=3, weights=np.outer([1, 0, 2], only(T - 1)))
    alone = [exact("gru", network, chunk.lanes_at([b]), T - 1, 2) for b in range(3)]
    assert_close(moved(network, online(network, 2, lanes=3), chunk), [sum(g) / 3 for g in zip(*alone, strict=True)])


@pytest.mark.parametrize("share", [0.5, 2.0])
def test_the_gradient_is_clipped_by_its_global_norm(share):
    """Clipped at half its norm it is halved, all arrays together; at twice its norm it stays."""
    network, chunk = drawn(), chunk_of(weights=only(T - 1))
    free = exact("gru", network, chunk, T - 1, 2)
    norm = float(np.sqrt(sum((g**2).sum() for g in free)))
    got = moved(network, online(network, 2, clip=share * norm), chunk)
    assert_close(got, [min(1.0, share) * g for g in free])


def test_losses_are_those_before_the_update():
    """The loss of step t is that of the weights after t updates."""
    network, chunk = drawn(), chunk_of(steps=3)
    weights, learner = [network.weights()], online(network, 1, "sgd:learning_rate=0.1")
    losses = []
    for t in range(3):
        losses.append(learner.learn(chunk.between(t, t + 1)).item())
        weights.append(network.weights())
    states = None
    for t in range(3):
        y, states = Oracle("gru").run(weights[t], chunk.inputs[:, t : t + 1], None, states)
        assert losses[t] == pytest.approx((chunk.targets[0, t, 0] - y[0, 0, 0]) ** 2, rel=1e-5)


def test_outputs_are_those_before_the_update():
    """Of every step, whether it counts or not: the losses are their squared errors."""
    network, chunk = drawn(), chunk_of(steps=6, weights=np.arange(6) % 3 > 0)
    losses, outputs = online(network, 3, "sgd:learning_rate=0.1").follow(chunk)
    np.testing.assert_allclose(losses, (chunk.targets - outputs)[..., 0] ** 2, rtol=1e-6)
    first, _ = Oracle("gru").run(drawn().weights(), chunk.inputs[:, :1])
    np.testing.assert_allclose(outputs[:, :1], first, atol=1e-6)


@pytest.mark.parametrize("window", [1, 3])
def test_prediction_equals_that_of_single_steps_and_changes_nothing(window):
    """Weights, slots, carry and counts stay; after advancing the carry has moved on, and nothing else but the steps."""
    network, chunk = drawn(), chunk_of(steps=8)
    learner, ahead = online(network, window, "adam"), chunk.between(5, 8)
    learner.learn(chunk.between(0, 5))
    before = learner.state()
    whole = learner.predict(ahead.inputs, ahead.starts)
    after = learner.state()
    assert all(same(before[key], after[key]) for key in ("weights", "slots", "carry"))
    assert (after["steps"], after["updates"]) == (5, 5)
    for t in range(3):
        step = ahead.between(t, t + 1)
        np.testing.assert_array_equal(learner.predict(step.inputs, step.starts), whole[:, t : t + 1])
        learner.advance(step.inputs, step.starts)
    after = learner.state()
    assert all(same(before[key], after[key]) for key in ("weights", "slots"))
    assert not same(before["carry"], after["carry"])
    assert (after["steps"], after["updates"]) == (8, 5)


def test_a_step_that_counts_nowhere_changes_nothing_but_the_state():
    """After Adam has momentum, steps of weight 0 change no bit of weights, slots and count; the state advances."""
    network, chunk = drawn(), chunk_of(steps=8, weights=np.arange(8) < 3)
    learner = online(network, 2, "adam")
    learner.learn(chunk.between(0, 3))
    before = learner.state()
    losses = learner.learn(chunk.between(3, 8))
    after = learner.state()
    assert same(before["weights"], after["weights"])
    assert same(before["slots"], after["slots"])
    assert learner.updates == before["updates"] == after["updates"] == 3
    assert (before["steps"], after["steps"]) == (3, 8)
    assert not same(before["carry"], after["carry"])
    assert (losses > 0).all()


def test_compiling_changes_nothing():
    """Weights, slots, carry and counts are the same to the bit."""
    network, chunk = drawn(), chunk_of()
    learner = online(network, 3, "adam")
    before = learner.state()
    learner.compile(chunk)
    after = learner.state()
    assert all(same(before[key], after[key]) for key in ("weights", "slots", "carry"))
    assert (after["steps"], after["updates"]) == (0, 0)


def test_a_chunk_of_another_width_is_refused():
    """One lane is not taken for two."""
    with pytest.raises(ValueError, match="The chunk has 1 lanes; this learner has 2"):
        online(drawn(), lanes=2).learn(chunk_of(lanes=1))


STREAM = PrevBit().stream(seed=0, lanes=2).take(60)
PREV_BIT = PrevBit().shapes


def learned(network, cuts, window=2):
    """Losses and weights after the stream cut at these steps."""
    learner = online(network, window, "adam:learning_rate=0.01", 1.0, lanes=2)
    edges = [0, *sorted(cuts), 60]
    losses = [learner.learn(STREAM.between(a, b)) for a, b in pairwise(edges)]
    return np.hstack(losses), network.weights(), learner


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=6))
def test_how_a_stream_is_cut_changes_no_bit(cuts):
    """Losses and weights are those of the whole stream at once."""
    losses, weights, _ = learned(GRU(units=2).build(PREV_BIT, seed=0), [])
    again, others, _ = learned(GRU(units=2).build(PREV_BIT, seed=0), cuts)
    np.testing.assert_array_equal(again, losses)
    assert same(others, weights)


def test_a_chunk_larger_than_one_call_is_learned_in_several():
    """More steps than the capacity of the loop give the same as step by step pieces."""
    networks = [GRU(units=1).build(PREV_BIT, seed=0) for _ in range(2)]
    chunk = PrevBit().stream(seed=0, lanes=2048).take(40)
    whole, pieces = (online(n, 1, "sgd", lanes=2048) for n in networks)
    assert whole._loop.capacity == 16
    losses = whole.learn(chunk)
    again = np.hstack([pieces.learn(chunk.between(t, t + 10)) for t in range(0, 40, 10)])
    np.testing.assert_array_equal(losses, again)
    assert same(*(n.weights() for n in networks))
    assert whole.updates == 39


RATES = ("adam:learning_rate=0.01", "adam:learning_rate=0.05")


def test_learners_of_one_architecture_do_not_disturb_each_other():
    """Two that share a program, with rates of their own, learn chunk by chunk in turn as each does alone."""
    alone = []
    for seed, rate in enumerate(RATES):
        network = GRU(units=2).build(PREV_BIT, seed)
        losses = online(network, 2, rate, lanes=2).learn(STREAM)
        alone.append((losses, network.weights()))
    networks = [GRU(units=2).build(PREV_BIT, seed) for seed in range(2)]
    learners = [online(n, 2, rate, lanes=2) for n, rate in zip(networks, RATES, strict=True)]
    assert learners[0]._loop is learners[1]._loop
    pieces = [[], []]
    for t in range(0, 60, 7):
        for number, learner in enumerate(learners):
            pieces[number].append(learner.learn(STREAM.between(t, t + 7)))
            networks[number](STREAM.inputs)  # a look at it in between
    for (losses, weights), network, cut in zip(alone, networks, pieces, strict=True):
        np.testing.assert_array_equal(np.hstack(cut), losses)
        assert same(network.weights(), weights)


def test_learners_in_threads_do_not_disturb_each_other():
    """Four threads learn one architecture at once, a step at a time; each ends with the weights it has alone."""

    def learn(seed):
        network = GRU(units=2).build(PREV_BIT, seed)
        learner = online(network, 2, RATES[0], lanes=2)
        for t in range(60):
            learner.learn(STREAM.between(t, t + 1))
        return network.weights()

    alone = [learn(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(learn, range(4)))
    assert all(same(a, b) for a, b in zip(alone, together, strict=True))


def test_a_second_fit_compiles_nothing():
    """A program is traced once, for fits of other seeds and rates, chunks of any length, and silent steps too."""
    cuts = ([], [10], [3, 50])
    loops = {learned(GRU(units=2).build(PREV_BIT, seed), cut)[2]._loop for seed, cut in enumerate(cuts)}
    assert len(loops) == 1
    assert loops.pop()._program._function.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("window", [1, 3])
def test_a_restored_learner_goes_on_to_the_bit(window):
    """Stopped after 25 steps and restored into a new learner of a new network, while the old one went elsewhere."""
    losses, weights, _ = learned(GRU(units=2).build(PREV_BIT, seed=0), [], window)
    first = GRU(units=2).build(PREV_BIT, seed=0)
    stopped = online(first, window, RATES[0], 1.0, lanes=2)
    head = stopped.learn(STREAM.between(0, 25))
    state = stopped.state()
    stopped.learn(STREAM.between(0, 60))
    second = GRU(units=2).build(PREV_BIT, seed=9)
    going = online(second, window, RATES[0], 1.0, lanes=2)
    going.learn(STREAM.between(0, 5))
    going.restore(state)
    tail = going.learn(STREAM.between(25, 60))
    np.testing.assert_array_equal(np.hstack([head, tail]), losses)
    assert same(second.weights(), weights)
    assert going.updates == 59


def test_symbols_and_classes_are_learned():
    """One step on a delay of symbols: the gradient of the cross-entropy of K logits."""
    task = Delay(lag=1, symbols=3)
    network = GRU(units=2).build(task.shapes, seed=0)
    random = np.random.default_rng(0)
    network.load([random.normal(0, 0.7, w.shape) for w in network.weights()])
    chunk, oracle = task.sample(seed=0, sequences=1, length=2), Oracle("gru")

    def loss(weights):
        y = oracle.run(weights, np.eye(3)[chunk.inputs[..., 0]])[0][0, -1]
        return float(np.log(np.exp(y).sum()) - y[chunk.targets[0, 1, 0]])

    wanted = slope(loss, network.weights())
    assert_close(moved(network, online(network, 2, kind="class"), chunk), wanted)


@pytest.mark.parametrize("name", [entry.name for entry in OPTIMIZERS])
def test_any_keras_optimizer_learns(name):
    """Two steps inside the compiled loop do what the optimizer does outside it with the same gradients."""
    network, chunk = drawn(), chunk_of(steps=1)
    learner = online(network, 1, name)
    outside = next(entry for entry in OPTIMIZERS if entry.name == name).load()()
    variables = [keras.Variable(w) for w in network.weights()]
    outside.build(variables)
    outside.apply([np.float32(g) for g in exact("gru", network, chunk, 0, 1)], variables)
    before = network.weights()
    learner.learn(chunk)
    assert not same(before, network.weights())
    for got, wanted in zip(network.weights(), variables, strict=True):
        np.testing.assert_allclose(got, wanted.numpy(), rtol=0, atol=3e-6)


def test_a_learning_rate_schedule_is_followed():
    """Rate 1 for one update, then 0: only the first changes the weights."""
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([0], [1.0, 0.0])
    network, chunk = drawn(), chunk_of(steps=3)
    setting = keras.optimizers.SGD(rate)
    learner = online(network, 1, setting)
    wanted = exact("gru", network, chunk, 0, 1)
    assert_close(moved(network, learner, chunk.between(0, 1)), wanted)
    after = network.weights()
    learner.learn(chunk.between(1, 3))
    assert same(network.weights(), after)
    assert not setting.built  # the user's own is copied, never used


def test_a_network_whose_weights_were_set_between_chunks_goes_on_from_those():
    """load() in the middle of training is obeyed."""
    network, chunk = drawn(), chunk_of(weights=only(T - 1))
    learner = online(network, 1)
    learner.learn(chunk.between(0, T - 1))
    zeros = [np.zeros_like(w) for w in network.weights()]
    network.load(zeros)
    learner.learn(chunk.between(T - 1, T))
    target = chunk.targets[0, T - 1, 0]
    np.testing.assert_allclose(network.weights()[-1], 2 * target, rtol=1e-6)
