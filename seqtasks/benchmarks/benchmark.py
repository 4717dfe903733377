"""A benchmark: a suite, its runs in a store, and the workers that execute what is missing."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, Self, final

from seqtasks.benchmarks.budget import with_units
from seqtasks.benchmarks.expansion import expanded
from seqtasks.benchmarks.plan import Plan
from seqtasks.benchmarks.reading import read_file, suite_of
from seqtasks.benchmarks.reduction import left_out
from seqtasks.benchmarks.schedule import AGAIN, Schedule
from seqtasks.benchmarks.suite import Suite
from seqtasks.benchmarks.toml_places import Places
from seqtasks.benchmarks.work import Watch
from seqtasks.benchmarks.workers import AbstractWorkers, DaskWorkers, LokyWorkers
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError, quoted
from seqtasks.spec.spec import closest
from seqtasks.store.query import StoredRun, stored_runs
from seqtasks.store.run_store import RunStore

MANY: Final = 100_000  # runs, above which the user has to confirm
GUESS: Final = 2.0  # seconds of a run, before any is stored
TIMEOUT: Final = 3600.0  # seconds after which a run counts as hung


@final
@dataclass(frozen=True, slots=True)
class Benchmark:
    """A suite that has been checked, and that can be run.

    Args:
        host: Where the names are looked up.
        suite: The suite.
        notes: What a quick version leaves out, a sentence each.
    """

    host: Host
    suite: Suite
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        host: Host,
        suite: str | os.PathLike[str] | Mapping[str, Any],
        *,
        models: Sequence[str] = (),
        seeds: int | None = None,
        quick: bool = False,
    ) -> Self:
        """Check a suite.

        Args:
            host: Where the names are looked up.
            suite: The name of a suite, a TOML file, or a mapping with the keys of such a file.
            models: Specs of models to run next to those of the suite.
            seeds: The number of seeds, in place of that of the suite.
            quick: Whether to run its reduced version.

        Raises:
            UsageError: With all mistakes.
        """
        name, content, places = _content(host, suite)
        added = [str(spec) for model in models for spec in expanded(host, "models", model)]
        content = _changed(content, added, seeds)
        if quick and "quick" not in content:
            raise UsageError(f"{name} has no quick version.", "Leave out --quick, or add a table [quick] to the file.")
        found = suite_of(host, name, content, places, quick=quick)
        notes = left_out(suite_of(host, name, content, places), found) if quick else []
        return cls(host, found, tuple(notes))

    def check_size(self, store: Path, workers: int, yes: bool) -> None:
        """Check that the user knows how long a large suite takes.

        Args:
            store: The store; its runs tell how long a run takes.
            workers: The number of workers.
            yes: Whether the user has confirmed.

        Raises:
            UsageError: If the suite is large, and the user has not confirmed.
        """
        if self.suite.size <= MANY or yes:
            return
        known = [run.seconds for run in stored_runs(store) if run.seconds] if store.is_file() else []
        each = median(known) if known else GUESS
        raise UsageError(
            f"{self.suite.name} has {self.suite.size:,} runs, which take about "
            f"{_duration(self.suite.size * each / workers)} with {workers} worker{'s' * (workers > 1)} at "
            f"{each:.1f} s a run.",
            "Reduce the suite, or add --yes (yes=True) to run it.",
        )

    def plan(self, workers: AbstractWorkers) -> tuple[Plan, list[str]]:
        """The runs of the suite, and a sentence for each network that a parameter budget sizes.

        Args:
            workers: They build the networks of parameter budgets.

        Raises:
            UsageError: If the parts of a run do not fit together.
        """
        return with_units(Plan.of(self.host, self.suite), self.host, workers)


@contextmanager
def opened(size: int | None, dask: str | None) -> Iterator[AbstractWorkers]:
    """Worker processes, which are ended at the end, whatever they are doing.

    Args:
        size: The number of processes of this machine; None for one for each processor.
        dask: The address of a Dask scheduler, whose workers are used instead; None for none.

    Raises:
        UsageError: If no scheduler answers.
    """
    workers = DaskWorkers(dask) if dask is not None else LokyWorkers(size or processors())
    try:
        yield workers
    finally:
        workers.close()


def processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def schedule(
    plan: Plan,
    store: RunStore,
    workers: AbstractWorkers,
    *,
    retry_failed: bool = False,
    timeout: float | None = TIMEOUT,
    watch: Watch | None = None,
) -> Schedule:
    """The execution of what is missing in the store."""
    return Schedule(plan.ladders, store, workers, AGAIN if retry_failed else (), timeout, watch)


def runs_of(plan: Plan, store: Path) -> list[StoredRun]:
    """The runs of a plan that are in a store."""
    keys = {request.key() for case in plan.cases for request in case.requests}
    return [run for run in stored_runs(store) if run.key in keys]


def _content(
    host: Host, suite: str | os.PathLike[str] | Mapping[str, Any]
) -> tuple[str, Mapping[str, Any], Places | None]:
    if isinstance(suite, Mapping):
        return "The suite", suite, None
    name = str(suite)
    if name.replace("_", "-") in host.shelf("suites"):
        return name, host.load("suites", name)(host), None
    path = Path(name).expanduser()
    if path.suffix == ".toml" or path.is_file():
        return name, *read_file(path)
    names = list(host.shelf("suites"))
    raise UsageError(
        f"There is no suite named {quoted(name)}.",
        f"{closest(name, names)}The suites are {', '.join(names)}, or a TOML file.",
    )


def _changed(content: Mapping[str, Any], models: Sequence[str], seeds: int | None) -> dict[str, Any]:
    """The content with more models, or another number of seeds, in the suite, in its grids and in its quick version.

    Controls get the seeds, but keep their models.
    """

    def changed(table: Any, added: Sequence[str], is_suite: bool = False) -> Any:
        if not isinstance(table, Mapping):
            return table  # a mistake, which is reported when the suite is read
        found = dict(table)
        if added and isinstance(found.get("models"), list | tuple):
            found["models"] = [*found["models"], *added]
        if seeds is not None and (is_suite or "seeds" in found):
            found["seeds"] = seeds
        return found

    found: dict[str, Any] = changed(content, models, is_suite=True)
    if "quick" in found:
        found["quick"] = changed(found["quick"], models)
    for key, added in (("grid", models), ("control", ())):
        if isinstance(found.get(key), list):
            found[key] = [changed(table, added) for table in found[key]]
    return found


def _duration(seconds: float) -> str:
    """A duration in the largest fitting unit.

    Example:
        >>> _duration(90_000), _duration(7e7)
        ('1.0 days', '2.2 years')
    """
    for unit, length in (("years", 365 * 86_400), ("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"
