"""What can be wrong with a store is one sentence with its path, and the next step."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from seqtasks.errors import DataError
from seqtasks.store import connection
from seqtasks.store.connection import reading, use_wal, writing
from seqtasks.store.failures import named
from seqtasks.store.query import stored_runs
from seqtasks.store.run_store import RunStore
from seqtasks.store.schema import VERSION


def changed(path, statement):
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement)


def raised(work, *words):
    """The message holds all the words, and there is a hint."""
    with pytest.raises(DataError) as caught:
        work()
    assert [word for word in words if word not in caught.value.message] == []
    return caught.value.hint


def test_a_store_of_a_newer_version(store, path):
    """Neither read nor written, and nothing in it changes."""
    store.close()
    changed(path, f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    for work in (lambda: RunStore(path), lambda: stored_runs(path)):
        hint = raised(work, str(path), f"schema {VERSION + 1}", f"up to {VERSION}")
        assert "Install the seqtasks that wrote it" in hint
    assert path.read_bytes() == before


def test_a_database_of_another_program(path):
    """Its tables stay as they are."""
    changed(path, "CREATE TABLE bookmarks (url)")
    for work in (lambda: RunStore(path), lambda: stored_runs(path)):
        assert "--store" in raised(work, str(path), "another program")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


@pytest.mark.parametrize("content", [b"key,task\n" * 1000, b"x"])
def test_a_file_that_is_no_database(path, content):
    """It is not overwritten."""
    path.write_bytes(content)
    for work in (lambda: RunStore(path), lambda: stored_runs(path)):
        assert "--store" in raised(work, str(path), "not a store of runs")
    assert path.read_bytes() == content


def test_an_empty_file_is_a_new_store_but_holds_no_runs_to_read(path):
    """As a file that mktemp created."""
    path.touch()
    assert "--store" in raised(lambda: stored_runs(path), str(path), "empty")
    RunStore(path).close()
    assert stored_runs(path) == []


def test_a_store_that_is_not_there(path):
    """Reading does not create it."""
    assert "seqtasks bench" in raised(lambda: stored_runs(path), str(path), "no store")
    assert not path.exists()


def test_a_damaged_store(store, path, request_of, done):
    """Pages in the middle of the file are overwritten; the hint names the way to save the rest."""
    for seed in range(100):
        store.claim(request_of(seed))
        store.finish(request_of(seed), done(request_of(seed)))
    store.close()
    content = bytearray(path.read_bytes())
    content[4096 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4096)
    path.write_bytes(content)
    assert ".recover" in raised(lambda: stored_runs(path), str(path), "damaged")


def test_a_full_disk(store, path, request_of, done):
    """What was stored before stays, and the store goes on when there is room again."""
    store.claim(request_of(0))
    store.finish(request_of(0), done(request_of(0)))
    ((pages,),) = store._connection.execute("PRAGMA page_count")
    store._connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill():
        for seed in range(1, 1000):
            store.claim(request_of(seed))
            store.finish(request_of(seed), done(request_of(seed)))

    assert "Free some space" in raised(fill, str(path), "full")
    store._connection.execute("PRAGMA max_page_count = 100000")
    before = stored_runs(path)
    assert before[0].status == "done"
    assert store.claim(request_of(5000)) == "claimed"
    assert len(stored_runs(path)) == len(before) + 1


def test_a_folder_that_does_not_exist(tmp_path):
    """The sentence names the store."""
    path = tmp_path / "nowhere" / "runs.sqlite"
    assert "--store" in raised(lambda: RunStore(path), str(path), "cannot be opened")


def test_a_store_that_cannot_be_written(store, path, request_of, done, monkeypatch):
    """SQLite reports it when the first change is written; the runs can still be read."""
    store.claim(request_of(0))
    store.finish(request_of(0), done(request_of(0)))
    store.close()
    real = sqlite3.connect
    monkeypatch.setattr(
        connection.sqlite3, "connect", lambda place, **rest: real(f"file:{place}?mode=ro", uri=True, **rest)
    )

    def claim():
        with RunStore(path) as opened:
            opened.claim(request_of(1))

    assert "--store" in raised(claim, str(path), "cannot be written", "readonly")
    monkeypatch.undo()
    assert len(stored_runs(path)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="the permissions of a folder do not hold for root")
def test_a_store_in_a_folder_without_permission_is_read(store, path, request_of, done):
    """Where SQLite cannot create the file of its locks."""
    store.claim(request_of(0))
    store.finish(request_of(0), done(request_of(0)))
    store.close()
    path.parent.chmod(0o500)
    try:
        assert len(stored_runs(path)) == 1
        assert "--store" in raised(lambda: RunStore(path).claim(request_of(1)), str(path))
    finally:
        path.parent.chmod(0o700)


def test_a_file_system_without_shared_memory(tmp_path):
    """SQLite's own locks by files stand in for it: its write-ahead log is refused there."""
    path = tmp_path / "runs.sqlite"
    with closing(sqlite3.connect(f"file:{path}?vfs=unix-dotfile", uri=True, isolation_level=None)) as remote:
        assert "local disk" in raised(lambda: use_wal(remote, path), str(path), "no shared memory or locks")


@pytest.mark.parametrize("code", ["SQLITE_IOERR", "SQLITE_PROTOCOL"])
def test_a_network_file_system_whose_locks_fail(path, code):
    """The hint says where such errors come from."""

    def work():
        with named(path):
            error = sqlite3.OperationalError("locking protocol")
            error.sqlite_errorcode = getattr(sqlite3, code) | 15 << 8  # an extended code
            raise error

    assert "local disk" in raised(work, str(path), "locking protocol")


def test_a_lock_that_stays(path, monkeypatch):
    """After the time that a process waits for it."""
    writing(path).close()
    monkeypatch.setattr(connection, "PATIENCE", 0.05)
    with closing(writing(path)) as first, closing(writing(path)) as second:
        first.execute("BEGIN IMMEDIATE")

        def work():
            with named(path):
                second.execute("BEGIN IMMEDIATE")

        assert "End the process" in raised(work, str(path), "locked")


def test_a_reader_does_not_wait_for_a_writer(store, path, request_of):
    """A list is complete while a transaction is under way."""
    store.claim(request_of(0))
    store._connection.execute("BEGIN IMMEDIATE")
    store._connection.execute("DELETE FROM run")
    assert len(stored_runs(path)) == 1
    store._connection.execute("ROLLBACK")


def test_a_path_with_signs_of_a_uri(tmp_path, request_of):
    """Question marks, percent and number signs are part of the name."""
    path = tmp_path / "a?b%20c#d.sqlite"
    with RunStore(path) as store:
        store.claim(request_of(0))
        assert len(stored_runs(path)) == 1
    assert Path(path).is_file()
    reading(path).close()
