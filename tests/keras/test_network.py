"""Keras networks against networks written out in NumPy."""

import random
import threading
import time
from typing import ClassVar

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.oracle import Oracle

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras import architecture as keras_architecture
from seqtasks.keras import network as keras_network
from seqtasks.keras import run_loop
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.network import build, of_keras
from seqtasks.models.gru import GRU
from seqtasks.models.lstm import LSTM
from seqtasks.models.simple_rnn import SimpleRNN
from seqtasks.models.standard import Standard

pytestmark = pytest.mark.tensorflow

ONE = Shapes(inputs=1, outputs=1)
WIDE = Shapes(inputs=3, outputs=2)
MODELS = {"gru": GRU, "lstm": LSTM, "simple-rnn": SimpleRNN}


def drawn(network, seed=0):
    """Weights none of which is zero, biases included, so that every gate and every bias shows."""
    random = np.random.default_rng(seed)
    weights = [random.normal(0, 0.7, array.shape).astype(np.float32) for array in network.weights()]
    network.load(weights)
    return weights


def inputs_of(shapes, lanes=3, steps=9, seed=1):
    return np.random.default_rng(seed).normal(size=(lanes, steps, shapes.inputs)).astype(np.float32)


@pytest.mark.parametrize("name", MODELS)
def test_run_is_the_cell_written_out(name):
    """Outputs and state of a network with random weights, resets in the middle, equal NumPy's to float32 rounding."""
    network = MODELS[name](units=4).build(WIDE, seed=0)
    weights, x = drawn(network), inputs_of(WIDE)
    starts = np.zeros((3, 9), bool)
    starts[1, 4] = starts[2, 0] = starts[2, 8] = True
    outputs, state = network.run(x, starts, network.initial_state(3))
    expected, states = Oracle(name).run(weights, x, starts)
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=3e-6)
    for got, wanted in zip(state, states[0], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", MODELS)
def test_every_view_is_one_function(name):
    """Two layers: the whole run, step after step, the Keras model and NumPy give the same outputs."""
    network = MODELS[name](units=3, layers=2).build(WIDE, seed=0)
    weights, x = drawn(network), inputs_of(WIDE)
    expected, _ = Oracle(name, layers=2).run(weights, x)
    state, stepped = network.initial_state(3), []
    for t in range(x.shape[1]):
        y, state = network.step(x[:, t], state)
        stepped.append(y)
    np.testing.assert_allclose(network(x), expected, rtol=0, atol=3e-6)
    np.testing.assert_array_equal(np.stack(stepped, axis=1), network(x))
    np.testing.assert_allclose(network.keras_model().predict(x, verbose=0), expected, rtol=0, atol=3e-6)
    assert len(state) == (4 if name == "lstm" else 2)


def test_a_run_goes_on_from_any_state_across_the_capacity_of_a_call(monkeypatch):
    """Two runs in a row, and one whose steps do not fit into one call, equal one long run to the bit."""
    monkeypatch.setattr(run_loop, "CAPACITY", 1)
    network = GRU(units=2, bias_initializer="random-normal").build(ONE, seed=0)
    x, starts = inputs_of(ONE, lanes=2, steps=40), np.zeros((2, 40), bool)
    starts[1, 17] = True
    whole, _ = network.run(x, starts, network.initial_state(2))
    first, state = network.run(x[:, :23], starts[:, :23], network.initial_state(2))
    second, _ = network.run(x[:, 23:], starts[:, 23:], state)
    np.testing.assert_array_equal(np.hstack([first, second]), whole)
    np.testing.assert_allclose(whole, Oracle("gru").run(network.weights(), x, starts)[0], atol=2e-6)


def test_symbols_are_one_hot():
    """A symbol k enters as the k-th unit vector, in the run and in the Keras model."""
    shapes = Shapes(inputs=4, outputs=4, kind="class", symbols=True)
    network = GRU(units=3).build(shapes, seed=0)
    symbols = np.random.default_rng(0).integers(4, size=(2, 7, 1)).astype(np.int32)
    expected, _ = Oracle("gru").run(drawn(network), np.eye(4)[symbols[..., 0]])
    np.testing.assert_allclose(network(symbols), expected, atol=3e-6)
    np.testing.assert_allclose(network.keras_model().predict(symbols, verbose=0), expected, atol=3e-6)


def test_without_a_readout_the_state_comes_out():
    """With two units and no readout there are two outputs, the state itself."""
    network = GRU(units=2, readout="none").build(ONE, seed=0)
    weights, x = drawn(network), inputs_of(ONE)
    outputs, state = network.run(x, np.zeros((3, 9), bool), network.initial_state(3))
    np.testing.assert_allclose(outputs, Oracle("gru", readout=False).run(weights, x)[0], atol=2e-6)
    np.testing.assert_array_equal(outputs[:, -1], state[0])
    assert network.architecture.outputs == 2


def test_no_steps_give_no_outputs():
    """T = 0 leaves the state as it is."""
    network = GRU(units=2).build(WIDE, seed=0)
    state = (np.ones((3, 2), np.float32),)
    outputs, after = network.run(np.zeros((3, 0, 3), np.float32), np.zeros((3, 0), bool), state)
    assert outputs.shape == (3, 0, 2)
    np.testing.assert_array_equal(after[0], state[0])


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (GRU(units=2), 33),
        (LSTM(units=2), 35),
        (SimpleRNN(units=2), 11),
        (GRU(units=16), 929),
        (GRU(units=2, readout="none"), 30),
        (GRU(units=2, layers=2), 30 + 36 + 3),
        (Standard(keras.layers.GRUCell, {"units": 2}), 33),
    ],
)
def test_parameters_are_counted(model, count):
    """3 H (I + H + 2), 4 H (I + H + 1) and H (I + H + 1) for each layer, and H + 1 for the readout."""
    assert model.build(ONE, seed=0).parameters == count


def test_a_seed_means_weights_and_touches_nothing_global():
    """The same seed gives the same weights, another does not; Python's, NumPy's and TensorFlow's random states stay."""
    python, legacy = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002 - the old state is what must stay
    tf.random.set_seed(5)
    expected = tf.random.uniform([3]).numpy()
    tf.random.set_seed(5)
    first, again, other = (GRU(units=3).build(ONE, seed).weights() for seed in (0, 0, 1))
    GRU(units=3).build(ONE, 0).keras_model()
    assert random.getstate() == python
    np.testing.assert_array_equal(np.random.get_state()[1], legacy)  # noqa: NPY002 - as above
    np.testing.assert_array_equal(tf.random.uniform([3]), expected)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True) if a.any())


def test_layers_start_differently():
    """Two layers of the same shape do not share their initial weights."""
    weights = GRU(units=1, layers=2).build(ONE, seed=0).weights()
    assert weights[0].shape == weights[3].shape
    assert not np.array_equal(weights[0], weights[3])


def test_networks_of_one_architecture_share_a_body_and_keep_their_weights():
    """Run in turn, each gives its own outputs; neither compiles anew."""
    first, second = (GRU(units=2).build(ONE, seed) for seed in (0, 1))
    assert first.architecture is second.architecture
    x = inputs_of(ONE, lanes=2)
    mine, yours = first(x), second(x)
    assert not np.array_equal(mine, yours)
    np.testing.assert_array_equal(first(x), mine)
    np.testing.assert_array_equal(second(x), yours)
    loop = first.architecture.programs["run", 2]
    assert loop._loop._function.experimental_get_tracing_count() == 1


def test_weights_are_copies_and_must_fit():
    """Changing what weights() gave changes nothing; other shapes are refused and named."""
    network = GRU(units=1).build(ONE, seed=0)
    network.weights()[0][:] = 9
    assert not (network.weights()[0] == 9).any()
    with pytest.raises(ValueError, match=r"The weights have shapes \[\(1,\)\]; this network has \[\(1, 3\), "):
        network.load([np.zeros(1)])


@pytest.mark.parametrize("shape", [(3, 9, 1), (3, 9), (3, 9, 2)])
def test_inputs_of_another_width_are_refused(shape):
    """One column is not taken for three."""
    with pytest.raises(ValueError, match=r"The inputs have shape .*; this network takes \(3, 9, 3\)"):
        GRU(units=2).build(WIDE, seed=0)(np.zeros(shape, np.float32))


def test_an_initializer_object_follows_the_seed():
    """One without a seed of its own is drawn from the network's; one with its own stays."""
    free, fixed = keras.initializers.RandomNormal(), keras.initializers.RandomNormal(seed=1)
    first, again, other = (GRU(units=2, kernel_initializer=free).build(ONE, seed).weights()[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    first, other = (GRU(units=2, kernel_initializer=fixed).build(ONE, seed).weights()[0] for seed in (0, 1))
    np.testing.assert_array_equal(first, other)


def test_the_keras_model_is_a_copy():
    """Setting the Keras model's weights leaves the network as it is."""
    network = GRU(units=1).build(ONE, seed=0)
    before, model = network.weights(), network.keras_model()
    model.set_weights([np.ones_like(w) for w in model.get_weights()])
    assert all(np.array_equal(a, b) for a, b in zip(before, network.weights(), strict=True))


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: keras.layers.Bidirectional(keras.layers.GRU(1, return_sequences=True)), "A Bidirectional layer"),
        (lambda: keras.layers.GRU(1, return_sequences=True, go_backwards=True), "A layer with go_backwards=True"),
        (lambda: keras.layers.Dense(1), "The layer Dense cannot run one step at a time"),
        (lambda: keras.layers.GRU(1), "A layer with return_sequences=False"),
        (lambda: keras.layers.GRU(1, return_sequences=True, stateful=True), "A layer with stateful=True"),
    ],
)
def test_layers_that_cannot_be_stepped_are_refused(layer, message):
    """Each with its own sentence."""
    with pytest.raises(UsageError, match=message) as caught:
        build(lambda: ([layer()], keras.layers.Dense(1)), ONE, 0.0, message, seed=0)
    assert caught.value.hint


def test_layers_that_share_a_weight_are_refused():
    """A shared weight would lose the gradient of one layer."""

    def twice():
        layer = keras.layers.SimpleRNN(1, return_sequences=True)
        return [layer, layer], None

    with pytest.raises(UsageError, match=r"Two layers of the network share a weight\.") as caught:
        build(twice, ONE, 0.0, "twice", seed=0)
    assert caught.value.hint == "Create a separate layer for each position."


def test_a_network_larger_than_the_machine_is_refused_before_it_is_made():
    """The sentence shows the arithmetic: 3 H (H + 3) + H + 1 weights for a billion units."""
    with pytest.raises(UsageError) as caught:
        GRU(units=1_000_000_000).build(ONE, seed=0)
    weights = 3 * 10**9 * (10**9 + 3) + 10**9 + 1
    assert f"{weights:,} weights: {weights:,} x 4 bytes x 5" in caught.value.message
    assert caught.value.hint == "Use fewer units or layers."


@pytest.mark.parametrize(
    ("shapes", "why"),
    [(Shapes(1, 1, "binary"), "a task of kind binary needs logits"), (Shapes(1, 2), "the task has 2 outputs")],
)
def test_no_readout_is_for_one_real_output(shapes, why):
    """Without a readout, the outputs of a binary task or of two numbers would be the state."""
    with pytest.raises(UsageError, match=why) as caught:
        GRU(readout="none").build(shapes, seed=0)
    assert caught.value.hint == "Use readout=dense."


def test_architectures_and_programs_are_dropped_when_there_are_too_many(monkeypatch):
    """The least recently used go first; a network whose architecture was dropped still runs."""
    monkeypatch.setattr(keras_network, "ARCHITECTURES_KEPT", 2)
    monkeypatch.setattr(keras_architecture, "PROGRAMS_KEPT", 2)
    networks = [SimpleRNN(units=units).build(ONE, seed=0) for units in (5, 6, 7)]
    assert len(keras_network._architectures) == 2
    assert SimpleRNN(units=5).build(ONE, seed=0).architecture is not networks[0].architecture
    arch = networks[0].architecture
    values = [arch.program(key, object) for key in "aba"]
    assert values[0] is values[2]
    arch.program("c", object)
    assert list(arch.programs) == ["a", "c"]


class Foreign(AbstractNetwork):
    """A network of another kind."""

    shapes = ONE
    initial_state = compile = run = weights = load = None


def test_a_trainer_of_keras_networks_refuses_others():
    """The trainer and the network's class are named."""
    with pytest.raises(UsageError, match="The trainer online trains networks of Keras layers, not a Foreign"):
        of_keras(Foreign(), "online")


def test_an_architecture_can_have_mixed_layers():
    """Different cells, one above the other."""
    layers = [keras.layers.GRU(2, return_sequences=True, use_cudnn=False), keras.layers.LSTM(3, return_sequences=True)]
    arch = Architecture(layers, None, ONE, 0.0)
    assert [tuple(t.shape) for t in arch.initial_state(arch.variables, 4)] == [(4, 2), (4, 3), (4, 3)]
    assert arch.outputs == 3


class Watched(keras.layers.GRUCell):
    """Notes which way of multiplying it was traced with; slow when it takes gates one by one."""

    seen: ClassVar[list[int]] = []
    slowly = threading.Event()

    def call(self, inputs, states, training=False):
        Watched.seen.append(self.implementation)
        if self.implementation == 1:
            Watched.slowly.set()
            time.sleep(0.3)
        return super().call(inputs, states)


def test_the_views_are_traced_one_after_the_other():
    """The whole-sequence view sets the cells another way, which the step view must not see in any thread."""
    arch = Architecture([keras.layers.RNN(Watched(2), return_sequences=True)], None, ONE, 0.0)
    sequences = threading.Thread(target=lambda: arch.sequences(arch.variables, tf.zeros((1, 1, 1)), training=False))
    sequences.start()
    assert Watched.slowly.wait(10)
    arch.step(arch.variables, tf.zeros((1, 1)), arch.initial_state(arch.variables, 1))
    sequences.join()
    *earlier, last = Watched.seen
    assert (set(earlier), last) == ({1}, 2)
