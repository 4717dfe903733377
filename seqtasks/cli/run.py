"""``seqtasks run``: train a model on a task and judge it on fresh data."""

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Annotated, Final, NoReturn

import typer

from seqtasks.catalogue.host import Host
from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, start_host
from seqtasks.cli.process import no_collection, quiet
from seqtasks.cli.run_options import (
    DtypeOption,
    EpochsOption,
    LearningRateOption,
    MetricOption,
    ModelOption,
    ObserveOption,
    ReplicasOption,
    SeedOption,
    StepsOption,
    TaskArgument,
    TrainerOption,
    UnitsOption,
)
from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.files.run_files import RunFiles
from seqtasks.lazy import LazyImport
from seqtasks.running.execution import Event, Interrupted, Interruptible, Judged, Loaded, Unobserved, execute, notes
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun

INTERRUPTED: Final = 130
EXIT: Final = {"done": 0, "diverged": 1, "interrupted": INTERRUPTED}
NOT_JUDGED: Final = "Interrupted: the network is not evaluated, so the record has no loss."

_SHOWN: Final = LazyImport("seqtasks.display.live:shown")

CheckpointOption = Annotated[str | None, typer.Option(metavar="DIR", help="Save the state of the run in this folder.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Resume from the state in --checkpoint.")]
SaveOption = Annotated[str | None, typer.Option(metavar="FILE", help="Save the trained network to this file.")]
PlotOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="Draw the training curve to this .png or .svg file.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Allow --save and --plot to replace files of other kinds.")]
NoHistoryOption = Annotated[bool, typer.Option("--no-history", help="Leave the training curve out of --json.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(  # noqa: PLR0913, PLR0917 - each is an option of the command
    context: typer.Context,
    task: TaskArgument,
    model: ModelOption,
    trainer: TrainerOption = None,
    steps: StepsOption = None,
    epochs: EpochsOption = None,
    seed: SeedOption = 0,
    replicas: ReplicasOption = 1,
    units: UnitsOption = None,
    learning_rate: LearningRateOption = None,
    dtype: DtypeOption = "float32",
    metric: MetricOption = None,
    observe: ObserveOption = None,
    checkpoint: CheckpointOption = None,
    resume: ResumeOption = False,
    save: SaveOption = None,
    plot: PlotOption = None,
    force: ForceOption = False,
    json: JsonOption = False,
    no_history: NoHistoryOption = False,
    plugin: PluginOption = None,
) -> None:
    """Train a model on a task and evaluate it on fresh data.

    Example: seqtasks run prev-bit --model gru
    """
    if no_history and not json:
        raise UsageError("--no-history has no effect without --json.", "Add --json, or leave out --no-history.")
    host = start_host(context, plugin)
    request = RunRequest.of(
        host,
        task,
        model,
        trainer,
        steps=steps,
        epochs=epochs,
        seed=seed,
        units=units,
        learning_rate=learning_rate,
        replicas=replicas,
        dtype=dtype,
        metrics=metric or (),
    )
    observers = host.make_all("observers", observe or ())
    files = RunFiles.of(request, checkpoint=checkpoint, resume=resume, save=save, plot=plot, force=force)
    with files, quiet():
        events = Interruptible(execute(request, host=host, checkpoint=files.checkpoint, observers=observers))
        done = follow(events, files)
        _write(done, files, host, done.result.to_json(history=not no_history) if json else repr(done))
        if events.busy:
            leave_now(files)
    raise typer.Exit(EXIT[done.result.status])


def _write(done: TrainedRun, files: RunFiles, host: Host, record: str) -> None:
    """Write the files of the run, and print its record even if the disk is full."""
    try:
        for note in files.write(done, host):
            output.talk(note)
        files.check_checkpoint()
    finally:
        output.line(record)
    if done.result.status == "interrupted" and files.checkpoint is not None:
        _print_command_to_resume()


def follow(events: Interruptible, files: RunFiles) -> TrainedRun:
    """Display the run until it is over; Ctrl-C ends it early.

    Args:
        events: The events of the run.
        files: The files of the run.
    """
    execution = events.execution
    live: Iterable[Event] = events
    if sys.stderr.isatty():
        live = _SHOWN(events, f"loading {execution.request.label('model')}")
    try:
        return _consume(iter(live), execution.request, files)
    except KeyboardInterrupt:
        if not execution.learned:
            leave_now(files, "Interrupted before anything was learned. Run the command again to start over.")
        output.talk(NOT_JUDGED)
        return execution.unjudged()


def _consume(events: Iterator[Event], request: RunRequest, files: RunFiles) -> TrainedRun:
    run: TrainedRun | None = None
    with no_collection():
        events = chain([next(events)], events)
    for event in events:
        match event:
            case Loaded():
                for note in [*files.notes, *notes(event, request)]:
                    output.talk(note)
            case Unobserved():
                output.talk(event.problem)
            case Interrupted(judging=True):
                output.talk("Interrupted: evaluating the network as trained so far. Press Ctrl-C again to skip this.")
            case Interrupted():
                output.talk(NOT_JUDGED)
            case Judged():
                run = event.run
                if run.result.warning is not None:
                    output.talk(f"Warning: {run.result.warning}")
    assert run is not None  # the last event of a run that does not fail
    return run


def _print_command_to_resume() -> None:
    words = sys.argv[1:] if "--resume" in sys.argv else [*sys.argv[1:], "--resume"]
    output.talk(f"Resume with: {shlex.join(['seqtasks', *words])}")


def leave_now(files: RunFiles, last_words: str = "") -> NoReturn:
    """End the process while another thread may be inside a call that nothing can interrupt.

    Args:
        files: The files of the run, which are closed.
        last_words: What is printed last.
    """
    files.close()
    if last_words:
        output.talk(last_words)
    with suppress(SeqtasksError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)
