"""A run is claimed by one process, executed, and stored once."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace

import pytest

from seqtasks.catalogue.required import RequiredPlugin
from seqtasks.catalogue.versions import installed_version
from seqtasks.store import schema, worker
from seqtasks.store.query import Selection, stored_in_full, stored_results, stored_runs
from seqtasks.store.run_store import Outcome, RunStore


def test_a_stored_run_comes_back_with_its_request_record_and_curve(store, path, request_of, done):
    """To the bit, and its columns are those of the record."""
    request = request_of(3)
    assert store.claim(request) == "claimed"
    assert store.finish(request, done(request, 0.96))
    ((again, result),) = stored_results(path)
    assert (again, again.labels, result) == (request, request.labels, done(request, 0.96).result)
    (row,) = stored_runs(path)
    assert (row.key, row.status, row.solved, row.loss, row.seconds, row.steps) == (
        request.key(),
        "done",
        True,
        0.1875 * (1 - 0.96),
        2.0,
        500,
    )
    assert (row.task, row.model, row.trainer, row.seed) == ("prev-bit", "gru:units=8", "online", 3)
    ((_, bare),) = stored_results(path, curves=False)
    assert bare == replace(result, history={"step": [], "loss": []})


def test_a_run_is_claimed_once(store, path, request_of, done):
    """Neither by a second process while the first executes it, nor by anybody when it is stored."""
    with RunStore(path) as other:
        assert store.claim(request_of(0)) == "claimed"
        assert other.claim(request_of(0)) == "elsewhere"
        store.finish(request_of(0), done(request_of(0)))
        assert (store.claim(request_of(0)), other.claim(request_of(0))) == ("stored", "stored")
        assert other.claim(request_of(1)) == "claimed"


def test_only_the_holder_of_a_claim_stores_an_outcome(store, path, request_of, done):
    """A second process and a second outcome change nothing."""
    with RunStore(path) as other:
        store.claim(request_of(0))
        assert not other.finish(request_of(0), done(request_of(0), 0.1))
        assert store.finish(request_of(0), done(request_of(0), 0.2))
        assert not store.finish(request_of(0), done(request_of(0), 0.3))
    assert stored_runs(path)[0].skill == 0.2


@pytest.mark.parametrize("status", ["failed", "hung"])
def test_a_failure_is_claimed_again_only_if_that_is_asked_for(store, path, request_of, status):
    """The attempts are counted, and the list shows the sentence of the error without its traceback."""
    store.claim(request_of(0))
    store.finish(request_of(0), Outcome(status, error="It broke.\nTraceback ...", versions={"python": "3.11"}))
    assert store.claim(request_of(0)) == "stored"
    (row,) = stored_runs(path)
    assert (row.status, row.error, row.attempts, row.skill) == (status, "It broke.", 1, None)
    assert store.claim(request_of(0), again=["failed", "hung"]) == "claimed"
    (row,) = stored_runs(path)
    assert (row.status, row.error, row.attempts) == ("running", None, 2)


def test_a_closed_store_gives_its_claims_back(path, request_of):
    """An interrupted benchmark leaves no row of a run that has not ended."""
    with RunStore(path) as store:
        store.claim(request_of(0))
        assert [run.status for run in stored_runs(path)] == ["running"]
    assert stored_runs(path) == []


@pytest.mark.parametrize("status", ["failed", "hung"])
@pytest.mark.parametrize("killed", [False, True])
def test_an_interrupted_retry_leaves_the_failure(path, request_of, status, killed):
    """With its traceback, attempts, times and versions, also if a killed process had claimed it in between."""
    request, again = request_of(0), ["failed", "hung"]
    with RunStore(path) as store:
        store.claim(request)
        store.finish(request, Outcome(status, error="It broke.\nTraceback ...", versions={"python": "3.11"}))
    before = list(stored_in_full(path))
    if killed:
        subprocess.run([sys.executable, "-c", CLAIM_AND_DIE, path, request.to_json(), *again], check=False)
        assert stored_runs(path)[0].status == "abandoned"
    with RunStore(path) as store:
        assert store.claim(request, again) == "claimed"
        assert store.claim(request, again) == "claimed"
        store.claim(request_of(1))
        assert [run.status for run in stored_runs(path)] == ["running", "running"]
    assert list(stored_in_full(path)) == before
    assert (before[0]["status"], before[0]["error"]) == (status, "It broke.\nTraceback ...")
    with RunStore(path) as store:
        assert store.claim(request) == "stored"


def test_a_retry_that_ends_replaces_the_failure(path, request_of, done):
    """Nothing of the failure comes back when the store is closed, and none of another process's claims changes."""
    request = request_of(0)
    with RunStore(path) as other, RunStore(path) as store:
        for seed in (0, 1):
            store.claim(request_of(seed))
            store.finish(request_of(seed), Outcome("failed", error="It broke."))
        assert other.claim(request_of(1), ["failed"]) == "claimed"
        store.claim(request, ["failed"])
        assert store.finish(request, done(request, 0.5))
        store.close()
        assert [(run.status, run.error, run.attempts) for run in stored_runs(path)] == [
            ("done", None, 2),
            ("running", None, 2),
        ]
    assert [(run.status, run.error, run.attempts) for run in stored_runs(path)] == [
        ("done", None, 2),
        ("failed", "It broke.", 1),
    ]


def test_a_store_of_version_1_is_migrated(path, request_of):
    """Its runs stay as they are, and an interrupted retry leaves the failure there, too."""
    failed = request_of(0)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.executescript(schema.MIGRATIONS[0])
        old.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        old.execute("PRAGMA user_version = 1")
        old.execute(
            "INSERT INTO run (key, status, task, model, trainer, seed, steps, error, attempts, started, finished) "
            "VALUES (?, 'failed', ?, ?, ?, 0, 500, 'It broke.', 1, 1.0, 2.0)",
            [failed.key(), *failed.specs],
        )
        old.execute("INSERT INTO record (key, request, versions) VALUES (?, ?, '{}')", [failed.key(), failed.to_json()])
    before = list(stored_in_full(path))
    with RunStore(path) as store:
        assert list(stored_in_full(path)) == before
        assert store.claim(request_of(0), ["failed"]) == "claimed"
    assert list(stored_in_full(path)) == before
    assert before[0]["error"] == "It broke."
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)


def test_the_version_is_stored_of_a_run_whose_process_ended(store, path, request_of):
    """Its outcome has no versions, but its key is that of the installed version."""
    store.claim(request_of(0))
    store.finish(request_of(0), Outcome("hung", error="It took too long."))
    (full,) = stored_in_full(path)
    assert full["versions"] == {"seqtasks": installed_version("seqtasks")}


CLAIM_AND_DIE = """
import os, signal, sys
from seqtasks.running.request import RunRequest
from seqtasks.store.run_store import RunStore

RunStore(sys.argv[1]).claim(RunRequest.from_json(sys.argv[2]), sys.argv[3:])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_claim_of_a_killed_process_is_void_at_once(store, path, request_of, done):
    """Its run is shown as abandoned, and the next process claims it; it does not wait for the heartbeat to age."""
    subprocess.run([sys.executable, "-c", CLAIM_AND_DIE, path, request_of(0).to_json()], check=False)
    (row,) = stored_runs(path)
    assert row.status == "abandoned"
    assert stored_runs(path, Selection(status="running")) == []
    assert [run.seed for run in stored_runs(path, Selection(status="abandoned"))] == [0]
    assert store.claim(request_of(0)) == "claimed"
    assert stored_runs(path)[0].attempts == 2


def test_the_claim_of_another_machine_is_void_without_a_heartbeat(store, path, request_of, done, monkeypatch):
    """After LEASE seconds; and the first process, when it wakes up, stores nothing."""
    monkeypatch.setattr(worker, "_host", lambda: "far away")
    with RunStore(path) as far:
        far.claim(request_of(0))
        monkeypatch.undo()
        assert store.claim(request_of(0)) == "elsewhere"
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + worker.LEASE + 1)
        assert store.claim(request_of(0)) == "claimed"
        assert not far.finish(request_of(0), done(request_of(0), 0.1))
        assert store.finish(request_of(0), done(request_of(0), 0.2))


def test_a_process_that_exists_is_not_gone():
    """Whoever owns it; one that never existed is."""
    here = worker.Worker.here()
    assert not worker.is_gone(here.host, os.getpid(), time.time())
    assert not worker.is_gone(here.host, 1, time.time())
    assert worker.is_gone(here.host, 2**22 + 1, time.time())
    assert not worker.is_gone("elsewhere", 2**22 + 1, time.time())


def test_runs_are_deleted_but_not_from_under_a_process(store, path, request_of, done):
    """A run in progress stays; an unknown key is no error."""
    for seed in range(3):
        store.claim(request_of(seed))
    store.finish(request_of(0), done(request_of(0)))
    keys = [request_of(seed).key() for seed in range(2)]
    assert store.delete([*keys, "unknown"]) == 1
    assert [run.seed for run in stored_runs(path)] == [1, 2]
    assert list(stored_results(path)) == []


def test_another_store_is_merged_without_what_is_here(store, path, tmp_path, request_of, done):
    """What has ended here stays, what has ended there comes, also in place of a claim of nobody."""
    with RunStore(tmp_path / "other.sqlite") as other:
        for seed, skill in ((0, 0.1), (1, 0.2), (2, 0.3)):
            other.claim(request_of(seed))
            other.finish(request_of(seed), done(request_of(seed), skill))
        other.claim(request_of(3))
        store.claim(request_of(0))
        store.finish(request_of(0), done(request_of(0), 0.9))
        assert store.merge(tmp_path / "other.sqlite") == 2
        assert store.merge(tmp_path / "other.sqlite") == 0
    assert [(run.seed, run.skill) for run in stored_runs(path)] == [(0, 0.9), (1, 0.2), (2, 0.3)]
    assert [result.history["loss"][1] for _, result in stored_results(path)] == [0.1, 1.1, 2.1]


def test_a_plugin_is_among_the_versions(store, path, request_of, done):
    """A plugin's version is part of the key, too, so that a changed plugin runs again."""
    old, new = (replace(request_of(0), plugins=(RequiredPlugin("mine", version),)) for version in ("1", "2"))
    store.claim(old)
    store.finish(old, done(old))
    assert store.claim(new) == "claimed"
    ((versions,),) = store._connection.execute("SELECT versions FROM record WHERE key = ?", [old.key()])
    assert '"plugin:mine": "1"' in versions


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), 4),
        (Selection(task="delay"), 2),
        (Selection(task="delay:lag=3"), 1),
        (Selection(task="del"), 0),
        (Selection(model="gru"), 3),
        (Selection(model="gru:units=8", status="done"), 1),
        (Selection(trainer="online"), 4),
        (Selection(trainer="rtrl"), 0),
        (Selection(status="failed"), 1),
    ],
)
def test_runs_are_selected_by_name_or_spec(store, path, request_of, done, selection, found):
    """A name selects every spec of that name; a part of a name selects nothing."""
    kinds = [("delay:lag=3", "gru"), ("delay:lag=4", "gru:units=8"), ("prev-bit", "gru:units=8"), ("prev-bit", "lstm")]
    for task, model in kinds:
        request = replace(request_of(0), task=task, labels={"task": task, "model": model, "trainer": "online"})
        request = replace(request, model=model)
        store.claim(request)
        store.finish(
            request, Outcome("failed", error="No.") if task == "prev-bit" and "gru" in model else done(request)
        )
    assert len(stored_runs(path, selection)) == found
