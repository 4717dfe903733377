"""A network that learns on in the test, next to the one whose weights stay."""

import numpy as np
import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.core.evaluation import evaluate
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
    copy = host.make("models", host.spec("models", "simple-rnn:units=4")).build(shifted.shapes, 0)
    copy.load(run.network.weights())
    online = host.make("trainers", host.spec("trainers", "online"))
    test = shifted.test(0)
    losses = online.learner(copy, shifted.objective, 0).learn(test)
    counted = test.weights > 0
    assert counted.sum() == 500
    assert run.prequential["loss"] == pytest.approx(losses[counted].mean(), rel=1e-5)
    assert run.prequential["loss"] < 0.5 * run.loss
    assert run.prequential["skill"] == pytest.approx(1 - run.prequential["loss"] / run.chance)
    assert "prequential, as it learns on in the test" in repr(run)


def test_tasks_with_fresh_data_have_one_judgement():
    """There the weights are frozen."""
    assert not seqtasks.task("prev-bit").prequential
    assert Table.prequential
