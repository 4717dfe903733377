"""The record of a run."""

import json
import math
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.running.result import Result

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
    """Through JSON, whatever numbers it holds."""
    made = Result(**RECORD | {"loss": loss, "history": {"step": [], "loss": curve}, "solved": solved})
    assert Result.from_json(made.to_json()) == made


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_null(number):
    """At any depth."""
    made = Result(**RECORD | {"loss": number, "history": {"step": [1], "loss": [number]}})
    record = json.loads(made.to_json())
    assert record["loss"] is None
    assert record["history"] == {"step": [1], "loss": [None]}


def test_the_network_is_no_part_of_the_record():
    """It is an attribute, in neither the record, the comparison nor the text; of several there is not the one."""
    one, other = object(), object()
    made = Result(**RECORD, networks=(one,))
    assert list(made.record()) == list(RECORD)
    assert made == Result(**RECORD)
    assert "network" not in repr(made)
    assert made.network is one
    assert Result(**RECORD).network is Result(**RECORD, networks=(one, other)).network is None


def test_a_record_of_several_replicas_has_two_fields_more():
    """The share solved and each replica, which read back."""
    several = {
        "solved_share": {"solved": 1, "of": 2, "interval": [0.095, 0.905]},
        "replicas": [{"seed": 3, "loss": 0.1}, {"seed": 4, "loss": None}],
    }
    made = Result(**RECORD, **several)
    assert made.record() == RECORD | several
    assert list(made.record()) == [f.name for f in fields(made) if f.compare]
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
