"""``seqtasks bench``: run a suite of tasks, models, trainers and seeds, and print what was learned."""

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from seqtasks.benchmarks.benchmark import TIMEOUT, Benchmark, opened, runs_of, schedule
from seqtasks.benchmarks.plan import Plan
from seqtasks.benchmarks.schedule import Progressed, Schedule
from seqtasks.benchmarks.work import Watch
from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, complete_names, start_host
from seqtasks.cli.process import quiet
from seqtasks.cli.run import INTERRUPTED
from seqtasks.cli.run_options import ObserveOption
from seqtasks.cli.store_options import StoreOption
from seqtasks.cli.summary_table import print_climbs, print_rows
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.store.details import stored_measures
from seqtasks.store.location import store_path
from seqtasks.store.run_store import RunStore

_SHOWN: Final = LazyImport("seqtasks.benchmarks.progress:shown")
_SUMMARY: Final = LazyImport("seqtasks.benchmarks.summary:summary")
_CLIMBS: Final = LazyImport("seqtasks.benchmarks.summary:climbs")

SuiteArgument = Annotated[
    str,
    typer.Argument(
        metavar="SUITE", autocompletion=complete_names("suites"), help="Suite: a name, such as horizon, or a TOML file."
    ),
]
ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        autocompletion=complete_names("models"),
        help="Run this model next to those of the suite. Repeatable.",
    ),
]
SeedsOption = Annotated[int | None, typer.Option(min=1, help="Number of seeds, instead of that of the suite.")]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, help="Worker processes on this machine. By default, one for each processor.")
]
DaskOption = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Use the workers of the Dask scheduler at this address.")
]
RetryOption = Annotated[bool, typer.Option("--retry-failed", help="Repeat the runs that failed or hung.")]
TimeoutOption = Annotated[float, typer.Option(min=1.0, help="Seconds after which a run is ended as hung.")]
QuickOption = Annotated[bool, typer.Option("--quick", help="Run a reduced version, and print what it leaves out.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Run a suite of more than 100,000 runs.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(  # noqa: PLR0913, PLR0917 - each is an option of the command
    context: typer.Context,
    suite: SuiteArgument,
    model: ModelOption = None,
    seeds: SeedsOption = None,
    workers: WorkersOption = None,
    dask: DaskOption = None,
    store: StoreOption = None,
    retry_failed: RetryOption = False,
    timeout: TimeoutOption = TIMEOUT,
    quick: QuickOption = False,
    yes: YesOption = False,
    observe: ObserveOption = None,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Run a suite: every combination of its tasks, models, trainers and seeds.

    The runs are stored, so that a second call runs only what is missing.

    Example: seqtasks bench horizon --model my-cell --plugin my_cell.py
    """
    if workers is not None and dask is not None:
        raise UsageError("--workers and --dask cannot be used together.", "Leave one of them out.")
    host = start_host(context, plugin)
    benchmark = Benchmark.of(host, suite, models=model or (), seeds=seeds, quick=quick)
    watch = Watch.of(host, observe) if observe else None
    path = store_path(store)
    with quiet(), opened(workers, dask) as processes:
        benchmark.check_size(path, processes.size, yes)
        with RunStore(path) as opened_store:
            for note in benchmark.notes:
                output.talk(note)
            plan, sizes = benchmark.plan(processes)
            for size in sizes:
                output.talk(size)
            events = schedule(plan, opened_store, processes, retry_failed=retry_failed, timeout=timeout, watch=watch)
            last = _follow(events, plan, path)
    _print(plan, path, json)
    raise typer.Exit(int(any(last.statuses.get(status) for status in ("failed", "hung"))))


def _follow(events: Schedule, plan: Plan, path: Path) -> Progressed:
    """Display the benchmark until it is over; Ctrl-C ends it."""
    last = events.progress()
    live: Iterable[Progressed] = _SHOWN(events) if sys.stderr.isatty() else events  # Rich is not loaded for a file
    try:
        for number, event in enumerate(live):
            if number == 0:
                output.talk(f"{event.total:,} runs, of which {event.ended:,} are stored in {path}.")
            last = event
    except KeyboardInterrupt:
        _interrupted(events.progress().total, plan, path)
    for problem in events.problems:
        output.talk(problem)
    wrong = [f"{number} {status}" for status, number in last.statuses.items() if status != "done"]
    if wrong:
        output.talk(f"{', '.join(wrong)}. To see why: seqtasks runs --store {shlex.quote(str(path))}")
    return last


def _interrupted(total: int, plan: Plan, path: Path) -> NoReturn:
    ended = sum(run.finished is not None for run in runs_of(plan, path))
    output.talk(f"Interrupted: {ended:,} of {total:,} runs are stored in {path}.")
    output.talk(f"Continue with: {shlex.join(['seqtasks', *sys.argv[1:]])}")
    raise typer.Exit(INTERRUPTED)


def _print(plan: Plan, path: Path, json: bool) -> None:
    runs = runs_of(plan, path)
    measures = stored_measures(path, [run.key for run in runs])
    rows, climbed = _SUMMARY(plan, runs, measures), _CLIMBS(plan, runs)
    if json:
        parts = {"summary": rows, "horizons": climbed, "runs": runs}
        output.record({name: [each.record() for each in part] for name, part in parts.items()})
        return
    print_rows(rows)
    if climbed:
        output.line()
        print_climbs(climbed)
