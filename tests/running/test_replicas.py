"""Several networks side by side: each is what it would be alone, and the record says what is common to all."""

import threading
from pathlib import Path
from statistics import median

import numpy as np
import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.core.loss import Evaluation
from seqtasks.core.task import Yardsticks
from seqtasks.errors import UsageError
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.running.session import Session
from seqtasks.running.share import solved_share, wilson
from seqtasks.running.verdict import Verdict

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


PATIENT = "readout:sequences=30,rate=0.1,patience=2"


def test_each_replica_goes_back_to_its_own_best_epoch():
    """It stops when its own patience is out, and is the run of its seed, to the bit."""
    together = run(PATIENT, replicas=5, steps=50_000)
    ends = []
    for r, one in enumerate(together.replicas):
        alone = run(PATIENT, seed=r, steps=50_000)
        assert one == {"seed": r} | {name: getattr(alone, name) for name in list(one)[1:]}
        assert one["best_epoch"] == 1 + int(np.argmin(alone.history["validation"]["loss"]))
        assert one["steps"] == one["history"]["step"][-1] < 50_000
        ends.append(one["steps"])
        for ours, theirs in zip(together.networks[r].weights(), alone.network.weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert len(set(ends)) > 2
    assert together.steps == max(ends)
    assert together.best_epoch == median(one["best_epoch"] for one in together.replicas)
    assert together.steps_per_second == pytest.approx(sum(ends) / together.seconds["train"])
    validation = together.history["validation"]
    assert validation["step"][-1] == max(ends)
    for step, loss in zip(validation["step"], validation["loss"], strict=True):
        measured = [one["history"]["validation"] for one in together.replicas if step <= one["steps"]]
        assert loss == median(each["loss"][each["step"].index(step)] for each in measured)
    assert Result.from_json(together.to_json()) == together.result
    words = repr(together)
    assert f"up to {max(ends):,} steps each, up to {together.updates:,} updates each" in words
    assert f"best epoch {together.best_epoch}, the median" in words
    assert f", not solved, best epoch {together.replicas[0]['best_epoch']}" in words


def test_a_budget_that_ends_first_goes_back_as_well():
    """In the middle of an epoch, each to its own best, and a replica without patience has no best epoch."""
    together = run(PATIENT, replicas=3, steps=1000)
    for r, one in enumerate(together.replicas):
        alone = run(PATIENT, seed=r, steps=1000)
        assert one == {"seed": r} | {name: getattr(alone, name) for name in list(one)[1:]}
    assert all("best_epoch" not in one for one in run("readout:sequences=30", replicas=2).replicas)


def test_an_interrupted_run_has_the_best_weights_of_the_replicas_that_had_stopped():
    """Those of the others are the last ones, which are of no best epoch."""
    host = Host.start([PLUGIN])
    session = Session(RunRequest.of(host, "prev-bit", "elman", PATIENT, replicas=5, steps=50_000), host)
    interrupted, ends = threading.Event(), {r: run(PATIENT, seed=r, steps=50_000) for r in range(5)}
    first, last = (choose(one.steps for one in ends.values()) for choose in (min, max))
    for _ in session.train(interrupted):
        if first < session.steps < last:
            interrupted.set()
    result = session.judged().result
    assert (result.status, first < result.steps < last) == ("interrupted", True)
    for r, one in enumerate(result.replicas):
        if ends[r].steps <= result.steps:
            assert (one["loss"], one["best_epoch"]) == (ends[r].loss, ends[r].best_epoch)
        else:
            assert "best_epoch" not in one


def test_a_run_ends_when_each_replica_has_stopped_or_diverged():
    """One blows up and never stops by its patience; its record has no best epoch."""
    patient = "readout:sequences=30,rate=0.1,patience=9"
    together = run(f"{patient},fails=1", replicas=3, steps=10**9)
    assert together.status == "done"
    assert together.steps < 10**6
    assert [one["status"] for one in together.replicas] == ["done", "diverged", "done"]
    assert "best_epoch" not in together.replicas[1]
    alone = run(patient, seed=2, steps=10**9)
    assert (together.replicas[2]["loss"], together.replicas[2]["best_epoch"]) == (alone.loss, alone.best_epoch)


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


def test_a_trainer_of_one_network_refuses_replicas():
    """With the way out."""
    with pytest.raises(UsageError) as caught:
        run("still", replicas=2)
    assert caught.value.message == "The trainer Still trains one network at a time."
    assert caught.value.hint == "Leave out --replicas (replicas=)."


def test_a_file_holds_one_network(tmp_path):
    """Refused before the run, and for its result."""
    with pytest.raises(UsageError, match="A network file holds one network, but this run trains 2"):
        run(replicas=2, save=str(tmp_path / "a.net"))
    with pytest.raises(UsageError, match="A run with replicas has several networks"):
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


@pytest.mark.tensorflow
def test_patient_replicas_of_keras_networks_are_their_runs():
    """Best epoch, steps, curve, validation and loss of each, while the others learn on."""
    asked = {"model": "gru:units=3", "trainer": "batch:sequences=60,length=6,batch_size=8,validation=0.3,patience=1"}
    together = seqtasks.run("prev-bit", replicas=3, seed=3, steps=40_000, **asked)
    for r, one in enumerate(together.replicas):
        alone = seqtasks.run("prev-bit", seed=3 + r, steps=40_000, **asked)
        assert (one["best_epoch"], one["steps"]) == (alone.best_epoch, alone.steps)
        for ours, theirs in (
            (one["history"], alone.history),
            (one["history"]["validation"], alone.history["validation"]),
        ):
            assert ours["step"] == theirs["step"]
            np.testing.assert_allclose(ours["loss"], theirs["loss"], rtol=1e-3, atol=1e-6)
        assert one["loss"] == pytest.approx(alone.loss, rel=1e-3)
    assert len({one["steps"] for one in together.replicas}) > 1


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:The loss")  # of a random walk nothing can be learned
def test_replicas_of_a_table_have_all_that_a_single_run_has():
    """Its trainer has patience; intervals and prequential losses are those of each, and medians on top."""
    y = 1e6 + 1e3 * np.random.default_rng(0).normal(size=640).cumsum()
    trainer = "batch:batch_size=32,validation=0.2,patience=2,learn_validation=true,optimizer.learning_rate=0.01"
    asked = {"model": "simple-rnn:units=3", "epochs": 20, "trainer": trainer}
    together = seqtasks.run(seqtasks.table({"y": y}, "y"), replicas=2, seed=1, **asked)
    alone = [seqtasks.run(seqtasks.table({"y": y}, "y"), seed=1 + r, **asked) for r in range(2)]
    for one, other in zip(together.replicas, alone, strict=True):
        assert (one["best_epoch"], one["steps"]) == (other.best_epoch, other.steps)
        assert one["history"]["validation"]["step"] == other.history["validation"]["step"]
        np.testing.assert_allclose(one["history"]["loss"], other.history["loss"], rtol=1e-3)
        assert one["prequential"] == pytest.approx(other.prequential, rel=1e-3)
        assert one["interval"]["margins"] == pytest.approx(other.interval["margins"], rel=1e-3)
        assert one["interval"]["coverage"] == pytest.approx(other.interval["coverage"], abs=0.02)
    middle = (alone[0].prequential["loss"] + alone[1].prequential["loss"]) / 2
    assert together.prequential["loss"] == pytest.approx(middle, rel=1e-3)
    assert together.prequential["skill"] == pytest.approx(1 - together.prequential["loss"] / together.chance)
    assert together.interval["level"] == 0.9
    assert "prequential, as it learns on in the test" in repr(together)
