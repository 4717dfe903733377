"""Runs are explained: the network of the question, other trainers, networks that are not of Keras."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.numpy_plugin import ElmanModel, Still

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.diagnosis.runs.changes import Change, changed, command
from seqtasks.diagnosis.runs.rates import tail_loss
from seqtasks.errors import UsageError
from seqtasks.models.gru import GRU
from seqtasks.running.request import RunRequest

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")


@pytest.fixture(scope="module")
def host():
    return Host.start(environ={})


def request_of(host, model="gru:readout=none,units=8", trainer="online:window=1", **settings):
    return RunRequest.of(host, "prev-bit", model, trainer, **settings)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(model={"readout": "dense"}), "--model gru:units=8 --trainer online:window=1"),
        (Change(trainer={"window": 2}), "--model gru:units=8,readout=none --trainer online:window=2"),
        (
            Change(trainer={"optimizer.learning_rate": 0.01}),
            "--model gru:units=8,readout=none --trainer online:optimizer.learning_rate=0.01,window=1",
        ),
        (
            Change(model={"readout": None}) | Change(trainer={"window": 2}, steps=500),
            "--model gru:units=8 --trainer online:window=2 --steps 500",
        ),
    ],
    ids=["readout", "window", "rate", "several"],
)
def test_a_change_is_a_command(host, change, expected):
    """Settings that are not changed stay."""
    words = command(changed(request_of(host), change, host)).removeprefix("seqtasks run prev-bit ")
    assert sorted(words.replace(",", " ").split()) == sorted(expected.replace(",", " ").split())


def test_another_trainer_takes_over_the_settings_that_it_has(host):
    """A trainer without a window becomes one with a window, at the same learning rate."""
    request = request_of(host, trainer="snap:n=1,optimizer.learning_rate=0.01", seed=3)
    change = Change(trainer={"window": 2}, trainer_name="online")
    assert command(changed(request, change, host)).endswith(
        "--trainer online:optimizer.learning_rate=0.01,window=2 --seed 3"
    )


def test_objects_stay_objects(host):
    """A model object whose settings are not changed is the same; one that is changed becomes a spec."""
    model = GRU(units=3)
    request = request_of(host, model=model)
    assert changed(request, Change(trainer={"window": 2}), host).objects == {"model": model}
    assert changed(request, Change(model={"units": 4}), host).model.startswith("gru:units=4")


def test_the_end_of_a_curve():
    """A loss that is not a number makes the end infinite; a curve of one point is its own end."""
    assert tail_loss({"step": [50, 90, 100], "loss": [5.0, 1.0, 2.0]}, 100) == 1.5
    assert tail_loss({"step": [90, 100], "loss": [None, 2.0]}, 100) == np.inf
    assert tail_loss({"step": [10], "loss": [4.0]}, 100) == 4.0


def test_a_network_that_is_not_of_keras_is_measured_by_differences():
    """The readout is named as unchecked, the states are measured, and JSON holds no NaN."""
    run = seqtasks.run("prev-bit", model=ElmanModel(), trainer=Still(), steps=400, progress=False)
    diagnosis = run.explain()
    assert diagnosis.verdict == "not learned"
    assert any("Elman does not consist of Keras layers" in sentence for sentence in diagnosis.unchecked)
    assert any("The trainer Still has no learning rate" in sentence for sentence in diagnosis.unchecked)
    record = json.loads(diagnosis.to_json())
    measured = {each["name"]: each for each in record["measurements"]}
    assert len(measured["credit-assignment"]["data"]["lag"]) == len(measured["credit-assignment"]["data"]["norm"])
    assert 0 < measured["memory-capacity"]["value"] < 3.1  # three units


@pytest.mark.tensorflow
def test_the_question_is_answered_and_repaired(tmp_path):
    """Readout and window are named, what each brings is measured, and the page needs nothing else."""
    diagnosis = seqtasks.explain(
        "prev-bit",
        model="gru:readout=none,units=8",
        trainer="online:window=1",
        steps=8000,
        try_changes=True,
        progress=False,
    )
    assert diagnosis.verdict == "not learned"
    assert {fault.name for fault in diagnosis.faults} == {"missing-readout", "truncated-gradient"}
    tried = {attempt.faults: attempt for attempt in diagnosis.attempts.tried}
    assert len(tried) == 4
    assert tried[()].skill.high < 0.1
    assert tried["truncated-gradient", "missing-readout"].helps
    assert diagnosis.attempts.answer.skill.value > 0.9
    assert "seqtasks run prev-bit --model gru:units=8" in diagnosis.attempts.answer.change
    measured = {each.name: each for each in diagnosis.measurements}
    assert measured["credit-assignment"].value == 0
    assert measured["readable-targets"].value > 0.5
    assert "the readout cannot read it" in measured["readable-targets"].sentence

    diagnosis.to_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") == 4
    assert "http" not in page.replace("http-equiv", "")
    assert "missing-readout" in page
    with pytest.raises(UsageError, match=r"does not end in \.html"):
        diagnosis.to_html(tmp_path / "page.txt")


@pytest.mark.tensorflow
def test_a_network_that_has_learned_has_no_fault():
    """The healthy twin, and the task that needs no memory."""
    run = seqtasks.run("prev-bit", model="gru:units=8", trainer="online", steps=12000, progress=False)
    diagnosis = run.explain()
    assert (diagnosis.verdict, diagnosis.faults) == ("learned", ())
    assert diagnosis.unchecked == ()
    without = seqtasks.run("same-bit", model="gru:units=8", trainer="online", steps=6000, progress=False).explain()
    assert [fault.name for fault in without.faults] == ["no-memory-needed"]


@pytest.mark.tensorflow
@pytest.mark.parametrize(("rate", "name"), [(1.7, "learning-rate-high"), (2e-5, "learning-rate-low")])
def test_a_wrong_learning_rate_is_named(rate, name):
    """Copies at other rates learn in the same number of steps."""
    run = seqtasks.run(
        "prev-bit", model="gru:units=8", trainer="online", steps=6000, learning_rate=rate, progress=False
    )
    first = run.explain().faults[0]
    assert first.name == name
    assert (first.evidence["better"] < rate) == (name == "learning-rate-high")
    assert f"optimizer.learning_rate={first.evidence['better']:.3g}" in first.change


def test_arguments_that_do_not_belong_together():
    """Data with a task, a task without a model, and a trainer with a Keras model."""
    with pytest.raises(UsageError, match="belong to a Keras model"):
        seqtasks.explain("prev-bit", np.ones(3), model="gru")
    with pytest.raises(UsageError, match="'prev-bit' has neither data nor a model"):
        seqtasks.explain("prev-bit")
    with pytest.raises(UsageError, match="trainer belongs to a task"):
        seqtasks.explain(object(), np.ones(3), np.ones(3), trainer="online")
