"""``seqtasks runs``: what is in a store, for readers, programs and other stores."""

import csv
import json
from dataclasses import replace

import pandas as pd
import pytest
from support.store_work import outcome

import seqtasks as package
from seqtasks.catalogue.host import Host
from seqtasks.running.request import RunRequest
from seqtasks.store.location import store_path
from seqtasks.store.query import stored_runs
from seqtasks.store.run_store import Outcome, RunStore


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A store of four runs, one of which has failed; the variable names it."""
    path = tmp_path / "runs.sqlite"
    monkeypatch.setenv("SEQTASKS_STORE", str(path))
    host = Host.start(environ={})
    with RunStore(path) as store:
        for task in ("prev-bit", "delay:lag=3"):
            for seed in range(2):
                request = RunRequest.of(host, task, "gru:units=8", "online", steps=500, seed=seed)
                store.claim(request)
                store.finish(request, outcome(request))
        failed = replace(request, seed=2)
        store.claim(failed)
        store.finish(failed, Outcome("failed", error="There is no room.\nTraceback (most recent call last):"))
    return path


def test_runs_are_listed(seqtasks, path):
    """A line for each run under column heads, with the sentence of an error."""
    done = seqtasks("runs")
    head, *lines = done.out.splitlines()
    assert head.split() == ["task", "model", "trainer", "seed", "status", "skill", "parameters", "steps", "error"]
    assert [line.split()[:5] for line in lines] == [
        ["delay:lag=3", "gru:units=8", "online", "0", "done"],
        ["delay:lag=3", "gru:units=8", "online", "1", "done"],
        ["delay:lag=3", "gru:units=8", "online", "2", "failed"],
        ["prev-bit", "gru:units=8", "online", "0", "done"],
        ["prev-bit", "gru:units=8", "online", "1", "done"],
    ]
    assert lines[2].endswith("There is no room.")
    assert "Traceback" not in done.out


def test_runs_are_filtered_and_printed_as_json(seqtasks, path):
    """The fields of each run as plain values."""
    found = json.loads(seqtasks("runs", "--task", "delay", "--status", "done", "--json").out)
    assert [(run["seed"], run["skill"], run["solved"], run["error"]) for run in found] == [
        (0, 0.5, False, None),
        (1, 0.5, False, None),
    ]
    assert json.loads(seqtasks("runs", "--model", "lstm", "--json").out) == []


def test_runs_are_shown_in_full(seqtasks, path):
    """The record and the curve of a run that is done, the traceback of one that has failed."""
    first, second, failed = json.loads(seqtasks("runs", "--task", "delay", "show").out)
    assert first["record"]["skill"] == first["skill"] == 0.5
    assert [second["curve"]["loss"], second["request"]["seed"]] == [[0.2, 1.1], 1]
    assert (failed["record"], failed["curve"], failed["request"]["seed"]) == (None, None, 2)
    assert failed["error"] == "There is no room.\nTraceback (most recent call last):"


def test_runs_are_compared(seqtasks, path):
    """A line for each task, model and trainer; a run without a record is counted apart."""
    found = json.loads(seqtasks("runs", "--json", "compare").out)
    assert [(line["task"], line["runs"], line["failed"], line["solved"], line["skill"]) for line in found] == [
        ("delay:lag=3", 2, 1, 0, 0.5),
        ("prev-bit", 2, 0, 0, 0.5),
    ]
    assert seqtasks("runs", "compare").out.splitlines()[1].split() == [
        *("delay:lag=3", "gru:units=8", "online", "500", "265", "2", "+", "1", "failed", "0", "of", "2"),
        *("(0.00", "to", "0.66)", "0.500"),
    ]


def test_runs_are_exported(seqtasks, path, tmp_path):
    """The three formats hold the same figures, and a file of another kind is not replaced."""
    for ending, read in ((".csv", pd.read_csv), (".parquet", pd.read_parquet)):
        file = str(tmp_path / f"out{ending}")
        assert "2 runs" in seqtasks("runs", "--task", "prev-bit", "export", file).err
        assert read(file)[["seed", "skill", "parameters"]].values.tolist() == [[0, 0.5, 265], [1, 0.5, 265]]
        assert seqtasks("runs", "export", file).code == 0  # our own files are replaced
    seqtasks("runs", "export", str(tmp_path / "out.json"))
    assert json.loads((tmp_path / "out.json").read_text()) == [run.record() for run in stored_runs(path)]
    with (tmp_path / "out.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 5
    (tmp_path / "mine.csv").write_text("a,b\n")
    refused = seqtasks("runs", "export", str(tmp_path / "mine.csv"))
    assert (refused.code, "--force" in refused.err, (tmp_path / "mine.csv").read_text()) == (2, True, "a,b\n")
    wrong = seqtasks("runs", "export", str(tmp_path / "out.xls"))
    assert (wrong.code, ".csv, .parquet, .json" in wrong.err, "out.csv" in wrong.err) == (2, True, True)


def test_deleting_asks(seqtasks, path, monkeypatch):
    """Without --yes and without an answer nothing is deleted."""
    refused = seqtasks("runs", "--task", "prev-bit", "delete")
    assert refused.code != 0
    assert len(stored_runs(path)) == 5
    assert "2 runs deleted" in seqtasks("runs", "--task", "prev-bit", "delete", "--yes").err
    assert {run.task for run in stored_runs(path)} == {"delay:lag=3"}
    nothing = seqtasks("runs", "--task", "prev-bit", "delete", "--yes")
    assert (nothing.code, "No run" in nothing.err, "seqtasks runs" in nothing.err) == (1, True, True)


def test_another_store_is_imported(seqtasks, path, tmp_path):
    """Into the store that --store names, which is created."""
    other = str(tmp_path / "new.sqlite")
    assert "5 runs copied" in seqtasks("runs", "--store", other, "import", str(path)).err
    assert "0 runs copied" in seqtasks("runs", "--store", other, "import", str(path)).err
    assert stored_runs(other) == stored_runs(path)
    missing = seqtasks("runs", "import", str(tmp_path / "nowhere.sqlite"))
    assert (missing.code, "no store" in missing.err) == (1, True)


def test_a_wrong_status_and_a_missing_store(seqtasks, tmp_path, monkeypatch):
    """The statuses are listed, the nearest first; a missing store is not created."""
    wrong = seqtasks("runs", "--status", "faild")
    assert (wrong.code, "'faild'" in wrong.err, "Did you mean failed?" in wrong.err) == (2, True, True)
    missing = seqtasks("runs", "--store", str(tmp_path / "no.sqlite"))
    assert (missing.code, "no.sqlite" in missing.err, "seqtasks bench" in missing.err) == (1, True, True)
    assert list(tmp_path.iterdir()) == []


def test_the_store_of_a_project(seqtasks, tmp_path, monkeypatch):
    """In the folder of the nearest pyproject.toml, or in the current one."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").touch()
    monkeypatch.chdir(inner)
    assert store_path(None, {}) == tmp_path / "a" / "seqtasks-runs.sqlite"
    assert store_path(None, {"SEQTASKS_STORE": "x.sqlite"}).name == "x.sqlite"
    assert store_path("y.sqlite", {"SEQTASKS_STORE": "x.sqlite"}).name == "y.sqlite"


def test_runs_from_python(path):
    """A frame with a row for each run, and missing values where nothing is known."""
    frame = package.runs(path, task="delay")
    assert frame["skill"].tolist()[:2] == [0.5, 0.5]
    assert frame["skill"].isna().tolist() == [False, False, True]
    assert frame["solved"].isna().tolist() == [False, False, True]
    assert str(frame["started"].dtype).startswith("datetime64")
    assert len(package.runs(path, status="failed")) == 1
