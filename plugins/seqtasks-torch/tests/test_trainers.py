"""What trainers do to the weights, against gradients by differences and optimizers in NumPy.

Axis letters: B lanes, T steps.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from seqtasks_torch.batch import TorchBatch
from seqtasks_torch.gru import TorchGRU
from seqtasks_torch.lstm import TorchLSTM
from seqtasks_torch.online import TorchOnline
from support.oracle import Oracle, slope

from seqtasks.catalogue.host import Host
from seqtasks.core.loss import step_losses
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk, Objective, Shapes
from seqtasks.errors import UsageError

RATE = 0.1
SGD = f"sgd:learning_rate={RATE}"
CELLS = {"gru": TorchGRU, "lstm": TorchLSTM}
KINDS = {"real": 2, "binary": 2, "class": 3}


def made(cell, kind="real"):
    """A network in double precision and its objective."""
    shapes = Shapes(2, KINDS[kind], kind)
    network = CELLS[cell](units=3, layers=2).build(shapes, seed=0, dtype="float64")
    rng = np.random.default_rng(1)
    network.load([rng.normal(0, 0.6, w.shape) for w in network.weights()])
    return network, Objective(shapes)


def data(kind="real", lanes=2, steps=6):
    """A chunk, one of whose lanes starts an episode midway and one of whose steps counts more."""
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(lanes, steps, 2))
    targets = rng.normal(size=(lanes, steps, KINDS[kind]))
    if kind != "real":
        targets = targets > 0 if kind == "binary" else rng.integers(0, 3, (lanes, steps, 1))
    starts = np.zeros((lanes, steps), bool)
    starts[0, steps // 2] = True
    weights = np.ones((lanes, steps), np.float32)
    weights[1, 1] = 3.0
    return Chunk(inputs, targets.astype(np.int32 if kind == "class" else np.float64), weights, starts)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_mini_batch_is_one_step_down_its_gradient(cell, kind):
    """d/dweights sum w l / sum w through all steps, by central differences; the losses are those before it."""
    network, objective = made(cell, kind)
    chunk, weights, oracle = data(kind), network.weights(), Oracle(cell, layers=2)

    def total(at):
        outputs, _ = oracle.run(at, chunk.inputs, chunk.starts)
        return (chunk.weights * step_losses(kind, chunk.targets, outputs)).sum() / chunk.weights.sum()

    learner = TorchBatch(optimizer=SGD, clip=None).learner(network, objective, seed=0)
    losses = learner.learn(chunk)
    assert losses == pytest.approx(step_losses(kind, chunk.targets, oracle.run(weights, chunk.inputs, chunk.starts)[0]))
    for before, after, gradient in zip(weights, network.weights(), slope(total, weights), strict=True):
        assert (before - after) / RATE == pytest.approx(gradient, abs=1e-8)


@pytest.mark.parametrize("window", [1, 2, 3, 50])
@pytest.mark.parametrize("cell", CELLS)
def test_a_step_online_is_one_step_down_the_gradient_of_its_window(cell, window):
    """Step after step by today's weights from the stored state, written out in NumPy with central differences."""
    network, objective = made(cell)
    chunk, weights, oracle = data(), [np.array(w) for w in network.weights()], Oracle(cell, layers=2)
    learner = TorchOnline(lanes=2, window=window, optimizer=SGD).learner(network, objective, seed=0)
    found = learner.learn(chunk)
    stored = oracle.initial(weights, 2)
    for t in range(chunk.steps):
        first = max(0, t - window + 1)
        piece = chunk.between(first, t + 1)

        def total(at, piece=piece, stored=stored):
            outputs, _ = oracle.run(at, piece.inputs, piece.starts, stored)
            loss = step_losses("real", piece.targets, outputs)[:, -1]
            return (piece.weights[:, -1] * loss).sum() / 2, loss

        assert found[:, t] == pytest.approx(total(weights)[1], abs=1e-8)
        gradient = slope(lambda at, total=total: total(at)[0], weights)
        if t + 1 >= window:  # the oldest step leaves the window, run by the weights that were before the update
            stored = oracle.run(
                weights, chunk.inputs[:, first : first + 1], chunk.starts[:, first : first + 1], stored
            )[1]
        weights = [w - RATE * g for w, g in zip(weights, gradient, strict=True)]
    for wanted, after in zip(weights, network.weights(), strict=True):
        assert after == pytest.approx(wanted, abs=1e-8)


def test_a_gradient_is_clipped_to_its_norm():
    """The step is as long as the clip says, in the same direction."""
    steps = []
    for clip in (None, 1e-3):
        network, objective = made("gru")
        before = network.weights()
        TorchBatch(optimizer=SGD, clip=clip).learner(network, objective, seed=0).learn(data())
        steps.append(np.concatenate([(a - b).ravel() for a, b in zip(network.weights(), before, strict=True)]))
    assert np.linalg.norm(steps[1]) == pytest.approx(RATE * 1e-3, rel=1e-3)
    assert steps[1] / np.linalg.norm(steps[1]) == pytest.approx(steps[0] / np.linalg.norm(steps[0]), abs=1e-6)


def test_steps_count_as_the_divisor_says():
    """By the sum of weights a batch in which all weigh twice as much is the same; by their number it counts twice."""
    moved = {}
    for divisor in ("weights", "steps"):
        for factor in (1, 2):
            network, objective = made("gru")
            before, chunk = network.weights()[0], data()
            learner = TorchBatch(optimizer=SGD, clip=None, divisor=divisor).learner(network, objective, seed=0)
            learner.learn(replace(chunk, weights=factor * chunk.weights))
            moved[divisor, factor] = network.weights()[0] - before
    assert moved["weights", 2] == pytest.approx(moved["weights", 1])
    assert moved["steps", 2] == pytest.approx(2 * moved["steps", 1])


@pytest.mark.parametrize("window", [1, 4])
def test_predicting_and_moving_on(window):
    """Predict returns what learn would return, and changes nothing; advance equals learning steps of weight 0."""
    network, objective = made("lstm")
    learner = TorchOnline(lanes=2, window=window, optimizer=SGD).learner(network, objective, seed=0)
    learner.learn(data())
    kept, chunk = learner.state(), data(steps=9)
    silent = replace(chunk, weights=np.zeros_like(chunk.weights))
    predicted = learner.predict(chunk.inputs, chunk.starts)
    assert predicted == pytest.approx(learner.follow(silent)[1], abs=1e-12)
    after = learner.predict(chunk.inputs, chunk.starts)
    learner.restore(kept)
    assert (learner.predict(chunk.inputs, chunk.starts) == predicted).all()
    learner.advance(chunk.inputs, chunk.starts)
    assert learner.predict(chunk.inputs, chunk.starts) == pytest.approx(after, abs=1e-12)
    assert np.abs(after - predicted).max() > 1e-3


def test_what_is_learned_does_not_depend_on_the_caller_s_arrays():
    """Rows that are overwritten after they were learned are still in the window."""
    weights = []
    for spoiled in (False, True):
        network, objective = made("gru")
        learner = TorchOnline(lanes=2, window=4, optimizer=SGD).learner(network, objective, seed=0)
        first = data()
        learner.learn(first)
        if spoiled:
            first.inputs[...] = 1e3
        learner.learn(data(steps=2))
        weights.append(network.weights())
    assert all((a == b).all() for a, b in zip(*weights, strict=True))


def test_learning_inside_no_grad():
    """The caller's grad mode changes nothing, and is left as it was."""
    network, objective = made("gru")
    before = network.weights()[0]
    with torch.no_grad():
        TorchOnline(lanes=2, optimizer=SGD).learner(network, objective, seed=0).learn(data())
        assert not torch.is_grad_enabled()
    assert np.abs(network.weights()[0] - before).max() > 0


def adam(g, w, memory, t, decay=0.0):
    """Kingma and Ba's, with amsgrad and weights that decay."""
    m, v, top = memory or (0, 0, 0)
    m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g**2
    top = np.maximum(top, v)
    rate = RATE * np.sqrt(1 - 0.9**t) / (1 - 0.8**t)
    return rate * m / (np.sqrt(top) + 0.01) + RATE * decay * w, (m, v, top)


def momentum(g, w, memory, t, nesterov=False):
    """Polyak's, or Nesterov's."""
    v = 0.5 * (0 if memory is None else memory) + RATE * g
    return (RATE * g + 0.5 * v if nesterov else v), v


ADAM = f"learning_rate={RATE},beta_1=0.8,beta_2=0.9,epsilon=0.01,amsgrad=true"
OPTIMIZERS = {
    f"adam:{ADAM}": adam,
    f"adamw:{ADAM},weight_decay=0.5": partial(adam, decay=0.5),
    f"sgd:learning_rate={RATE},momentum=0.5": momentum,
    f"sgd:learning_rate={RATE},momentum=0.5,nesterov=true": partial(momentum, nesterov=True),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name):
    """Three updates of the readout's bias are the optimizer's law in NumPy, and survive a state that was kept."""
    network, objective = made("gru")
    learner = TorchBatch(optimizer=name, clip=None).learner(network, objective, seed=0)
    law, memory, chunk = OPTIMIZERS[name], None, data()
    for t in range(1, 4):
        weights = network.weights()

        def total(bias, weights=weights):
            outputs, _ = Oracle("gru", layers=2).run([*weights[:-1], *bias], chunk.inputs, chunk.starts)
            return (chunk.weights * step_losses("real", chunk.targets, outputs)).sum() / chunk.weights.sum()

        (gradient,) = slope(total, weights[-1:])
        change, memory = law(gradient, weights[-1], memory, t)
        learner.learn(chunk)
        assert weights[-1] - network.weights()[-1] == pytest.approx(change, abs=1e-7)
        kept = learner.state()
        learner = TorchBatch(optimizer=name, clip=None).learner(network, objective, seed=0)
        learner.restore(kept)
    assert learner.updates == 3


@pytest.mark.parametrize(
    ("optimizer", "message", "hint"),
    [
        ("lion", "There is no optimizer lion for PyTorch networks.", "Use one of: adam, adamw, sgd."),
        (
            "sgd:clipnorm=1.0",
            "The optimizer sgd has no clipnorm for PyTorch networks.",
            "It takes learning_rate, momentum, nesterov.",
        ),
        (0.5, "0.5 is not an optimizer for PyTorch networks.", "Use a name, such as optimizer='sgd:momentum=0.9'."),
    ],
)
def test_other_optimizers_are_refused(optimizer, message, hint):
    """One without a counterpart here, a setting that is another library's, an object."""
    network, objective = made("gru")
    with pytest.raises(UsageError) as caught:
        TorchOnline(optimizer=optimizer).learner(network, objective, seed=0)
    assert (caught.value.message, caught.value.hint) == (message, hint)


class OtherNetwork(AbstractNetwork):
    """One of no library."""

    shapes = initial_state = compile = run = weights = load = None


@pytest.mark.parametrize(("trainer", "name"), [(TorchOnline(), "torch-online"), (TorchBatch(), "torch-batch")])
def test_networks_of_other_libraries_are_refused(trainer, name):
    """By their kind, with what to use instead."""
    with pytest.raises(UsageError) as caught:
        trainer.learner(OtherNetwork(), Objective(Shapes(1, 1)), seed=0)
    assert caught.value.message == f"The trainer {name} trains networks of PyTorch modules, not a OtherNetwork."
    assert caught.value.hint == "Use --model torch-gru or torch-lstm, or a trainer such as online or batch."


def test_losses_of_other_libraries_are_refused():
    """An objective may bring one."""
    network, _ = made("gru")
    with pytest.raises(UsageError, match="The trainer torch-online has no custom losses, such as <function"):
        TorchOnline().learner(network, Objective(Shapes(2, 2), custom_loss=lambda y, o: y - o), seed=0)


def test_another_number_of_lanes_is_refused():
    """The window holds so many lanes."""
    network, objective = made("gru")
    with pytest.raises(ValueError, match="The chunk has 2 lanes; this learner has 1"):
        TorchOnline().learner(network, objective, seed=0).learn(data())


@pytest.mark.parametrize(("lag", "window", "length"), [(3, None, 4), (3, 2, 2), (5000, None, 1000)])
def test_the_window_is_the_task_s_depth(lag, window, length):
    """Unless it is set; at most 1000."""
    host = Host.start(environ={})
    task = host.make("tasks", host.spec("tasks", f"delay:lag={lag}"))
    assert TorchOnline(window=window).truncation_length(task.objective) == length
