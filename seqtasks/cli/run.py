"""``seqtasks run``: train a model on a task, and judge it on fresh data."""

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from itertools import chain
from typing import Annotated, Final, NoReturn

import typer

from seqtasks.cli import completion, output
from seqtasks.cli.options import JsonOption, PluginOption, start_host
from seqtasks.cli.quiet import quiet
from seqtasks.cli.short_lived import no_collection
from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.files import checkpoint as checkpoints
from seqtasks.files.checkpoint import Checkpoint
from seqtasks.files.run_outputs import RunOutputs
from seqtasks.lazy import LazyImport
from seqtasks.running.execution import Event, Interrupted, Interruptible, Judged, Loaded, execute, notes
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun

INTERRUPTED: Final = 130
EXIT: Final = {"done": 0, "diverged": 1, "interrupted": INTERRUPTED}
NOT_JUDGED: Final = "Interrupted: what was learned is not judged."

_SHOWN: Final = LazyImport("seqtasks.display.live:shown")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(  # noqa: PLR0913, PLR0917 - each is an option of the command
    context: typer.Context,
    task: Annotated[
        str, typer.Argument(metavar="TASK", autocompletion=completion.names("tasks"), help="Such as delay:lag=3.")
    ],
    model: Annotated[
        str,
        typer.Option(
            "--model", "-m", metavar="MODEL", autocompletion=completion.names("models"), help="Such as gru:units=16."
        ),
    ],
    trainer: Annotated[
        str,
        typer.Option(
            "--trainer",
            "-t",
            metavar="TRAINER",
            autocompletion=completion.names("trainers"),
            help="Such as online:window=1.",
        ),
    ] = "online",
    steps: Annotated[int | None, typer.Option(help="Time steps to learn, over all lanes and sequences.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over a fixed set, for --trainer batch.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights and data.")] = 0,
    replicas: Annotated[
        int, typer.Option(metavar="R", help="Train so many networks side by side, with seeds S, S + 1, ...")
    ] = 1,
    units: Annotated[int | None, typer.Option(help="Short for the model's units=.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Short for optimizer.learning_rate=.")] = None,
    checkpoint: Annotated[str | None, typer.Option(metavar="DIR", help="Keep in this folder where the run is.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from what --checkpoint holds.")] = False,
    save: Annotated[str | None, typer.Option(metavar="FILE", help="Write the trained network here.")] = None,
    plot: Annotated[str | None, typer.Option(metavar="FILE", help="Draw the curve here, .png or .svg.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --save and --plot replace files of other kinds.")] = False,
    json: JsonOption = False,
    no_history: Annotated[bool, typer.Option("--no-history", help="Leave the curve out of --json.")] = False,
    plugin: PluginOption = None,
) -> None:
    """Train a model on a task, and judge it on fresh data.

    For example: seqtasks run prev-bit --model gru
    """
    if no_history and not json:
        raise UsageError("--no-history leaves the curve out of JSON, and --json is not given.", "Add --json.")
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
    )
    outputs = RunOutputs.of(save, plot, force, request.replicas)
    kept = checkpoints.target(checkpoint, request, resume)
    with kept or nullcontext(), quiet():
        events = Interruptible(execute(request, host=host, checkpoint=kept))
        done = _followed(events, kept)
        try:
            for note in outputs.write(done, host):
                output.talk(note)
            if kept is not None and kept.problem is not None:
                raise kept.problem
        finally:  # a full disk takes the file, not the record
            output.line(done.result.to_json(history=not no_history) if json else repr(done))
        if done.result.status == "interrupted" and kept is not None:
            _say_how_to_go_on()
        if events.busy:
            _leave_now(kept)
    raise typer.Exit(EXIT[done.result.status])


def _followed(events: Interruptible, kept: Checkpoint | None) -> TrainedRun:
    """The run, once it is over; meanwhile it is displayed, and Ctrl-C ends it early."""
    execution = events.execution
    live: Iterable[Event] = events
    if sys.stderr.isatty():
        live = _SHOWN(events, f"loading {execution.request.label('model')}")
    try:
        return _watched(iter(live), execution.request, kept)
    except KeyboardInterrupt:
        if not execution.learned:
            _leave_now(kept, "Interrupted before anything was learned.")
        output.talk(NOT_JUDGED)
        return execution.unjudged()


def _watched(events: Iterator[Event], request: RunRequest, kept: Checkpoint | None) -> TrainedRun:
    run: TrainedRun | None = None
    with no_collection():
        events = chain([next(events)], events)
    for event in events:
        match event:
            case Loaded():
                for note in [*(kept.notes if kept is not None else ()), *notes(event, request)]:
                    output.talk(note)
            case Interrupted(judging=True):
                output.talk("Interrupted: judging what was learned so far. Ctrl-C again leaves that out.")
            case Interrupted():
                output.talk(NOT_JUDGED)
            case Judged():
                run = event.run
    assert run is not None  # the last event of a run that does not fail
    return run


def _say_how_to_go_on() -> None:
    words = sys.argv[1:] if "--resume" in sys.argv else [*sys.argv[1:], "--resume"]
    output.talk(f"Go on with: {shlex.join(['seqtasks', *words])}")


def _leave_now(kept: Checkpoint | None, last_words: str = "") -> NoReturn:
    """End the process while another thread may be inside a call that nothing can interrupt."""
    if kept is not None:
        kept.close()
    if last_words:
        output.talk(last_words)
    with suppress(SeqtasksError):  # there is no other thread to tell
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)
