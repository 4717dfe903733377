"""Several networks side by side: each is what it would be alone, and the record says what is common to all."""

import threading
from pathlib import Path
from statistics import median

import numpy as np
import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.core.evaluation import Evaluation
from seqtasks.core.task import Yardsticks
from seqtasks.errors import UsageError
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.running.session import Session, Verdict
from seqtasks.running.share import solved_share, wilson

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
STICKS = Yardsticks(chance=1.0, memoryless=1.0, optimum=0.0)


def run(trainer="readout", **asked):
    return seqtasks.run("prev-bit", model="elman", trainer=trainer, **{"steps": 1500, "plugins": [PLUGIN]} | asked)


@pytest.mark.parametrize("trainer", ["readout", "readout:lanes=3", "readout:sequences=30"])
def test_each_replica_is_the_run_of_its_seed(trainer):
    """Losses on its own fresh data, curves and weights, to the bit."""
    together = run(trainer, replicas=3, seed=5)
    assert together.replicas is not None
    for r, one in enumerate(together.replicas):
        alone = run(trainer, seed=5 + r)
        assert one == {"seed": 5 + r} | {name: getattr(alone, name) for name in list(one)[1:]}
        assert (together.steps, together.updates, together.parameters) == (alone.steps, alone.updates, alone.parameters)
        for ours, theirs in zip(together.networks[r].weights(), alone.network.weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_the_record_is_of_medians_and_reads_back():
    """Of loss, error, skill and each point of the curves; speed is that of all together."""
    result = run("readout:sequences=30", replicas=4, seed=1)
    for name in ("loss", "loss_error", "skill"):
        assert getattr(result, name) == pytest.approx(median(one[name] for one in result.replicas), rel=1e-12)
    curves = [one["history"]["loss"] for one in result.replicas]
    np.testing.assert_allclose(result.history["loss"], np.median(curves, axis=0))
    held = [one["history"]["validation"]["loss"] for one in result.replicas]
    np.testing.assert_allclose(result.history["validation"]["loss"], np.median(held, axis=0))
    assert result.steps_per_second == pytest.approx(4 * result.steps / result.seconds["train"])
    assert result.solved_share == {"solved": 0, "of": 4, "interval": list(wilson(0, 4))}
    assert (result.seed, result.network, len(result.networks)) == (1, None, 4)
    assert Result.from_json(result.to_json()) == result.result


def test_one_replica_is_a_run_as_ever():
    """Its record has neither field of several."""
    record = run(replicas=1).record()
    assert "replicas" not in record
    assert "solved_share" not in record


def test_a_replica_that_diverges_does_not_stop_the_others():
    """It is marked, its loss is greater than any, and the others are what they would be alone."""
    result = run("readout:fails=2", replicas=3, seed=1)
    assert (result.status, result.steps) == ("done", 1500)
    assert [one["status"] for one in result.replicas] == ["done", "diverged", "done"]
    assert result.replicas[1]["loss"] is None
    assert result.replicas[1]["solved"] is False
    assert result.loss == max(result.replicas[0]["loss"], result.replicas[2]["loss"])
    assert result.replicas[2]["loss"] == run(seed=3).loss
    assert result.solved_share["of"] == 3
    assert Result.from_json(result.to_json()).history["loss"][-1] == result.history["loss"][-1]


def test_when_all_have_diverged_the_run_ends():
    """Long before its budget."""
    result = run("readout:rate=1e30", replicas=3, steps=10**9)
    assert result.status == "diverged"
    assert result.steps < 10**6
    assert (result.loss, result.skill, result.solved) == (None, None, False)
    assert result.solved_share["solved"] == 0


def test_what_was_not_judged_is_not_known():
    """Interrupted twice: no loss, nothing solved, nothing unsolved."""
    host = Host.start([PLUGIN])
    session = Session(RunRequest.of(host, "prev-bit", "elman", "readout:fails=1", replicas=2, steps=600), host)
    list(session.train(threading.Event()))
    result = session.unjudged().result
    assert [one["status"] for one in result.replicas] == ["interrupted", "diverged"]
    assert [one["solved"] for one in result.replicas] == [None, False]
    assert (result.status, result.loss, result.solved_share) == ("interrupted", None, None)


def verdict(loss, status="done", error=0.01):
    return Verdict.of(Evaluation(loss, error), STICKS, status)


def test_verdicts():
    """Of one: solved from 0.95, diverged from 1000 times chance; of all: the median's."""
    assert verdict(0.05) == Verdict("done", 0.05, 0.01, 0.95, True)
    assert verdict(0.06).solved is False
    assert verdict(1000.0).status == "done"
    assert verdict(1000.1).status == "diverged"
    assert verdict(float("nan")) == Verdict("diverged", None, 0.01, None, False)
    three = [verdict(0.01), verdict(0.04), verdict(float("inf"))]
    assert Verdict.of_all(three, STICKS, "done") == Verdict("done", 0.04, 0.01, 0.96, True)
    assert solved_share([one.solved for one in three]) == {"solved": 2, "of": 3, "interval": list(wilson(2, 3))}
    half = [verdict(0.01), verdict(float("inf"))]
    assert Verdict.of_all(half, STICKS, "done") == Verdict("done", None, 0.01, None, False)
    assert Verdict.of_all([half[1]] * 2, STICKS, "done").status == "diverged"


def test_where_the_optimum_is_unknown_nobody_knows_what_is_solved():
    """Neither of one nor of all, and there is no share."""
    sticks = Yardsticks(chance=1.0, memoryless=None, optimum=None)
    each = [Verdict.of(Evaluation(0.01, 0.1), sticks, "done")] * 2
    assert each[0].solved is Verdict.of_all(each, sticks, "done").solved is None
    assert solved_share([one.solved for one in each]) is None


@pytest.mark.parametrize(
    ("trainer", "message", "hint"),
    [
        ("still", "The trainer Still trains one network at a time.", "Leave out --replicas (replicas=)."),
        ("readout:sequences=9,patience=2", "patience stops a run at a moment of its own", "Leave out replicas"),
    ],
)
def test_what_is_for_one_network_alone(trainer, message, hint):
    """Refused with the way out."""
    with pytest.raises(UsageError) as caught:
        run(trainer, replicas=2)
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)


def test_a_file_holds_one_network(tmp_path):
    """Refused before the run, and for its result."""
    with pytest.raises(UsageError, match="A network file holds one network, but this run trains 2"):
        run(replicas=2, save=str(tmp_path / "a.net"))
    with pytest.raises(UsageError, match="A run of replicas has several networks"):
        seqtasks.save(run(replicas=2, steps=10), str(tmp_path / "a.net"), plugins=[PLUGIN])


@pytest.mark.tensorflow
@pytest.mark.parametrize("trainer", ["online:window=2", "batch:sequences=40,length=6,batch_size=8"])
def test_replicas_of_keras_networks_are_their_runs(trainer):
    """To a few parts in a hundred thousand: a product of many networks is summed in another order."""
    asked = {"model": "gru:units=3", "trainer": trainer, "steps": 1200}
    together = seqtasks.run("prev-bit", replicas=3, seed=2, **asked)
    for r, one in enumerate(together.replicas):
        alone = seqtasks.run("prev-bit", seed=2 + r, **asked)
        np.testing.assert_allclose(one["history"]["loss"], alone.history["loss"], rtol=1e-3, atol=1e-6)
        assert one["loss"] == pytest.approx(alone.loss, rel=1e-3)
