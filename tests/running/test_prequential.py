"""A network that learns on in the test, next to the one whose weights stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.core.loss import evaluate, step_losses
from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks.running.prequential import LEARNING_ON, prequential
from seqtasks.tasks.table import Table


@pytest.fixture(scope="module")
def shifted(tmp_path_factory):
    """A series whose law changes where the test part begins: what was y(t) = y(t - 1) becomes its negative."""
    rng = np.random.default_rng(0)
    y = np.zeros(1500)
    for t in range(1, 1500):
        y[t] = (0.9 if t < 1000 else -0.9) * y[t - 1] + rng.normal(0, 0.3)
    path = tmp_path_factory.mktemp("shifted") / "y.npz"
    np.savez(path, y=y)
    return Table(str(path), "y", test_share=1 / 3, reference="mean")


@pytest.mark.tensorflow
def test_the_copy_learns_on_and_the_network_stays(shifted):
    """The record has both losses; that of frozen weights is the returned network's, and learning on is better here."""
    with pytest.warns(UserWarning, match="is above that of mean, a forecast without a network"):
        run = seqtasks.run(shifted, model="simple-rnn:units=4", seed=0, epochs=5, progress=False)
    assert run.loss == pytest.approx(evaluate(run.network, shifted.test(0)).loss, rel=1e-5)
    host = Host.start()
    test = shifted.test(0)
    counted = test.weights > 0
    assert counted.sum() == 500

    def learning_on(trainer):
        copy = host.make("models", host.spec("models", "simple-rnn:units=4")).build(shifted.shapes, 0)
        copy.load(run.network.weights())
        online = host.make("trainers", host.spec("trainers", trainer))
        return online.learner(copy, shifted.objective, 0).learn(test)[counted].mean()

    assert run.prequential["loss"] == pytest.approx(learning_on(LEARNING_ON), rel=1e-5)
    assert run.prequential["loss"] < 0.98 * run.loss  # 500 steps at the low rate that is safe on real series
    assert learning_on("online:optimizer.learning_rate=0.0003") < 0.8 * run.loss  # ten times that rate
    assert run.prequential["skill"] == pytest.approx(1 - run.prequential["loss"] / run.chance)
    assert "prequential, as it learns on in the test" in repr(run)


def test_tasks_with_fresh_data_have_one_judgement():
    """There the weights are frozen."""
    assert seqtasks.task("prev-bit").target_delay is None


class Recorder(AbstractStreamLearner):
    """A learner whose output counts the steps that it has learned."""

    def __init__(self):
        self.learned = 0

    def compile(self, chunk):
        raise NotImplementedError  # abstract, and prequential losses need predict and learn alone

    def learn(self, chunk):
        return self.follow(chunk)[0]

    def follow(self, chunk):
        outputs = self.predict(chunk.inputs, chunk.starts)
        self.learned += chunk.steps
        return np.square(outputs - chunk.targets)[..., 0], outputs

    def predict(self, inputs, starts):
        assert (inputs[0, :, 0] == self.learned + np.arange(inputs.shape[1])).all()  # it goes on where it is
        return np.full((*starts.shape, 1), self.learned, np.float32)

    def advance(self, inputs, starts):
        raise NotImplementedError  # abstract, and prequential losses need predict and learn alone

    updates = 0

    def state(self):
        return {"learned": self.learned}

    def restore(self, state):
        self.learned = state["learned"]


@given(st.integers(2, 9), st.integers(0, 5), st.integers(1, 60))
def test_no_target_is_learned_before_it_is_known(delay, first, steps):
    """Step t is predicted by what has learned the steps up to t - d, and at most d - 1 fewer."""
    t = np.arange(first + steps, dtype=np.float32)[None, :, None]
    chunk = Chunk(t, np.zeros_like(t), (t[..., 0] >= first).astype(np.float32), t[..., 0] == 0)
    losses = prequential(Recorder(), "real", chunk, delay)[0][0]
    learned = np.sqrt(losses[first:])
    latest = np.maximum(first, np.arange(first, first + steps) - delay + 1)
    assert (learned <= latest).all()
    assert (learned >= np.maximum(first, latest - delay + 1)).all()


@pytest.mark.tensorflow
def test_one_step_of_delay_by_blocks_is_the_loop_itself(shifted):
    """A learner of Keras that predicts and learns in turn has the losses of its own compiled loop."""
    host = Host.start()
    test = shifted.test(0).between(900, 1100)

    def learner():
        network = host.make("models", host.spec("models", "simple-rnn:units=4")).build(shifted.shapes, 0)
        return host.make("trainers", host.spec("trainers", "online")).learner(network, shifted.objective, 0)

    one, other = learner(), learner()
    by_hand = [one.learn(test.between(0, 100))]
    for t in range(100, 200):
        step = test.between(t, t + 1)
        outputs = one.predict(step.inputs, step.starts)
        by_hand.append(step_losses("real", step.targets, outputs))
        one.learn(step)
    np.testing.assert_allclose(
        np.concatenate(by_hand, axis=1), prequential(other, "real", test, 1)[0], rtol=1e-4, atol=1e-6
    )
