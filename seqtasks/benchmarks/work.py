"""What a worker process does: it executes requests, and finds the sizes of networks."""

import os
import signal
import threading
import time
import traceback
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, final

from seqtasks.catalogue.attempt import cause
from seqtasks.catalogue.host import Host
from seqtasks.catalogue.required import RequiredPlugin, required_plugins
from seqtasks.catalogue.versions import ALWAYS, installed_version
from seqtasks.errors import DataError, PluginError, SeqtasksError, UsageError
from seqtasks.lazy import LazyImport
from seqtasks.running.data_file import data_digest
from seqtasks.running.execution import Judged, Unobserved, execute
from seqtasks.running.request import SHELVES, RunRequest
from seqtasks.store.run_store import Outcome

_LOKY: Final = LazyImport("joblib.externals.loky:process_executor")
MOST_UNITS: Final = 2**20
GROWTH: Final = 2 * 2**30  # bytes by which a worker may grow before loky restarts it: XLA frees no compiled program
WATCH: Final = 1.0  # seconds between two looks for the parent process


def prepare(parent: int) -> None:
    """Prepare a worker process of this machine.

    Ctrl-C reaches every process of a terminal, and the parent ends its workers. A worker also ends when its parent has
    been killed. Standard output and the terminal belong to the parent: what libraries and plugins print is lost, unless
    ``SEQTASKS_DEBUG=1``, which prints it to standard error.

    Args:
        parent: The process id of the parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _LOKY.load()._MAX_MEMORY_LEAK_SIZE = GROWTH  # loky has no setting for it, and ends a process that grows by 300 MB
    if os.environ.get("SEQTASKS_DEBUG") != "1":
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
    os.dup2(2, 1)
    threading.Thread(target=_end_with, args=[parent], daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH)
    os._exit(1)


@final
@dataclass(frozen=True, slots=True)
class Watch:
    """The observers of the runs of a benchmark, for other processes.

    Args:
        observers: Their specs.
        sources: The files or modules of the plugins that bring them.
    """

    observers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @classmethod
    def of(cls, host: Host, observers: Sequence[str]) -> "Watch":
        """Check the observers of a benchmark.

        Args:
            host: Where the names are looked up.
            observers: Their specs.

        Raises:
            UsageError: If a spec is wrong.
            PluginError: If an observer cannot be loaded.
        """
        host.make_all("observers", observers)
        specs = [("observers", host.spec("observers", one)) for one in observers]
        sources = tuple(plugin.source for plugin in required_plugins(host, specs) if plugin.source)
        return cls(tuple(spec.recorded() for _, spec in specs), sources)


def run(request: str, key: str, watch: Watch | None = None) -> Outcome:
    """Execute a request.

    Args:
        request: The request as JSON.
        key: Its key; that of this process is another one if another version of seqtasks is installed here.
        watch: Who observes the run; None for nobody.

    Returns:
        How it ended. An error of the run is part of it.
    """
    watch = watch or Watch()
    try:
        asked = RunRequest.from_json(request)
        sources = (*(plugin.source for plugin in asked.plugins if plugin.source), *watch.sources)
        host = _host(tuple(dict.fromkeys(sources)))
        _check(asked, key, host)
        problems = []
        for event in execute(asked, host=host, observers=host.make_all("observers", watch.observers)):
            if isinstance(event, Unobserved):
                problems.append(event.problem)
            last = event
        assert isinstance(last, Judged)  # the last event of a run that does not fail
        result = last.run.result
        return Outcome("diverged" if result.status == "diverged" else "done", result, problems=tuple(problems))
    except Exception as error:  # any error of a task, a model or a trainer ends this run alone
        sentence = f"{error.message} {error.hint}" if isinstance(error, SeqtasksError) else f"Unexpected {cause(error)}"
        versions = {name: installed_version(name) or "" for name in ALWAYS}
        return Outcome("failed", error=f"{sentence.strip()}\n{traceback.format_exc()}", versions=versions)


def units_for(sources: Sequence[str], task: str, model: str, parameters: int, dtype: str) -> tuple[int, int]:
    """The largest ``units`` with which a network has at most so many weights, and the number of its weights.

    Args:
        sources: The files or modules of the plugins.
        task: The task's spec.
        model: The model's spec without ``units``.
        parameters: The parameter budget.
        dtype: The precision.

    Raises:
        UsageError: If a network of one unit has more.
    """
    host = _host(tuple(sources))
    shapes = host.make("tasks", host.spec("tasks", task)).shapes

    @cache
    def weights(units: int) -> int:
        built = host.make("models", host.spec("models", model, {"units": units})).build(shapes, 0, dtype=dtype)
        return int(built.parameters)

    if weights(1) > parameters:
        raise UsageError(
            f"A network of {model} with one unit has {weights(1):,} weights on {task}, more than {parameters:,}.",
            "Use a larger parameter budget, or leave the model out.",
        )
    high = 2
    while high < MOST_UNITS and weights(high) <= parameters:
        high *= 2
    units = bisect_right(range(high), parameters, lo=high // 2, key=weights) - 1
    return units, weights(units)


@lru_cache(maxsize=8)
def _host(sources: tuple[str, ...]) -> Host:
    return Host.start(sources)


def _check(request: RunRequest, key: str, host: Host) -> None:
    """Check that this process computes the run that was asked for.

    Raises:
        PluginError: If a plugin, or seqtasks, has another version here.
        DataError: If the file of the task is another one here.
    """
    specs = [(shelf, host.spec(shelf, getattr(request, kind))) for kind, shelf in SHELVES.items()]
    if data_digest(specs[0][1].settings) != request.data:
        raise DataError(
            f"The file of {request.label('task')} is not the one that the benchmark was started with.",
            "A file must not change during a benchmark, and must be the same on every machine.",
        )
    here = {plugin.name: plugin for plugin in required_plugins(host, specs)}
    for plugin in request.plugins:
        found = here.get(plugin.name, RequiredPlugin(plugin.name, "none"))
        if found.version != plugin.version:
            raise PluginError(
                f"The plugin {plugin.name} has version {found.version[:12]} in this worker, and {plugin.version[:12]} "
                "was asked for.",
                "A plugin must not change during a benchmark, and must be the same on every machine.",
            )
    if request.key() != key:
        raise PluginError(
            f"This worker has seqtasks {installed_version('seqtasks')}, and the benchmark has another version.",
            "Install the same version on every machine.",
        )
