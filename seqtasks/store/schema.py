"""The tables of a store, and the steps from each version of the schema to the next."""

import sqlite3
from pathlib import Path
from typing import Final

from seqtasks.errors import DataError
from seqtasks.store.failures import ELSEWHERE

APPLICATION: Final = 0x5EC7A5C5  # in the header of each store, so that no other database is taken for one

# The runs are apart from their records, so that a list of 100,000 runs reads only a few bytes of each.
_FIRST: Final = """
CREATE TABLE worker (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    heartbeat REAL NOT NULL          -- seconds since 1970
) WITHOUT ROWID;
CREATE TABLE run (
    key TEXT PRIMARY KEY,            -- RunRequest.key()
    status TEXT NOT NULL CHECK (status IN ('running', 'done', 'diverged', 'failed', 'hung')),
    task TEXT NOT NULL,              -- the specs as they are displayed
    model TEXT NOT NULL,
    trainer TEXT NOT NULL,
    seed INTEGER NOT NULL,
    steps INTEGER,                   -- of the training; of the budget until then
    parameters INTEGER,
    loss REAL,
    skill REAL,
    solved INTEGER,
    seconds REAL,
    error TEXT,                      -- of a run that failed or hung: a sentence, then the traceback
    attempts INTEGER NOT NULL,
    started REAL NOT NULL,           -- seconds since 1970
    finished REAL,
    worker TEXT REFERENCES worker (id)
) WITHOUT ROWID;
CREATE INDEX run_specs ON run (task, model, trainer, seed);
CREATE TABLE record (
    key TEXT PRIMARY KEY REFERENCES run (key) ON DELETE CASCADE,
    request TEXT NOT NULL,           -- RunRequest.to_json()
    record TEXT,                     -- Result.to_json(history=False)
    curve TEXT,                      -- Result.history, the training curve
    versions TEXT NOT NULL           -- of the libraries, and of the plugins as plugin:NAME
);
"""
_SECOND: Final = """
CREATE TABLE earlier (               -- how a claimed run failed before, until it ends again
    key TEXT PRIMARY KEY REFERENCES run (key) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('failed', 'hung')),
    error TEXT,
    attempts INTEGER NOT NULL,
    started REAL NOT NULL,
    finished REAL,
    versions TEXT NOT NULL
) WITHOUT ROWID;
"""
MIGRATIONS: Final = (
    _FIRST,
    _SECOND,
)  # the n-th brings a store of version n to version n + 1; an empty file has version 0
VERSION: Final = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a store's schema; 0 of an empty file.

    Raises:
        DataError: If the database is not a store, or a newer seqtasks wrote it.
    """
    # Tables first: if another process makes a store of the file meanwhile, a table that is seen has its mark already.
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_master")
    ((application,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    if application not in (0, APPLICATION) or (application == 0 and tables):
        raise DataError(f"{path} is not a store of runs, but the database of another program.", ELSEWHERE)
    if version > VERSION:
        raise DataError(
            f"The store {path} has schema {version}, and this seqtasks knows schemas up to {VERSION}.",
            f"Install the seqtasks that wrote it. {ELSEWHERE}",
        )
    return int(version)


def check_not_empty(connection: sqlite3.Connection, path: Path) -> None:
    """Check a store that is only read.

    Raises:
        DataError: If the file is empty, is not a store, or a newer seqtasks wrote it.
    """
    if version_of(connection, path) == 0:
        raise DataError(f"{path} is not a store of runs: the file is empty.", ELSEWHERE)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a store to the current schema, in one transaction: several processes may open a new store at once.

    Raises:
        DataError: If the database is not a store, or a newer seqtasks wrote it.
    """
    if version_of(connection, path) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for steps in MIGRATIONS[version_of(connection, path) :]:
            for statement in steps.split(";\n"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
