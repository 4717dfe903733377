"""Native networks and trainers next to those of Keras layers, from the same weights."""

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow

HOST = Host.start(environ={})
CELLS = ("gru", "lstm", "simple-rnn", "leaky-rnn", "indrnn", "lru", "mingru")
STEPS = 60


def make(shelf, spec):
    """What the spec means."""
    return HOST.make(shelf, HOST.spec(shelf, spec))


@pytest.mark.parametrize("name", CELLS)
def test_a_native_network_becomes_a_keras_model_and_back(name):
    """Outputs of both agree to 1e-6, with random biases and episode starts; weights move by load(weights())."""
    task = make("tasks", "echo")
    ours = make("models", f"native-{name}:units=5").build(task.shapes, seed=4)
    rng = np.random.default_rng(0)
    ours.load([w + rng.normal(0, 0.2, w.shape) for w in ours.weights()])
    theirs = ours.keras_network()
    chunk = task.sample(seed=0, sequences=3, length=40)
    starts = rng.random((3, 40)) < 0.1
    found, after = ours.run(chunk.inputs, starts, ours.initial_state(3))
    wanted, state = theirs.run(chunk.inputs, starts, theirs.initial_state(3))
    assert found == pytest.approx(wanted, abs=1e-6)
    assert np.stack(after) == pytest.approx(np.stack(state), abs=1e-6)
    assert np.asarray(ours.keras_model()(chunk.inputs)) == pytest.approx(ours(chunk.inputs), abs=1e-6)
    ours.load(theirs.weights())
    assert all((a == b).all() for a, b in zip(ours.weights(), theirs.weights(), strict=True))


@pytest.mark.parametrize(
    ("name", "native", "xla"),
    [
        ("gru", "native-online:lanes=2,window=3", "online:lanes=2,window=3"),
        ("gru", "native-rtrl:lanes=2", "rtrl:lanes=2"),
        ("lstm", "native-snap:lanes=2", "snap:lanes=2"),
        ("lru", "native-diagonal:lanes=2,optimizer=rmsprop", "diagonal:lanes=2,optimizer=rmsprop"),
    ],
)
def test_training_is_that_of_the_compiled_trainers_of_keras_networks(name, native, xla):
    """Losses and weights of 60 steps agree, and a network of Keras layers itself is trained by the native trainer."""
    task = make("tasks", "delay:lag=2,symbols=3")
    model = make("models", f"{name}:units=5")
    ours, theirs = (model.build(task.shapes, seed=4) for _ in range(2))
    stream = make("tasks", "delay:lag=2,symbols=3").stream(0, 2)
    chunk = stream.take(STEPS)
    chunk.starts[0, 30] = True
    chunk.weights[1, 20:25] = 3.0
    found, wanted = (
        make("trainers", trainer).learner(network, task.objective, 0).learn(chunk)
        for trainer, network in ((native, ours), (xla, theirs))
    )
    assert found == pytest.approx(wanted, abs=2e-5)
    for a, b in zip(ours.weights(), theirs.weights(), strict=True):
        assert a == pytest.approx(b, abs=2e-5)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("gru:layers=2", "trains one recurrent layer, and the network has 2"),
        ("gru:dropout=0.5", "Dropout"),
        ("indrnn:activation=relu", "knows IndRNNCell with activation=tanh, not relu"),
    ],
)
def test_a_network_of_keras_layers_without_a_native_form_is_refused(model, message):
    """The message names what differs."""
    task = make("tasks", "prev-bit")
    network = make("models", model).build(task.shapes, seed=0)
    with pytest.raises(UsageError, match=message):
        make("trainers", "native-online").learner(network, task.objective, 0)
