"""Whole runs: what the record says."""

import dataclasses
import json

import keras
import numpy as np
import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.models.gru import GRU
from seqtasks.running.execution import Judged, Progress, execute
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.batch import Batch
from seqtasks.trainers.online import Online

pytestmark = pytest.mark.tensorflow

TINY = "gru:units=2"
SGD = "online:window=1,optimizer=sgd"


def run(task="prev-bit", **asked):
    return seqtasks.run(task, **{"model": TINY, "trainer": SGD, "steps": 200} | asked)


def timeless(result):
    """The record without what a clock says."""
    record = result.record()
    return {key: value for key, value in record.items() if key not in ("seconds", "steps_per_second")}


def test_a_record_says_what_was_run_and_reads_back():
    """Specs with every setting, counts, yardsticks, curve; the same seed gives the same record."""
    result = run(seed=5)
    assert result.task == "prev-bit"
    assert result.model.startswith("gru:units=2,layers=1,readout=dense,dropout=0.0,")
    name, _, settings = result.trainer.partition(":")
    assert name == "online"
    assert {"window=1", "lanes=1", "optimizer=sgd", "optimizer.learning_rate=0.01"} <= set(settings.split(","))
    assert (result.seed, result.status, result.steps, result.updates, result.parameters) == (5, "done", 200, 199, 33)
    assert (result.chance, result.memoryless, result.optimum, result.solved) == (0.1875, 0.1875, 0.0, False)
    assert result.skill == pytest.approx(1 - result.loss / 0.1875)
    assert result.history["step"] == list(range(2, 201))
    assert set(result.versions) == {"python", "seqtasks", "numpy", "tensorflow", "keras"}
    assert set(result.seconds) == {"load", "compile", "train", "evaluate"}
    assert result.steps_per_second == pytest.approx(200 / result.seconds["train"])
    assert Result.from_json(result.to_json()) == result.result
    assert timeless(run(seed=5)) == timeless(result)
    assert run(seed=6).loss != result.loss


def test_objects_and_specs_mean_the_same_run():
    """Names and Python objects give one record; the user's optimizer is left as it was."""
    made = run(PrevBit(), model=GRU(units=2), trainer=Online(window=1, optimizer="sgd"))
    assert timeless(made) == timeless(run())
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 10**6, 1.0)
    own = keras.optimizers.SGD(rate)
    scheduled = run(trainer=Online(window=1, optimizer=own))
    assert scheduled.loss == pytest.approx(made.loss, rel=1e-5)
    assert not own.built
    json.loads(scheduled.to_json())


def test_a_loss_is_of_the_network_that_the_result_holds():
    """The best constant, loaded into the result's network, is at chance on the test data."""
    network = run().network
    weights = [np.zeros_like(w) for w in network.weights()]
    weights[-1][:] = 0.75
    network.load(weights)
    test = PrevBit().test(0)
    counted = test.weights > 0
    assert np.mean((network(test.inputs) - test.targets)[counted] ** 2) == pytest.approx(0.1875, abs=0.003)


def test_lanes_share_the_budget():
    """200 steps over three lanes are 67 of each; the first counts in none."""
    result = run(trainer="online:window=1,lanes=3,optimizer=sgd")
    assert (result.steps, result.updates) == (201, 66)


def execution(**asked):
    host = Host.start(environ={})
    return execute(RunRequest.of(host, "prev-bit", TINY, SGD, **asked), host=host)


def test_a_run_that_is_stopped_is_interrupted_and_judged():
    """stop() ends it after the chunk under way; the rest of the record is there."""
    running, events = execution(steps=10**6), []
    for event in running:
        events.append(event)
        if isinstance(event, Progress):
            running.stop()
    assert [event.step for event in events if isinstance(event, Progress)] == [100]
    result = events[-1].run.result
    assert (result.status, result.steps, result.updates) == ("interrupted", 100, 99)
    assert result.loss > 0


def test_a_run_that_is_stopped_before_it_began_has_learned_nothing():
    """No steps, no speed, but a loss."""
    running = execution()
    running.stop()
    events = list(running)
    assert not any(isinstance(event, Progress) for event in events)
    assert isinstance(events[-1], Judged)
    result = events[-1].run.result
    assert (result.status, result.steps, result.steps_per_second) == ("interrupted", 0, None)


def test_a_run_that_blows_up_has_diverged():
    """At a rate of a billion, without clipping, the record is written all the same."""
    result = run(trainer=f"{SGD},clip=none", learning_rate=1e9)
    assert result.status == "diverged"
    assert not result.solved
    assert json.loads(result.to_json())["status"] == "diverged"


BATCH = Batch(sequences=40, length=8, batch_size=10, validation=0.25, optimizer="sgd")


def test_a_batch_run_counts_epochs():
    """Two epochs of thirty sequences of eight steps in mini-batches of ten; two validation losses."""
    result = run(trainer=BATCH, steps=None, epochs=2)
    assert (result.status, result.steps, result.updates) == ("done", 480, 6)
    assert result.history["validation"]["step"] == [240, 480]
    assert len(result.history["validation"]["loss"]) == 2


def test_a_batch_budget_in_steps_is_rounded_up_to_mini_batches():
    """One hundred steps are two mini-batches of eighty."""
    assert run(trainer=BATCH, steps=100).steps == 160


def test_a_batch_curve_follows_training_however_it_was_cut(monkeypatch):
    """Small and large chunks give the same curve; its last part is lower than its first where the rate is good."""
    trainer = Batch(sequences=40, length=8, batch_size=10, validation=0.0, optimizer="adam:learning_rate=0.05")
    curves = []
    for first in (1, 10**6):
        monkeypatch.setattr("seqtasks.running.session.FIRST", first)
        curves.append(run(trainer=trainer, steps=None, epochs=20).history)
    assert curves[0] == curves[1]
    losses = np.array(curves[0]["loss"])
    assert losses[-100:].mean() < 0.8 * losses[:100].mean()


def test_early_stopping_is_recorded():
    """At a wild rate the validation loss gets no better, and the run ends before its budget."""
    wild = dataclasses.replace(BATCH, patience=2, optimizer="sgd:learning_rate=3.0")
    result = run(trainer=wild, steps=None, epochs=500)
    validation = result.history["validation"]["loss"]
    assert result.status == "done"
    assert len(validation) < 500
    assert np.argmin(validation) == len(validation) - 3


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"steps": None, "epochs": 1}, "The trainer online learns from an endless stream, which has no epochs."),
        ({"model": "gru:units=2,dropout=0.5"}, "does not support dropout \\(0.5\\), which is for whole sequences"),
        ({"task": "echo", "model": "gru:units=2,readout=none"}, "a task of kind binary needs logits"),
        ({"model": "gru:units=1000000000"}, "This network has 3,000,000,010,000,000,001 weights"),
        ({"trainer": "batch:sequences=1,validation=0.9"}, "leaves none to train on"),
        ({"trainer": "batch:length=1"}, "No step of sequences of length 1 counts: the task needs 2."),
        ({"trainer": "batch:validation=0,patience=1"}, "patience needs a validation loss"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(asked, message):
    """One sentence and a hint."""
    with pytest.raises(UsageError, match=message) as caught:
        run(**asked)
    assert caught.value.hint
