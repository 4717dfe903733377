"""Parts of requests and records, read without the rest: what a report of many runs needs."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

from seqtasks.store.connection import reading
from seqtasks.store.failures import named
from seqtasks.store.query import Selection

MANY: Final = 500  # keys in one query; SQLite has a limit


class Budget(NamedTuple):
    """What the training of a run may cost, its precision, and the versions that it was made with.

    Attributes:
        key: The key of the run.
        steps: The budget in time steps; None for the trainer's own.
        epochs: The budget in passes over a fixed set.
        dtype: The precision.
        replicas: The record, if it holds several replicas.
        data: The digest of the user's file; empty without one.
        versions: The versions of the libraries and of the plugins, as JSON.
    """

    key: str
    steps: int | None
    epochs: int | None
    dtype: str
    replicas: str | None
    data: str
    versions: str


def stored_budgets(path: str | os.PathLike[str], selection: Selection | None = None) -> dict[str, Budget]:
    """The budget of each selected run, by its key.

    Args:
        path: The store.
        selection: Which runs; None for all.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    path = Path(path)
    where, values = (selection or Selection()).where()
    with closing(reading(path)) as connection, named(path):
        rows = connection.execute(
            "SELECT record.key, json_extract(request, '$.steps'), json_extract(request, '$.epochs'), "
            "coalesce(json_extract(request, '$.dtype'), 'float32'), "
            "CASE WHEN instr(record, '\"replicas\":') THEN record END, "
            "coalesce(json_extract(request, '$.data'), ''), versions "
            f"FROM record JOIN run ON run.key = record.key WHERE {where}",
            values,
        )
        return {row[0]: Budget._make(row) for row in rows}


def stored_records(path: str | os.PathLike[str], keys: Iterable[str]) -> Iterator[tuple[str, Any, Any]]:
    """The keys of some runs with their requests and their records as plain values; the record of a failed run is None.

    Args:
        path: The store.
        keys: The keys of the runs.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    for key, request, record in _rows(Path(path), "key, request, record", keys):
        yield key, json.loads(request), None if record is None else json.loads(record)


def stored_prequential(path: str | os.PathLike[str], keys: Iterable[str]) -> dict[str, float]:
    """The prequential skill of some runs, by key; runs without one are left out.

    Args:
        path: The store.
        keys: The keys of the runs.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    rows = _rows(Path(path), "key, json_extract(record, '$.prequential.skill')", keys)
    return {key: float(skill) for key, skill in rows if skill is not None}


def stored_curves(path: str | os.PathLike[str], keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The keys of some runs with their training curves; runs without one are left out.

    Args:
        path: The store.
        keys: The keys of the runs.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    for key, curve in _rows(Path(path), "key, curve", keys):
        if curve is not None:
            yield key, json.loads(curve)


def _rows(path: Path, columns: str, keys: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    with closing(reading(path)) as connection, named(path):
        listed = list(keys)
        for start in range(0, len(listed), MANY):
            some = listed[start : start + MANY]
            marks = ", ".join("?" * len(some))
            yield from connection.execute(f"SELECT {columns} FROM record WHERE key IN ({marks})", some)
