"""The store to write: a process claims a run, executes it, and stores its record."""

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, final

from seqtasks.catalogue.versions import installed_version
from seqtasks.errors import DataError
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.store.connection import transaction, writing
from seqtasks.store.failures import named
from seqtasks.store.worker import BEAT, LEASE, Worker, is_gone

PLUGIN: Final = "plugin:"  # before the name of a plugin among the versions

Claim = Literal["claimed", "stored", "elsewhere"]
Ending = Literal["done", "diverged", "failed", "hung"]


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Args:
        status: ``done``, ``diverged``, ``failed`` with an error, or ``hung`` and ended from outside.
        result: The record of a run that is done or diverged.
        error: What went wrong: a sentence, then the traceback if there is one.
        versions: The versions of the libraries; of a run with a record, those of the record.
        problems: What went wrong with observers of the run; not stored.
    """

    status: Ending
    result: Result | None = None
    error: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@final
class RunStore:
    """The runs of a store, for one process that executes some of them.

    Every change is one transaction, so that a killed process leaves the store as if its last change had happened, or
    had not. A process claims a run before it executes it, and only the process that holds the claim can store an
    outcome. A claim is void when its process is gone.

    Args:
        path: The file; it is created.

    Raises:
        DataError: If the store cannot be used.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._connection = writing(self.path)
        self._worker = Worker.here()
        self._beaten = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back every claim of this process, and close the file; a run that had failed is as it was."""
        with suppress(DataError):  # the claims are void anyway when the process is gone
            self._give_back()
        self._connection.close()

    def _give_back(self) -> None:
        with named(self.path), transaction(self._connection):
            self._connection.execute(
                "UPDATE run SET (status, error, attempts, started, finished, worker) = "
                "(SELECT status, error, attempts, started, finished, NULL FROM earlier WHERE earlier.key = run.key) "
                "WHERE status = 'running' AND worker = ? AND key IN (SELECT key FROM earlier)",
                [self._worker.id],
            )
            restored = "SELECT key FROM earlier JOIN run USING (key) WHERE run.status <> 'running'"
            self._connection.execute(
                "UPDATE record SET versions = (SELECT versions FROM earlier WHERE earlier.key = record.key) "
                f"WHERE key IN ({restored})"
            )
            self._connection.execute(f"DELETE FROM earlier WHERE key IN ({restored})")
            self._connection.execute("DELETE FROM run WHERE status = 'running' AND worker = ?", [self._worker.id])
            self._connection.execute("DELETE FROM worker WHERE id = ?", [self._worker.id])

    def claim(self, request: RunRequest, again: Iterable[str] = ()) -> Claim:
        """Claim a run for this process.

        Args:
            request: The run.
            again: The endings after which the run is claimed again, such as ``failed``.

        Returns:
            ``claimed``, also if this process holds the claim already; ``stored`` if the run has ended before;
            ``elsewhere`` if another process executes it.
        """
        self.beat()
        key, now = request.key(), time.time()
        with named(self.path), transaction(self._connection):
            status, attempts, worker, *holder = self._found(key) or (None, 0, None)
            if status == "running" and worker != self._worker.id and not _is_void(holder):
                return "elsewhere"
            if status not in (None, "running", *again):
                return "stored"
            failure = self._failure(key)
            self._connection.execute("DELETE FROM run WHERE key = ?", [key])
            self._connection.execute(
                "INSERT INTO run (key, status, task, model, trainer, seed, steps, attempts, started, worker) "
                "VALUES (?, 'running', ?, ?, ?, ?, ?, ?, ?, ?)",
                [key, *request.specs, request.seed, request.steps, attempts + 1, now, self._worker.id],
            )
            self._connection.execute(
                "INSERT INTO record (key, request, versions) VALUES (?, ?, '{}')", [key, request.to_json()]
            )
            if failure is not None:
                self._connection.execute("INSERT INTO earlier VALUES (?, ?, ?, ?, ?, ?, ?)", failure)
        return "claimed"

    def _failure(self, key: str) -> Sequence[Any] | None:
        """How a run failed, or failed before it was claimed: a row of the table ``earlier``."""
        found: Sequence[Any] | None = self._connection.execute(
            "SELECT key, status, error, attempts, started, finished, versions FROM run JOIN record USING (key) "
            "WHERE key = ?1 AND status IN ('failed', 'hung') UNION ALL SELECT * FROM earlier WHERE key = ?1",
            [key],
        ).fetchone()
        return found

    def finish(self, request: RunRequest, outcome: Outcome) -> bool:
        """Store how a claimed run ended.

        Args:
            request: The run.
            outcome: How it ended.

        Returns:
            Whether it is stored; not if another process has taken the run over, because this one seemed to be gone.
        """
        key, result = request.key(), outcome.result
        versions = {"seqtasks": installed_version("seqtasks") or ""}  # of which the key is, also if the process died
        versions |= outcome.versions if result is None else result.versions
        versions |= {f"{PLUGIN}{plugin.name}": plugin.version for plugin in request.plugins}
        with named(self.path), transaction(self._connection):
            changed = self._connection.execute(
                "UPDATE run SET status = ?, error = ?, finished = ?, worker = NULL "
                "WHERE key = ? AND status = 'running' AND worker = ?",
                [outcome.status, outcome.error, time.time(), key, self._worker.id],
            ).rowcount
            if not changed:
                return False
            self._connection.execute("DELETE FROM earlier WHERE key = ?", [key])
            self._connection.execute("UPDATE record SET versions = ? WHERE key = ?", [json.dumps(versions), key])
            if result is not None:
                self._record(key, result)
        return True

    def _record(self, key: str, result: Result) -> None:
        solved = None if result.solved is None else int(result.solved)
        seconds = sum(result.seconds.values())
        self._connection.execute(
            "UPDATE run SET steps = ?, parameters = ?, loss = ?, skill = ?, solved = ?, seconds = ? WHERE key = ?",
            [result.steps, result.parameters, result.loss, result.skill, solved, seconds, key],
        )
        curve = json.dumps(result.record()["history"], separators=(",", ":"))
        self._connection.execute(
            "UPDATE record SET record = ?, curve = ? WHERE key = ?", [result.to_json(history=False), curve, key]
        )

    def endings(self, key: str | None = None) -> dict[str, tuple[str, bool | None]]:
        """The status of each run that has ended, and whether its task is solved.

        Args:
            key: Only of this run; None for all.
        """
        with named(self.path):
            rows = self._connection.execute(
                "SELECT key, status, solved FROM run WHERE status <> 'running' AND (?1 IS NULL OR key = ?1)", [key]
            ).fetchall()
        return {key: (status, None if solved is None else bool(solved)) for key, status, solved in rows}

    def beat(self) -> None:
        """Say that this process is there, every few seconds at most; claims do so, too."""
        now = time.time()
        if 0 <= now - self._beaten < BEAT:
            return
        self._beaten = now
        with named(self.path), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO worker (id, host, pid, heartbeat) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET heartbeat = excluded.heartbeat",
                [self._worker.id, self._worker.host, self._worker.pid, now],
            )
            self._connection.execute(
                "DELETE FROM worker WHERE heartbeat < ? AND id NOT IN (SELECT worker FROM run WHERE worker NOT NULL)",
                [now - LEASE],
            )

    def delete(self, keys: Iterable[str]) -> int:
        """Delete runs and their records, except those that a process executes.

        Returns:
            How many were deleted.
        """
        deleted = 0
        with named(self.path), transaction(self._connection):
            for key in keys:
                status, _, _, *holder = self._found(key) or (None, 0, None)
                if status is not None and (status != "running" or _is_void(holder)):
                    self._connection.execute("DELETE FROM run WHERE key = ?", [key])
                    deleted += 1
        return deleted

    def _found(self, key: str) -> Sequence[Any] | None:
        """Status, attempts, and the worker that holds the claim with its host, process and heartbeat."""
        found: Sequence[Any] | None = self._connection.execute(
            "SELECT status, attempts, worker, host, pid, heartbeat FROM run LEFT JOIN worker ON worker.id = run.worker "
            "WHERE key = ?",
            [key],
        ).fetchone()
        return found

    def merge(self, other: Path) -> int:
        """Copy the runs of another store that have ended, unless they are stored here.

        Args:
            other: The other store, with the same schema.

        Returns:
            How many were copied.
        """
        ended = "status <> 'running' AND key NOT IN (SELECT key FROM main.run WHERE status <> 'running')"
        with named(other):
            self._connection.execute("ATTACH ? AS other", [str(other)])
        try:
            with named(self.path), transaction(self._connection):
                keys = [key for (key,) in self._connection.execute(f"SELECT key FROM other.run WHERE {ended}")]
                for key in keys:
                    for table in ("run", "record"):
                        self._connection.execute(f"DELETE FROM main.{table} WHERE key = ?", [key])
                    for table in ("run", "record"):
                        self._connection.execute(
                            f"INSERT INTO main.{table} SELECT * FROM other.{table} WHERE key = ?", [key]
                        )
        finally:
            self._connection.execute("DETACH other")
        return len(keys)


def _is_void(holder: Sequence[Any]) -> bool:
    """Whether the process that holds a claim is gone."""
    host, pid, heartbeat = holder
    return host is None or is_gone(host, pid, heartbeat)
