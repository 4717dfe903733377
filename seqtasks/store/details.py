"""Parts of requests and records, read without the rest: what a report of many runs needs."""

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

from seqtasks.store.connection import reading
from seqtasks.store.failures import named
from seqtasks.store.query import Selection

MANY: Final = 500  # keys in one query; SQLite has a limit

# SQLite reads the JSON of a record only if it has one of the two
_MEASURES: Final = (
    "CASE WHEN instr(record, '\"prequential\":') OR instr(record, '\"metrics\":') THEN json_object("
    "'prequential', json_extract(record, '$.prequential'), 'metrics', json_extract(record, '$.metrics')) END"
)


class Budget(NamedTuple):
    """What the training of a run may cost, its precision, and the versions that it was made with.

    Attributes:
        key: The key of the run.
        steps: The budget in time steps; None for the trainer's own.
        epochs: The budget in passes over a fixed set.
        dtype: The precision.
        replicas: The record, if it holds several replicas.
        data: The digest of the user's file; empty without one.
        seqtasks: The version of seqtasks; None if it is unknown.
        plugins: The ``name`` and the ``version`` of each plugin that the run needs, as JSON.
        measures: The parts of the record that :func:`measures_of` reads, as JSON; None without any.
    """

    key: str
    steps: int | None
    epochs: int | None
    dtype: str
    replicas: str | None
    data: str
    seqtasks: str | None
    plugins: str
    measures: str | None


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
            "coalesce(json_extract(request, '$.data'), ''), "
            # the column versions lies behind the curve, whose pages SQLite would have to read; that of a run without a
            # record does not
            "CASE WHEN record IS NULL THEN json_extract(versions, '$.seqtasks') "
            "ELSE json_extract(record, '$.versions.seqtasks') END, "
            f"coalesce(json_extract(request, '$.plugins'), '[]'), {_MEASURES} "
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


class Measures(NamedTuple):
    """The judgements of a run next to its loss.

    Attributes:
        prequential: The skill of the network as it learns on in the test; minus infinity if it then diverged, and None
            if it is not measured.
        metrics: The name of each metric with its score and that of chance; None for a score that is not defined.
    """

    prequential: float | None = None
    metrics: tuple[tuple[str, float | None, float | None], ...] = ()


def measures_of(record: Mapping[str, Any]) -> Measures:
    """The judgements in a record, or in that of one replica.

    Args:
        record: Its plain values.

    Example:
        >>> measures_of({"prequential": {"skill": None}, "metrics": {"r2": {"score": 0.5, "chance": 0.0}}})
        Measures(prequential=-inf, metrics=(('r2', 0.5, 0.0),))
    """
    found, metrics = record.get("prequential"), record.get("metrics") or {}
    skill = None if found is None else -math.inf if found["skill"] is None else float(found["skill"])
    return Measures(skill, tuple((name, each["score"], each["chance"]) for name, each in metrics.items()))


def stored_measures(path: str | os.PathLike[str], keys: Iterable[str]) -> dict[str, Measures]:
    """The judgements of some runs next to their losses, by key; runs without any are left out.

    Args:
        path: The store.
        keys: The keys of the runs.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    rows = _rows(Path(path), f"key, {_MEASURES}", keys)
    return {key: measures_of(json.loads(found)) for key, found in rows if found is not None}


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
