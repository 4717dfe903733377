"""What is in a store, for any process to read, also while others write."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, final

from seqtasks.errors import UsageError
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.spec.spec import closest
from seqtasks.store.connection import reading
from seqtasks.store.failures import named
from seqtasks.store.worker import is_gone

ABANDONED: Final = "abandoned"  # the status of a run whose process is gone; the next benchmark runs it again
STATUSES: Final = ("running", ABANDONED, "done", "diverged", "failed", "hung")


@final
class StoredRun(NamedTuple):
    """One run of a store, without its record.

    Attributes:
        key: The key of its request.
        task: The task's spec as it is displayed.
        model: The model's spec.
        trainer: The trainer's spec.
        seed: The seed of weights and data.
        status: ``running``, ``abandoned`` (its process is gone), ``done``, ``diverged``, ``failed`` or ``hung``.
        skill: The skill; None without a record.
        solved: Whether the task is solved; None if that is not known.
        loss: The loss on fresh data.
        parameters: The number of weights.
        steps: The time steps of the training; of a run without a record those of the budget.
        seconds: The time of the run.
        error: The sentence that says what went wrong.
        attempts: How often the run was started.
        started: Seconds since 1970.
        finished: Seconds since 1970.
    """

    key: str
    task: str
    model: str
    trainer: str
    seed: int
    status: str
    skill: float | None
    solved: bool | None
    loss: float | None
    parameters: int | None
    steps: int | None
    seconds: float | None
    error: str | None
    attempts: int
    started: float
    finished: float | None

    def record(self) -> dict[str, Any]:
        """The fields as plain values."""
        return self._asdict()


_COLUMNS: Final = ", ".join(f"run.{name}" for name in StoredRun._fields)
_SOLVED: Final = StoredRun._fields.index("solved")


@final
@dataclass(frozen=True, slots=True)
class Selection:
    """Which runs of a store are meant; None means any.

    Args:
        task: A name, such as ``delay`` for every ``delay:...``, or a spec as it is displayed.
        model: The same of models.
        trainer: The same of trainers.
        status: One of ``running``, ``abandoned``, ``done``, ``diverged``, ``failed`` and ``hung``.

    Raises:
        UsageError: If the status is not one of these.
    """

    task: str | None = None
    model: str | None = None
    trainer: str | None = None
    status: str | None = None

    def __post_init__(self) -> None:
        if self.status is not None and self.status not in STATUSES:
            near = closest(self.status, list(STATUSES))
            raise UsageError(
                f"The status {self.status!r} does not exist.", f"{near}A status is one of {', '.join(STATUSES)}."
            )

    def where(self) -> tuple[str, list[str]]:
        """The condition in SQL, and its values."""
        conditions, values = ["1"], []
        for column in ("task", "model", "trainer"):
            wanted = getattr(self, column)
            if wanted is not None:  # from "delay:" to "delay;", the next character: every spec of that name
                conditions.append(f"(run.{column} = ? OR (run.{column} >= ? AND run.{column} < ?))")
                values += [wanted, f"{wanted}:", f"{wanted};"]
        if self.status is not None:
            conditions.append("run.status = ?")
            values.append("running" if self.status == ABANDONED else self.status)
        return " AND ".join(conditions), values


def stored_runs(path: str | os.PathLike[str], selection: Selection | None = None) -> list[StoredRun]:
    """The selected runs of a store, in order of task, model, trainer and seed.

    Args:
        path: The store.
        selection: Which runs; None for all.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    path, selection = Path(path), selection or Selection()
    where, values = selection.where()
    with closing(reading(path)) as connection, named(path):
        connection.execute("BEGIN")  # both queries see the same state
        # +: sorting all rows is faster than following the index of the specs from row to row
        order = "+run.task, run.model, run.trainer, run.seed, run.key"
        rows = connection.execute(f"SELECT {_COLUMNS} FROM run WHERE {where} ORDER BY {order}", values).fetchall()
        holding = "SELECT key, host, pid, heartbeat FROM run JOIN worker ON worker.id = run.worker"
        holders = {key: holder for key, *holder in connection.execute(holding)}
    found = [_stored(row, holders) for row in rows]
    return [run for run in found if selection.status in (None, run.status)]


def _stored(row: tuple[Any, ...], holders: Mapping[str, Sequence[Any]]) -> StoredRun:
    """The run of a row; a run in progress whose worker is not among the holders of claims is abandoned."""
    if row[_SOLVED] is not None:
        row = (*row[:_SOLVED], bool(row[_SOLVED]), *row[_SOLVED + 1 :])
    run = StoredRun._make(row)
    if run.status == "running" and (run.key not in holders or is_gone(*holders[run.key])):
        run = run._replace(status=ABANDONED)
    if run.error is not None:
        run = run._replace(error=run.error.partition("\n")[0])
    return run


def stored_results(
    path: str | os.PathLike[str], selection: Selection | None = None, curves: bool = True
) -> Iterator[tuple[RunRequest, Result]]:
    """The requests and the records of the selected runs that have a record.

    Args:
        path: The store.
        selection: Which runs; None for all.
        curves: Whether to read the training curves, by far the longest part; without them they are empty.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    path = Path(path)
    where, values = (selection or Selection()).where()
    curve = "curve" if curves else "NULL"
    with closing(reading(path)) as connection, named(path):
        rows = connection.execute(
            f"SELECT request, record, {curve} FROM record JOIN run ON run.key = record.key "
            f"WHERE record IS NOT NULL AND {where} ORDER BY run.task, run.model, run.trainer, run.seed, run.key",
            values,
        )
        for request, record, history in rows:
            content = json.loads(record) | ({"history": json.loads(history)} if history else {})
            yield RunRequest.from_json(request), Result.from_json(json.dumps(content))


def stored_in_full(path: str | os.PathLike[str], selection: Selection | None = None) -> Iterator[dict[str, Any]]:
    """Everything that is stored of the selected runs, as plain values.

    Args:
        path: The store.
        selection: Which runs; None for all.

    Returns:
        For each run the fields of :class:`StoredRun`, ``error`` with its traceback, and ``request``, ``record``,
        ``curve`` and ``versions``; None where there is none.

    Raises:
        DataError: If there is no such store, or it cannot be read.
    """
    path = Path(path)
    runs = stored_runs(path, selection)
    with closing(reading(path)) as connection, named(path):
        query = "SELECT request, record, curve, versions, error FROM record JOIN run USING (key) WHERE key = ?"
        for run in runs:
            row = connection.execute(query, [run.key]).fetchone()
            if row is not None:  # None: deleted a moment ago
                *texts, error = row
                parts = zip(("request", "record", "curve", "versions"), texts, strict=True)
                values = {name: None if text is None else json.loads(text) for name, text in parts}
                yield run.record() | values | {"error": error}
