"""Runs of a store, and of results in memory."""

from dataclasses import replace

import pytest
from support.made_up_results import fill, horizon_results, request, result

from seqtasks.reports.source import ResultSource, StoreSource
from seqtasks.store.query import Selection


def without_keys(runs):
    return sorted(run._replace(key="", finished=None) for run in runs)


@pytest.fixture
def pairs():
    return horizon_results(seeds=3)


def test_a_store_and_its_results_are_the_same_runs(tmp_path, pairs):
    """Every field of a run but its key and its time is the same from a store and from memory."""
    path = fill(tmp_path / "runs.sqlite", pairs)
    assert without_keys(StoreSource(path).runs()) == without_keys(ResultSource(pairs).runs())


def test_facts_and_curves(tmp_path, pairs):
    """The request, the record and the curve of a run are those that were stored."""
    source = StoreSource(fill(tmp_path / "runs.sqlite", pairs))
    asked, made = pairs[0]
    key = asked.key()
    assert source.facts([key])[key].request["task"] == asked.task
    assert source.facts([key])[key].record["chance"] == made.chance
    assert source.curves([key, "none"]) == {key: (made.history["step"], made.history["loss"])}


def test_many_keys(tmp_path, pairs):
    """More keys than one query takes."""
    source = StoreSource(fill(tmp_path / "runs.sqlite", pairs))
    keys = [asked.key() for asked, _ in pairs]
    assert source.facts([*(str(n) for n in range(1000)), *keys]).keys() == set(keys)


def test_selection(tmp_path, pairs):
    """Filters choose runs, and so do the keys of a frame."""
    path = fill(tmp_path / "runs.sqlite", pairs)
    assert {run.method.model for run in StoreSource(path, Selection(model="gru")).runs()} == {"gru"}
    keys = [asked.key() for asked, _ in pairs[:2]]
    assert {run.key for run in StoreSource(path, keys=keys).runs()} == set(keys)


def test_budgets_tell_methods_apart():
    """500 steps, 3 epochs and float64 are in the method, and the trainer's own budget is not."""
    asked = request("delay", "gru")
    budgets = [
        {},
        {"steps": None, "epochs": 3},
        {"steps": None},
        {"dtype": "float64"},
    ]
    runs = ResultSource((replace(asked, **each), result(asked, 0.5)) for each in budgets).runs()
    assert [run.method.budget for run in runs] == ["500 steps", "3 epochs", "", "500 steps, float64"]


def test_replicas_are_runs(tmp_path):
    """Each of three replicas is a run with its own seed and skill, from memory and from a store."""
    asked = replace(request("delay", "gru", 5), replicas=3)
    each = {"status": "done", "loss": 0.1, "loss_error": None, "solved": False, "history": {"step": [], "loss": []}}
    replicas = [each | {"seed": 5 + n, "skill": 0.1 * n} for n in range(3)]
    made = result(asked, 0.1, replicas=replicas)
    for source in (ResultSource([(asked, made)]), StoreSource(fill(tmp_path / "runs.sqlite", [(asked, made)]))):
        assert [(run.seed, run.skill) for run in source.runs()] == [(5, 0.0), (6, 0.1), (7, 0.2)]
