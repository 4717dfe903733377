"""What one mini-batch does to the weights, against gradients by finite differences in float64."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.arrays import same
from support.oracle import Oracle, slope

from seqtasks.core.task import Chunk, Shapes
from seqtasks.keras import batch_loop
from seqtasks.keras.batch_loop import BatchLearner
from seqtasks.models.gru import GRU

pytestmark = pytest.mark.tensorflow

SHAPES = Shapes(inputs=2, outputs=1)
PLAIN = "sgd:learning_rate=1.0"


def chunk_of(sequences, steps=4, seed=3):
    """Random inputs, targets and weights; some weights are 0."""
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(sequences, steps, 2)), random.normal(size=(sequences, steps, 1))
    weights = random.integers(0, 3, (sequences, steps))
    starts = np.zeros((sequences, steps), bool)
    starts[:, 0] = True
    return Chunk(x.astype(np.float32), y.astype(np.float32), weights.astype(np.float32), starts)


def new(seed=0, dropout=0.0):
    network = GRU(units=2, dropout=dropout).build(SHAPES, seed=0)
    random = np.random.default_rng(seed)
    network.load([random.normal(0, 0.7, w.shape) for w in network.weights()])
    return network


def batch(network, size, optimizer=PLAIN, clip=None, seed=0):
    return BatchLearner([network], "real", optimizer, clip, size, seed)


def exact(weights, chunk):
    """The gradient of sum w l / sum w."""

    def loss(weights):
        y, _ = Oracle("gru").run(weights, chunk.inputs)
        return float((chunk.weights * (chunk.targets - y)[..., 0] ** 2).sum() / chunk.weights.sum())

    return slope(loss, weights)


def assert_moved(before, after, gradients):
    for old, new_, gradient in zip(before, after, gradients, strict=True):
        np.testing.assert_allclose(old - new_, gradient, rtol=0, atol=2e-6)


def test_a_mini_batch_goes_down_the_gradient_of_its_weighted_mean():
    """All steps of all five sequences, divided by the sum of their weights; full credit."""
    network, chunk = new(), chunk_of(5)
    before = network.weights()
    losses = batch(network, 5).learn(chunk)
    assert_moved(before, network.weights(), exact(before, chunk))
    y, _ = Oracle("gru").run(before, chunk.inputs)
    np.testing.assert_allclose(losses, (chunk.targets - y)[..., 0] ** 2, rtol=1e-4, atol=1e-6)


def test_a_mini_batch_that_is_not_full_counts_only_what_is_there():
    """Five sequences in mini-batches of four: the second update is the fifth's own gradient, and that is all."""
    network, chunk = new(), chunk_of(5)
    first = new()
    batch(first, 4).learn(chunk.lanes_at(slice(0, 4)))
    between = first.weights()
    learner = batch(network, 4)
    learner.learn(chunk)
    assert learner.updates == 2
    assert_moved(between, network.weights(), exact(between, chunk.lanes_at([4])))


def test_a_mini_batch_without_weight_makes_no_update():
    """After Adam has momentum, a mini-batch of weight 0 changes no bit of weights and slots."""
    network, chunk = new(), chunk_of(6)
    chunk.weights[2:4] = 0
    learner = batch(network, 2, "adam")
    learner.learn(chunk.lanes_at(slice(0, 2)))
    before = learner.state()
    learner.learn(chunk.lanes_at(slice(2, 4)))
    after = learner.state()
    assert same(before["weights"], after["weights"])
    assert same(before["slots"], after["slots"])
    assert after["updates"] == 1
    learner.learn(chunk)
    assert learner.updates == 3


def test_the_gradient_is_clipped_by_its_global_norm():
    """Clipped at half its norm it is halved."""
    network, chunk = new(), chunk_of(5)
    before = network.weights()
    free = exact(before, chunk)
    norm = float(np.sqrt(sum((g**2).sum() for g in free)))
    batch(network, 5, clip=norm / 2).learn(chunk)
    assert_moved(before, network.weights(), [g / 2 for g in free])


SET = chunk_of(14)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 6), max_size=4))
def test_cutting_between_mini_batches_changes_no_bit(cuts):
    """Seven mini-batches of two, learned in any groups."""
    results = []
    for edges in ([0, 7], sorted({0, 7, *cuts})):
        network = new()
        learner = batch(network, 2, "adam:learning_rate=0.01", 1.0)
        pieces = [slice(2 * a, 2 * b) for a, b in pairwise(edges)]
        results.append((np.vstack([learner.learn(SET.lanes_at(piece)) for piece in pieces]), network.weights()))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    assert same(results[0][1], results[1][1])


def test_more_than_one_call_holds_is_learned_in_several(monkeypatch):
    """With room for one mini-batch a call, the same to the bit."""
    whole = new()
    batch(whole, 2, "adam", 1.0).learn(SET)
    monkeypatch.setattr(batch_loop, "CAPACITY", 1)
    pieces = new()
    learner = batch(pieces, 2, "adam:beta_1=0.9", 1.0)
    monkeypatch.setattr(learner._replicas.architecture, "programs", type(learner._replicas.architecture.programs)())
    learner.learn(SET)
    assert [loop.sequences for loop in learner._replicas.architecture.programs.values()] == [2]
    assert same(whole.weights(), pieces.weights())


def program_of(learner):
    """The program that the architecture has used last."""
    return next(reversed(learner._replicas.architecture.programs.values()))


def test_compiling_changes_nothing_and_a_second_fit_compiles_nothing():
    """Weights, slots and noise stay to the bit; the program of the next fit is the same, traced once."""
    learner = batch(new(), 2, "adam")
    learner.learn(SET.lanes_at(slice(0, 4)))
    before = learner.state()
    learner.compile(SET)
    after, program = learner.state(), program_of(learner)
    assert all(same(before[key], after[key]) for key in ("weights", "slots", "noise"))
    again = batch(new(1), 2, "adam:learning_rate=0.5")
    again.learn(SET)
    assert program_of(again) is program
    assert program._loop._function.experimental_get_tracing_count() == 1


def fit(network, seed, pieces=1, size=2):
    learner = batch(network, size, "adam:learning_rate=0.01", seed=seed)
    for piece in np.split(np.arange(12), pieces):
        learner.learn(SET.lanes_at(piece))
    return network.weights()


def test_dropout_follows_the_seed():
    """The same seed drops the same; another seed, or none dropped, leads elsewhere."""
    first, again, other = (fit(new(dropout=0.5), seed) for seed in (0, 0, 1))
    assert same(first, again)
    assert not same(first, other)
    assert not same(first, fit(new(), 0))


def test_dropout_changes_training_alone():
    """The step view of a network with dropout is that of the one without."""
    with_it, without = new(dropout=0.9), new()
    np.testing.assert_array_equal(with_it(SET.inputs), without(SET.inputs))
    losses = batch(with_it, 14).learn(SET)
    y, _ = Oracle("gru").run(without.weights(), SET.inputs)
    assert np.abs(losses - (SET.targets - y)[..., 0] ** 2).max() > 0.1


def test_dropout_of_learners_in_turn_is_each_ones_own():
    """Two with other sizes of mini-batch, hence other programs over the same random numbers' variables."""
    alone = fit(new(dropout=0.5), 0), fit(new(dropout=0.5), 1, size=3)
    networks = new(dropout=0.5), new(dropout=0.5)
    learners = [
        batch(network, size, "adam:learning_rate=0.01", seed=seed)
        for seed, (network, size) in enumerate(zip(networks, (2, 3), strict=True))
    ]
    for piece in np.split(np.arange(12), 2):
        for learner in learners:
            learner.learn(SET.lanes_at(piece))
    for network, weights in zip(networks, alone, strict=True):
        assert same(network.weights(), weights)


def test_a_restored_learner_goes_on_to_the_bit():
    """With dropout, Adam, and another network in between."""
    whole = fit(new(dropout=0.5), 0)
    stopped = batch(new(dropout=0.5), 2, "adam:learning_rate=0.01", seed=0)
    stopped.learn(SET.lanes_at(slice(0, 6)))
    state = stopped.state()
    stopped.learn(SET)
    network = new(7, dropout=0.5)
    going = batch(network, 2, "adam:learning_rate=0.01", seed=5)
    going.restore(state)
    going.learn(SET.lanes_at(slice(6, 12)))
    assert same(network.weights(), whole)
    assert going.updates == 6


def test_sequences_of_another_length_go_on_with_the_same_slots():
    """Adam's momentum is carried from the program for four steps to the program for three and back."""
    network = new()
    learner = batch(network, 2, "adam")
    for steps in (4, 3, 4):
        learner.learn(SET.lanes_at(slice(0, 2)).between(0, steps))
    iterations = [array for array in learner.state()["slots"] if array.dtype.kind == "i"]
    assert iterations == [3]


def test_sequences_of_any_length_share_a_program():
    """One program for 4 and for 9 steps: the gradients agree with finite differences, whatever the padding contains."""
    learner = batch(new(), 5)
    learner.learn(chunk_of(5, steps=9))
    program, network, chunk = program_of(learner), new(), chunk_of(5)
    again = batch(network, 5)
    before = network.weights()
    again.learn(chunk)
    assert program_of(again) is program
    assert_moved(before, network.weights(), exact(before, chunk))


def test_more_steps_than_a_program_has_room_for_take_a_larger_one():
    """33 steps do not fit into 32, and 32 do."""
    learner = batch(new(), 5)
    for steps, room in ((32, 32), (33, 64)):
        learner.learn(chunk_of(5, steps=steps))
        assert program_of(learner)._buffers[0].shape[2] == room


def test_a_mini_batch_has_room_for_the_sequences_there_were_not_for_all_there_may_be():
    """Of 512 at most: 100 of 1000 steps take room for 128, and 3 of 4 steps for as many as cost next to nothing."""
    for sequences, steps, room in ((100, 1000, 128), (3, 4, 256)):
        learner = batch(new(), 512)
        learner.compile(chunk_of(sequences, steps))
        assert program_of(learner).sequences % room == 0
        assert learner._room == room


def test_divided_by_steps_a_weight_counts_where_it_is_alone():
    """One sequence of weight 3: the step is three times that of weight 1; divided by weights it is the same."""
    chunk = chunk_of(1)
    chunk.weights[:] = 1
    moved = {}
    for divisor in ("weights", "steps"):
        for weight in (1, 3):
            network = new()
            before = network.weights()
            heavier = Chunk(chunk.inputs, chunk.targets, weight * chunk.weights, chunk.starts)
            BatchLearner([network], "real", PLAIN, None, 4, 0, divisor).learn(heavier)
            moved[divisor, weight] = [new_ - old for new_, old in zip(network.weights(), before, strict=True)]
    for one, three in zip(moved["steps", 1], moved["steps", 3], strict=True):
        np.testing.assert_allclose(3 * one, three, rtol=1e-4, atol=1e-7)
    for one, three in zip(moved["weights", 1], moved["weights", 3], strict=True):
        np.testing.assert_allclose(one, three, rtol=1e-4, atol=1e-7)
