"""The Python interface to stored runs: run a suite, list its runs, and report how they compare."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqtasks.benchmarks.benchmark import TIMEOUT, Benchmark, opened, runs_of, schedule
from seqtasks.benchmarks.work import Watch
from seqtasks.catalogue.host import Host
from seqtasks.comparison.ranking import RANKINGS
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.reports.output import RANKING, STORE, TITLE, form_of, target, write
from seqtasks.running.result import TrainedRun
from seqtasks.store.location import store_path
from seqtasks.store.query import Selection, stored_runs
from seqtasks.store.run_store import RunStore

if TYPE_CHECKING:
    from pandas import DataFrame

_PROGRESS = LazyImport("seqtasks.benchmarks.progress:shown")
_FRAME = LazyImport("seqtasks.store.frame:frame")
_MEASURES = LazyImport("seqtasks.store.details:stored_measures")
_COMPARED = LazyImport("seqtasks.reports.notebook:ComparedRuns")
_STORE_SOURCE = LazyImport("seqtasks.reports.source:StoreSource")
_RESULT_SOURCE = LazyImport("seqtasks.reports.source:ResultSource")


def runs(
    store: str | PathLike[str] | None = None,
    *,
    task: str | None = None,
    model: str | None = None,
    trainer: str | None = None,
    status: str | None = None,
) -> "DataFrame":
    """The stored runs as a frame of pandas, as ``seqtasks runs`` lists them.

    Args:
        store: The store; by default that of ``SEQTASKS_STORE``, else ``seqtasks-runs.sqlite`` of the project.
        task: Only runs of this task: a name, or a spec as it is displayed.
        model: Only runs of this model.
        trainer: Only runs of this trainer.
        status: Only runs of this status: ``running``, ``abandoned``, ``done``, ``diverged``, ``failed`` or ``hung``.

    Returns:
        A row for each run, with the columns of :class:`~seqtasks.store.query.StoredRun`. If runs have them, the columns
        ``prequential`` and, for a metric such as ``r2``, ``metrics.r2`` follow.

    Raises:
        UsageError: If the status does not exist.
        DataError: If there is no store, or it cannot be read.
    """
    path = store_path(store)
    chosen = stored_runs(path, Selection(task, model, trainer, status))
    found: DataFrame = _FRAME(chosen, _MEASURES(path, [run.key for run in chosen]))
    found.attrs[STORE] = str(path.resolve())
    return found


def report(
    runs: "DataFrame | Iterable[TrainedRun] | str | PathLike[str] | None" = None,
    path: str = "report.html",
    *,
    store: str | PathLike[str] | None = None,
    format: str | None = None,
    tune: str | None = None,
    rank_by: str | None = None,
    title: str = TITLE,
    force: bool = False,
) -> Path:
    """Compare runs in a report, as ``seqtasks report`` does.

    Args:
        runs: The runs: the frame of :func:`bench` or :func:`runs`, some results of :func:`run`, or a store; by default
            all runs of the store.
        path: The file: ``.html``, ``.png``, ``.svg``, ``.csv``, ``.tex`` or ``.md``.
        store: The store of a frame; by default that which it was read from.
        format: ``html``, ``png``, ``svg``, ``csv``, ``latex`` or ``markdown``; by default that of the file's ending.
        tune: A setting, such as ``optimizer.learning_rate``, to choose on half of the seeds; the others are compared.
        rank_by: The skill that methods are ranked by: ``skill``, or ``prequential``, that of networks that learn on in
            the test; by default that of the suite of a frame, else ``skill``.
        title: The title of the page.
        force: Whether a file of another kind may be replaced.

    Returns:
        The file.

    Raises:
        UsageError: If the runs are none of these, or the file cannot be written.
        DataError: If no run has ended, there is no store, or there are too few seeds to choose a setting.
        MissingExtraError: If Jinja2, which makes the page, or Matplotlib, which draws pictures, is not installed.
    """
    form = form_of(format, path)
    source = _report_source(runs, store)
    file = target(form, path, force)
    by_frame = getattr(runs, "attrs", {}).get(RANKING)
    write(form, source, file, title, tune=tune, rank_by=rank_by or by_frame or RANKINGS[0])
    return file.path


def _report_source(runs: Any, store: str | PathLike[str] | None) -> Any:
    if runs is None or isinstance(runs, str | PathLike):
        return _STORE_SOURCE(store_path(store if runs is None else runs))
    if hasattr(runs, "columns"):
        if "key" not in runs.columns:
            raise UsageError("The frame has no column key.", "Pass the frame of seqtasks.bench or seqtasks.runs.")
        return _STORE_SOURCE(store_path(store or runs.attrs.get(STORE)), keys=runs["key"])
    found = list(runs) if isinstance(runs, Iterable) else [runs]
    for each in found:
        if not isinstance(each, TrainedRun):
            raise UsageError(f"{each!r} is not a run.", "Pass results of seqtasks.run, a frame of runs, or a store.")
    return _RESULT_SOURCE((each.request, each.result) for each in found)


def bench(  # noqa: PLR0913 - each is an option of the command
    suite: str | PathLike[str] | Mapping[str, Any],
    *,
    models: Sequence[str] = (),
    seeds: int | None = None,
    workers: int | None = None,
    dask: str | None = None,
    store: str | PathLike[str] | None = None,
    retry_failed: bool = False,
    timeout: float | None = TIMEOUT,
    quick: bool = False,
    yes: bool = False,
    observers: Sequence[str] = (),
    progress: bool = True,
    plugins: Sequence[str] = (),
) -> "DataFrame":
    """Run a suite, as ``seqtasks bench`` does: only what is missing in the store.

    Args:
        suite: The name of a suite, a TOML file, or a mapping with the keys of such a file.
        models: Specs of models to run next to those of the suite.
        seeds: The number of seeds, in place of that of the suite.
        workers: The number of processes of this machine; by default one for each processor.
        dask: The address of a Dask scheduler, whose workers are used instead.
        store: The store; by default that of ``SEQTASKS_STORE``, else ``seqtasks-runs.sqlite`` of the project.
        retry_failed: Whether to repeat the runs that failed or hung.
        timeout: Seconds after which a run is ended as hung; None for none.
        quick: Whether to run the reduced version of the suite.
        yes: Whether to run a suite of more than 100,000 runs.
        observers: Specs of observers, such as ``["tensorboard:logdir=logs"]``, which see each run.
        progress: Whether to display the progress in a terminal or a notebook.
        plugins: Files or modules of plugins to load, as after ``--plugin``.

    Returns:
        The runs of the suite, with the columns of :func:`runs`. A notebook shows their leaderboard as well.

    Raises:
        UsageError: If the suite is not right, with all mistakes at once.
        DataError: If the store cannot be used.
        KeyboardInterrupt: At Ctrl-C. What has ended is stored.
    """
    host = Host.start(plugins)
    benchmark = Benchmark.of(host, suite, models=models, seeds=seeds, quick=quick)
    path = store_path(store)
    with opened(workers, dask) as processes:
        benchmark.check_size(path, processes.size, yes)
        with RunStore(path) as opened_store:
            plan, _ = benchmark.plan(processes)
            watch = Watch.of(host, observers) if observers else None
            events = schedule(plan, opened_store, processes, retry_failed=retry_failed, timeout=timeout, watch=watch)
            for _ in _PROGRESS(events) if progress else events:
                pass
            for problem in events.problems:
                warnings.warn(problem, stacklevel=2)
    ended = runs_of(plan, path)
    found: DataFrame = _COMPARED(_FRAME(ended, _MEASURES(path, [run.key for run in ended])))
    found.attrs |= {STORE: str(path.resolve()), RANKING: benchmark.suite.rank_by}
    return found
