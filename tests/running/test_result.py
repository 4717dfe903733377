"""The record of a run."""

import copy
import json
import math
import pickle
from dataclasses import fields, replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result, TrainedRun

RECORD = {
    "task": "prev-bit",
    "model": "gru:units=16",
    "trainer": "online:window=1",
    "seed": 3,
    "status": "done",
    "steps": 100,
    "updates": 99,
    "parameters": 929,
    "loss": 0.01,
    "loss_error": 0.001,
    "chance": 0.1875,
    "memoryless": 0.1875,
    "optimum": 0.0,
    "skill": 0.9466,
    "solved": False,
    "own_unit": None,
    "steps_per_second": 1e5,
    "seconds": {"load": 1.0, "compile": 1.5, "train": 0.1, "evaluate": 0.2},
    "history": {"step": [50, 100], "loss": [0.2, 0.1]},
    "versions": {"python": "3.11"},
}
maybe = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@given(maybe, st.lists(st.floats(allow_nan=False, allow_infinity=False)), st.booleans() | st.none())
def test_a_result_reads_back_as_itself(loss, curve, solved):
    """Through JSON, for any numbers."""
    made = Result(**RECORD | {"loss": loss, "history": {"step": [], "loss": curve}, "solved": solved})
    assert Result.from_json(made.to_json()) == made


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_null(number):
    """At any depth."""
    made = Result(**RECORD | {"loss": number, "history": {"step": [1], "loss": [number]}})
    record = json.loads(made.to_json())
    assert record["loss"] is None
    assert record["history"] == {"step": [1], "loss": [None]}


def test_a_trained_run_has_the_record_and_its_networks():
    """The record's fields are attributes; of several networks there is not the one."""
    one, other, request = object(), object(), RunRequest("prev-bit", "gru:units=16", "online:window=1")
    run = TrainedRun(request, Result(**RECORD), (one,), None)
    assert run.network is one
    assert (run.loss, run.status, run.history) == (0.01, "done", RECORD["history"])
    assert TrainedRun(request, Result(**RECORD), (one, other), None).network is None
    with pytest.raises(AttributeError):
        run.nothing  # noqa: B018 - asking is the test
    assert copy.copy(run).result == pickle.loads(pickle.dumps(replace(run, networks=()))).result


def test_a_run_prints_as_its_table():
    """With the specs as they were typed if those are known, else as recorded."""
    request = RunRequest("prev-bit", "gru:units=16", "online:window=1", labels={"model": "gru"})
    text = repr(TrainedRun(request, Result(**RECORD), (), None))
    assert text.splitlines()[:4] == [
        "task       prev-bit",
        "model      gru, 929 weights",
        "trainer    online:window=1, 100 steps, 99 updates, seed 3",
        "loss       0.0100 ± 0.0010 on fresh data",
    ]
    assert "model      gru:units=16, 929 weights" in repr(Result(**RECORD))


def test_html_holds_the_table_and_the_curve():
    """Well-formed; names are escaped; the curve goes through its points between chance and optimum."""
    result = Result(**RECORD | {"task": "<b>&"})
    root = ElementTree.fromstring(result._repr_html_())
    cells = {row[0].text: row[1].text for row in root.find("table")}
    assert cells["task"] == "<b>&"
    assert cells["skill"].startswith("0.947  not solved")
    points = root.find("svg").find("polyline").get("points")
    x, y = np.array([point.split(",") for point in points.split()], float).T
    assert x.tolist() == [180, 360]
    heights = 1.25 * 0.1875 * (1 - y / 120)
    assert heights == pytest.approx([0.2, 0.1], abs=1e-3)


def test_a_record_of_several_replicas_has_two_fields_more():
    """The share solved and each replica, which read back."""
    several = {
        "solved_share": {"solved": 1, "of": 2, "interval": [0.095, 0.905]},
        "replicas": [{"seed": 3, "loss": 0.1}, {"seed": 4, "loss": None}],
    }
    made = Result(**RECORD, **several)
    assert made.record() == RECORD | several
    absent = ("baselines", "metrics", "prequential", "interval", "series", "best_epoch")
    assert list(made.record()) == [f.name for f in fields(made) if f.name not in absent]
    assert Result.from_json(made.to_json()) == made


def test_history_that_is_left_out():
    """Of the run and of each replica; everything else stays, reads back, and the result itself keeps its curve."""
    curve = RECORD["history"]
    replicas = [{"seed": 3, "loss": 0.1, "history": curve}, {"seed": 4, "loss": None, "history": curve}]
    for more in ({}, {"solved_share": None, "replicas": replicas}):
        made = Result(**RECORD, **more)
        short = json.loads(made.to_json(history=False))
        assert "history" not in json.dumps(short)
        assert short.keys() == made.record().keys() - {"history"}
        assert (made.record()["history"], replicas[0]["history"]) == (curve, curve)
        read = Result.from_json(json.dumps(short))
        assert (read.history, read.loss) == ({"step": [], "loss": []}, made.loss)


BASELINES = {"mean": 0.5, "persistence": 0.2, "seasonal persistence": 0.3}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"loss": 0.19, "baselines": BASELINES}, None),
        ({"loss": 0.21, "baselines": BASELINES}, "The loss 0.2100 is above that of persistence, a forecast without"),
        ({"loss": 0.21, "baselines": BASELINES, "status": "diverged"}, None),
        ({"loss": 0.21}, None),
        ({"loss": None}, None),
    ],
)
def test_a_network_worse_than_none_is_warned_of(fields, words):
    """Next to baselines; a network that diverged is reported as such."""
    found = Result(**RECORD | {"chance": 0.2} | fields).warning
    assert found is None if words is None else found.startswith(words)


def test_baselines_are_printed_by_their_names():
    """Each in the loss's unit and the column's own."""
    unit = {"column": "load", "rmse": 3.0, "baselines": {name: 10 * loss for name, loss in BASELINES.items()}}
    prequential = {"loss": 0.1, "loss_error": 0.01, "skill": 0.5}
    interval = {"level": 0.9, "margins": [4.0, 2.0], "coverage": [0.93, 0.87]}
    also = {"own_unit": unit, "baselines": BASELINES, "prequential": prequential, "interval": interval}
    made = Result(**RECORD | {"chance": 0.2, **also})
    lines = repr(made).splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("chance"))
    assert lines[place - 2 : place + 4] == [
        "           ± 2 to 4 is the 90% interval, which holds 0.87 to 0.93 of the test part",
        "           0.1000 ± 0.0100 prequential, as it learns on in the test: skill 0.500",
        "chance     0.2000  persistence, the best forecast without a network",
        "           0.5000  mean, 5 in load",
        "           0.2000  persistence, 2 in load",
        "           0.3000  seasonal persistence, 3 in load",
    ]
    assert made.record()["baselines"] == BASELINES
    assert "baselines" not in Result(**RECORD).record()
