"""Errors of SQLite become sentences that name the store and the next step."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from seqtasks.errors import DataError

ELSEWHERE: Final = "Choose another store: --store FILE, or the variable SEQTASKS_STORE."
PRIMARY: Final = 0xFF  # SQLite's extended codes hold the primary code in the lowest byte

# By primary code: what is wrong with the store, and the next step. {path} is the store, {error} is SQLite's message.
_SENTENCES: Final = {
    sqlite3.SQLITE_FULL: (
        "The disk of the store {path} is full.",
        "Free some space, and run the command again: the stored runs are kept.",
    ),
    sqlite3.SQLITE_READONLY: ("The store {path} cannot be written: {error}.", ELSEWHERE),
    sqlite3.SQLITE_PERM: ("The store {path} cannot be opened: {error}.", ELSEWHERE),
    sqlite3.SQLITE_CANTOPEN: ("The store {path} cannot be opened: {error}.", ELSEWHERE),
    sqlite3.SQLITE_NOTADB: ("{path} is not a store of runs: {error}.", ELSEWHERE),
    sqlite3.SQLITE_CORRUPT: (
        "The store {path} is damaged: {error}.",
        "Save its readable part: sqlite3 {path} .recover | sqlite3 NEW. Then use --store NEW.",
    ),
    sqlite3.SQLITE_BUSY: (
        "The store {path} stays locked by another process.",
        "End the process that holds it, or choose another store: --store FILE.",
    ),
    sqlite3.SQLITE_PROTOCOL: (
        "The store {path} cannot be locked: {error}.",
        "Network file systems often have no locks. Choose a store on a local disk: --store FILE.",
    ),
    sqlite3.SQLITE_IOERR: (
        "The store {path} cannot be read or written: {error}.",
        "Network file systems often have no locks. Choose a store on a local disk: --store FILE.",
    ),
}


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turn errors of SQLite into errors that name the store.

    Args:
        path: The store.

    Raises:
        DataError: If the store cannot be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & PRIMARY
        message, hint = _SENTENCES.get(code, ("The store {path} cannot be used: {error}.", ELSEWHERE))
        raise DataError(message.format(path=path, error=error), hint.format(path=path)) from error


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process holds a lock."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & PRIMARY == sqlite3.SQLITE_BUSY
