"""``seqtasks run``: train a model on a task, and judge it on fresh data."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Annotated, Any, Final, NoReturn

import typer

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.host import Host
from seqtasks.cli import completion, output, report
from seqtasks.cli.background import Background
from seqtasks.cli.options import JsonOption, PluginOption, start_host
from seqtasks.cli.quiet import quiet
from seqtasks.cli.short_lived import no_collection
from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.files import checkpoint as checkpoints
from seqtasks.files import network_file, picture
from seqtasks.files.checkpoint import Checkpoint
from seqtasks.files.output_file import OutputFile
from seqtasks.running.experiment import Experiment
from seqtasks.running.result import Result

INTERRUPTED: Final = 130
EXIT: Final = {"done": 0, "diverged": 1, "interrupted": INTERRUPTED}

_DISPLAY: Final = Entry("display", "A live picture of a run.", "seqtasks.cli.display:Display")
_SAVE: Final = Entry("save", "Write a network file.", "seqtasks.files.store:save")


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
    experiment = Experiment(
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
    saved = network_file.target(save, force, experiment.replicas) if save is not None else None
    drawn = picture.target(plot, force) if plot is not None else None
    if saved is not None and drawn is not None and saved.path == drawn.path:
        raise UsageError(f"--save and --plot both name {save}.", "Name two files.")
    kept = checkpoints.target(checkpoint, experiment, resume)
    with kept or nullcontext(), quiet():
        result, busy = _watched(experiment, kept)
        try:
            _keep(experiment, result, host, saved, drawn)
            if kept is not None and kept.problem is not None:
                raise kept.problem
        finally:  # a full disk takes the file, not the record
            if json:
                output.line(result.to_json(history=not no_history))
            else:
                report.show(experiment, result)
        if result.status == "interrupted" and kept is not None:
            _say_how_to_go_on()
        if busy:
            _leave_now(kept)
    raise typer.Exit(EXIT[result.status])


def _watched(experiment: Experiment, kept: Checkpoint | None) -> tuple[Result, bool]:
    """The result, and whether the work for it is still going on.

    The work goes on in the background, while this thread shows how far it is and listens for Ctrl-C: the first ends the
    training, or the judging if that is reached.
    """
    sessions: list[Any] = []

    def work() -> Iterator[Any]:
        with no_collection():
            session = experiment.start()
        if kept is not None:
            kept.restore(session)
        yield session
        yield from session.train() if kept is None else session.train(kept.keep)
        yield session.result()

    background = Background(work)
    show, doing = sys.stderr.isatty(), f"loading {experiment.model.name}"
    with background.listening(), _DISPLAY.load()(doing) if show else nullcontext() as display:
        try:
            for news in background:
                if not sessions:
                    sessions.append(news)
                    _warn(experiment, news, kept)
                    _say(display, "compiling")
                elif isinstance(news, Result):
                    return news, False
                elif news.step >= news.total:
                    _say(display, "judging on fresh data")
                elif display is not None:
                    sticks = sessions[0].yardsticks
                    display.show(news.step, news.total, news.curve, sticks.chance, sticks.optimum)
        except KeyboardInterrupt:
            if not sessions or not sessions[0].learned:
                if display is not None:
                    display.stop()
                _leave_now(kept, "Interrupted before anything was learned.")
        return _interrupted(background, sessions[0], display)


def _interrupted(background: Background[Any], session: Any, display: Any) -> tuple[Result, bool]:
    """What was learned, judged unless the user has no time for that either."""
    if not session.over:
        session.stop()
        _say(display, "judging on fresh data")
        output.talk("Interrupted: judging what was learned so far. Ctrl-C again leaves that out.")
        try:
            for news in background:
                if isinstance(news, Result):
                    return news, False
        except KeyboardInterrupt:
            pass
    output.talk("Interrupted: what was learned is not judged.")
    return session.unjudged(), background.busy


def _say(display: Any, what: str) -> None:
    if display is not None:
        display.doing(what)


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


def _warn(experiment: Experiment, session: Any, kept: Checkpoint | None) -> None:
    for note in (*session.task.notes, *(kept.notes if kept is not None else ())):
        output.talk(note)
    if session.begun:
        output.talk(f"Going on from step {session.begun:,}.")
    horizon, depth = session.trainer.horizon(session.task), session.task.depth
    if horizon is not None and depth is not None and horizon < depth:
        output.talk(
            f"Note: credit goes back through {horizon} cell evaluation{'s' * (horizon > 1)} and {experiment.task.name} "
            f"needs {depth}: what lies further back is learned by luck, if at all."
        )


def _keep(
    experiment: Experiment, result: Result, host: Host, saved: OutputFile | None, drawn: OutputFile | None
) -> None:
    if saved is not None and result.status == "diverged":  # an older file there may be worth more
        output.talk(f"Network not saved, since it diverged: {saved.path}")
    elif saved is not None:
        _SAVE.load()(saved, result, host)
        output.talk(f"Network saved: {saved.path}")
    if drawn is not None:
        picture.draw(result, drawn, experiment.specs)
        output.talk(f"Curve drawn: {drawn.path}")
