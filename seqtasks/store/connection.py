"""Connections to a store: to write with others, or to read while others write."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from seqtasks.errors import DataError
from seqtasks.store.failures import ELSEWHERE, is_busy, named
from seqtasks.store.schema import check_not_empty, migrate

PATIENCE: Final = 60.0  # seconds to wait for a lock, which other processes hold for milliseconds
MAGIC: Final = b"SQLite format 3\0"
PAUSE: Final = 0.02  # seconds between two attempts, where SQLite does not wait by itself

T = TypeVar("T")


def writing(path: Path) -> sqlite3.Connection:
    """A connection to a store that writes; a new file becomes a store.

    Args:
        path: The store.

    Raises:
        DataError: If the file cannot be written, is not a store, or its file system has no locks.
    """
    _check_magic(path)
    with named(path):
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        try:
            migrate(connection, path)
            use_wal(connection, path)
            # A power cut may lose the last runs, which are then run again; it does not damage the file.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def reading(path: Path) -> sqlite3.Connection:
    """A connection to a store that only reads, even if its folder cannot be written.

    Args:
        path: The store.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    if not path.is_file():
        raise DataError(
            f"There is no store {path}.", "Run seqtasks bench to create it, or name another one: --store FILE."
        )
    _check_magic(path)
    with named(path):
        try:
            connection = _opened_to_read(path, "mode=ro")
        except sqlite3.OperationalError:
            if path.with_name(f"{path.name}-wal").exists():
                raise
            connection = _opened_to_read(path, "immutable=1")  # SQLite cannot create its lock file in the folder
    return connection


def _check_magic(path: Path) -> None:
    """Check the first bytes: SQLite takes a file of a few bytes for an empty database, and would overwrite it.

    Raises:
        DataError: If the file is neither a database nor empty.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError:
        return  # SQLite says why, or creates the file
    if start not in (b"", MAGIC):
        raise DataError(f"{path} is not a store of runs: the file is not a database.", ELSEWHERE)


def _opened_to_read(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.resolve()))}?{how}", uri=True, timeout=PATIENCE, isolation_level=None
    )
    try:
        check_not_empty(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def use_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Turn on the write-ahead log, with which others read while one process writes.

    Args:
        connection: To the store.
        path: The store.

    Raises:
        DataError: If its file system does not support that.
    """
    ((mode,),) = _patient(lambda: connection.execute("PRAGMA journal_mode = WAL").fetchall())
    if mode != "wal":
        raise DataError(
            f"Several processes cannot share the store {path}, because its file system has no shared memory or locks.",
            "Network file systems often lack them. Choose a store on a local disk: --store FILE.",
        )


def _patient(work: Callable[[], T]) -> T:
    """Repeat what SQLite gives up at once if another process holds a lock."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
        time.sleep(PAUSE)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the statements, or none; no other process writes meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # SQLite has ended it if the disk is full
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
