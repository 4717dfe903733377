"""Networks of PyTorch next to those of Keras layers, from the same weights."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

import seqtasks
from seqtasks import estimators
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow

HOST = Host.start(environ={})


def make(shelf, spec):
    """What the spec means."""
    return HOST.make(shelf, HOST.spec(shelf, spec))


def pair(task, cell, settings="units=8"):
    """A network of Keras layers, and one of PyTorch with its weights."""
    theirs, ours = (
        make("models", f"{prefix}{cell}:{settings}").build(task.shapes, seed=4) for prefix in ("", "torch-")
    )
    ours.load(theirs.weights())
    return theirs, ours


@pytest.mark.parametrize("settings", ["units=8", "units=5,layers=2"])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_same_weights_give_the_same_outputs(cell, settings):
    """Weights move by load(weights()), both ways; so do the state and an episode's starts."""
    task = make("tasks", "echo")
    theirs, ours = pair(task, cell, settings)
    chunk = task.sample(seed=0, sequences=3, length=40)
    starts = np.random.default_rng(0).random((3, 40)) < 0.1
    outputs, state = theirs.run(chunk.inputs, starts, theirs.initial_state(3))
    found, after = ours.run(chunk.inputs, starts, ours.initial_state(3))
    assert found == pytest.approx(outputs, abs=1e-6)
    assert np.stack(after) == pytest.approx(np.stack(state), abs=1e-6)
    assert all((a == b).all() for a, b in zip(ours.weights(), theirs.weights(), strict=True))


@pytest.mark.parametrize(
    ("cell", "window", "optimizer"), [("gru", 1, "sgd:learning_rate=0.1"), ("gru", 3, None), ("lstm", 2, None)]
)
def test_online_learns_what_online_learns(cell, window, optimizer):
    """Fifty steps from the same weights, by plain descent or the default Adam: the same losses and weights."""
    task = make("tasks", "prev-bit")
    theirs, ours = pair(task, cell)
    chunk, losses = task.stream(seed=0, lanes=2).take(50), []
    for prefix, network in (("", theirs), ("torch-", ours)):
        trainer = make("trainers", f"{prefix}online:lanes=2,window={window}")
        if optimizer is not None:
            trainer = replace(trainer, optimizer=optimizer)
        losses.append(trainer.learner(network, task.objective, seed=0).learn(chunk))
    assert losses[1] == pytest.approx(losses[0], abs=1e-5)
    assert np.abs(losses[0][:, 1:] - losses[0][:, :1]).max() > 0.1
    for a, b in zip(theirs.weights(), ours.weights(), strict=True):
        assert b == pytest.approx(a, abs=1e-5)


def test_batch_learns_what_batch_learns():
    """Ten mini-batches with momentum and a clip, from the same weights."""
    task = make("tasks", "echo")
    theirs, ours = pair(task, "gru")
    chunk, losses = task.sample(seed=0, sequences=40, length=12), []
    for prefix, network in (("", theirs), ("torch-", ours)):
        spec = f"{prefix}batch:batch_size=4,clip=0.1,optimizer=sgd,optimizer.learning_rate=0.5,optimizer.momentum=0.9"
        losses.append(make("trainers", spec).learner(network, task.objective, seed=0).learn(chunk))
    assert losses[1] == pytest.approx(losses[0], abs=1e-5)
    for a, b in zip(theirs.weights(), ours.weights(), strict=True):
        assert b == pytest.approx(a, abs=1e-5)


@pytest.mark.parametrize(
    ("model", "trainer", "message"),
    [
        ("gru", "torch-online", "The trainer torch-online trains networks of PyTorch modules, not a KerasNetwork."),
        ("gru", "torch-batch", "The trainer torch-batch trains networks of PyTorch modules, not a KerasNetwork."),
        ("torch-gru", "online", "The trainer online trains networks of Keras layers, not a TorchNetwork."),
        ("torch-gru", "batch", "The trainer batch trains networks of Keras layers, not a TorchNetwork."),
        ("torch-gru", "rtrl", "The trainer rtrl trains networks of Keras layers, not a TorchNetwork."),
    ],
)
def test_each_side_refuses_the_other_s_networks(model, trainer, message):
    """With the same sentence."""
    with pytest.raises(UsageError) as caught:
        seqtasks.run("prev-bit", model=model, trainer=trainer, steps=10)
    assert caught.value.message == message


@pytest.mark.parametrize("name", ["StreamRegressor", "SequenceClassifier"])
def test_estimators_take_them(name):
    """Rows in, the same learners, a fitted estimator out that copies and knows what it learned."""
    rng = np.random.default_rng(0)
    if name == "StreamRegressor":
        x = rng.integers(0, 2, (2500, 1))
        y = np.roll(x[:, 0], 1)
        model = estimators.StreamRegressor(model="torch-gru", trainer="torch-online:window=2", random_state=0).fit(x, y)
        copied, rows = pickle.loads(pickle.dumps(model)), [[0], [0], [1], [1]]
        assert (model.predict(rows)[1:] > 0.5).tolist() == [False, False, True]
    else:
        x = rng.normal(size=(300, 6))
        y = x[:, 0] > 0
        trainer = "torch-batch:batch_size=32"
        model = estimators.SequenceClassifier(model="torch-gru", trainer=trainer, random_state=0).fit(x, y)
        copied, rows = pickle.loads(pickle.dumps(model)), x
        assert model.score(x, y) > 0.95
    assert (copied.predict(rows) == model.predict(rows)).all()
