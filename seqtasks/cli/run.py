"""``seqtasks run``: train a model on a task, and judge it on fresh data."""

import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Annotated, Any, Final

import typer

from seqtasks import network_file, picture
from seqtasks.cli import completion, output
from seqtasks.cli.background import Background
from seqtasks.cli.options import JsonOption, PluginOption, start_host
from seqtasks.cli.quiet import quiet
from seqtasks.entry import Entry
from seqtasks.experiment import Experiment
from seqtasks.host import Host
from seqtasks.output_file import OutputFile
from seqtasks.result import Result

INTERRUPTED: Final = 130
EXIT: Final = {"done": 0, "diverged": 1, "interrupted": INTERRUPTED}

_DISPLAY: Final = Entry("display", "A live picture of a run.", "seqtasks.cli.display:Display")
_SAVE: Final = Entry("save", "Write a network file.", "seqtasks.store:save")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(  # noqa: PLR0913 - each is an option of the command
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
    units: Annotated[int | None, typer.Option(help="Short for the model's units=.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Short for optimizer.learning_rate=.")] = None,
    save: Annotated[str | None, typer.Option(metavar="FILE", help="Write the trained network here.")] = None,
    plot: Annotated[str | None, typer.Option(metavar="FILE", help="Draw the curve here, .png or .svg.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --save and --plot replace files of other kinds.")] = False,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Train a model on a task, and judge it on fresh data.

    For example: seqtasks run prev-bit --model gru
    """
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
    )
    saved = network_file.target(save, force) if save is not None else None
    drawn = picture.target(plot, force) if plot is not None else None
    with quiet():
        result = _watched(experiment)
        _keep(result, host, saved, drawn)
    if json:
        output.line(result.to_json())
    else:
        _print(experiment, result)
    raise typer.Exit(EXIT[result.status])


def _watched(experiment: Experiment) -> Result:
    """The result, trained in the background while this thread shows how far it is and listens for Ctrl-C."""
    sessions: list[Any] = []

    def work() -> Iterator[Any]:
        session = experiment.start()
        yield session
        yield from session.train()

    background = Background(work)
    show = sys.stderr.isatty()
    with _DISPLAY.load()("loading TensorFlow") if show else nullcontext() as display:
        try:
            for news in background:
                if not sessions:
                    sessions.append(news)
                    _warn(experiment, news)
                    if display is not None:
                        display.doing("compiling")
                elif display is not None:
                    sticks = sessions[0].yardsticks
                    display.show(news.step, news.total, news.curve, sticks.chance, sticks.optimum)
        except KeyboardInterrupt:
            if not sessions or not sessions[0].steps:
                _leave_now()
            output.talk("Interrupted: judging what was learned so far. Ctrl-C again leaves at once.")
            sessions[0].stop()
            background.rest()
        if display is not None:
            display.doing("judging on fresh data")
        result: Result = sessions[0].result()
    return result


def _leave_now() -> None:
    """End the process while another thread may be inside a call that nothing can interrupt."""
    output.talk("Interrupted before anything was learned.")
    sys.stdout.flush()
    os._exit(INTERRUPTED)


def _warn(experiment: Experiment, session: Any) -> None:
    horizon, depth = session.trainer.horizon(session.task), session.task.depth
    if horizon is not None and depth is not None and horizon < depth:
        output.talk(
            f"Note: credit goes back through {horizon} cell evaluation{'s' * (horizon > 1)} and {experiment.task.name} "
            f"needs {depth}: what lies further back is learned by luck, if at all."
        )


def _keep(result: Result, host: Host, saved: OutputFile | None, drawn: OutputFile | None) -> None:
    if saved is not None:
        _SAVE.load()(saved, result, host)
        output.talk(f"Network saved: {saved.path}")
    if drawn is not None:
        picture.draw(result, drawn)
        output.talk(f"Curve drawn: {drawn.path}")


def _print(experiment: Experiment, result: Result) -> None:
    def number(value: float | None) -> str:
        return "unknown" if value is None else f"{value:.4f}"

    loss = "not a number" if result.loss is None else f"{result.loss:.4f}"
    error = "" if result.loss_error is None else f" ± {result.loss_error:.4f}"
    rows = [
        ("task", str(experiment.task)),
        ("model", f"{experiment.model}, {result.parameters:,} weights"),
        ("trainer", f"{experiment.trainer}, {result.steps:,} steps, {result.updates:,} updates, seed {result.seed}"),
        ("loss", f"{loss}{error} on fresh data"),
        ("chance", f"{number(result.chance)}  the best constant"),
        ("memoryless", f"{number(result.memoryless)}  the best that sees only the present"),
        ("optimum", f"{number(result.optimum)}  the best that sees the whole past"),
        ("skill", _verdict(result)),
        ("speed", f"{result.steps_per_second or 0:,.0f} steps/s, {sum(result.seconds.values()):.1f} s in all"),
    ]
    if result.own_unit is not None:
        rows.insert(4, ("", f"{result.own_unit['rmse']:.4g} root mean squared error in {result.own_unit['column']}"))
    for name, text in rows:
        output.line(f"{name:<11}{text}")


def _verdict(result: Result) -> str:
    if result.status == "diverged":
        return "diverged: the loss is not finite or above 1000 times chance; a smaller learning rate may help"
    skill = "unknown" if result.skill is None else f"{result.skill:.3f}"
    if result.solved is None:
        verdict = "1 is no error at all, 0 is chance"
    else:
        verdict = "solved" if result.solved else "not solved (0 is chance, 1 the optimum, solved from 0.95)"
    return f"{skill}  {verdict}" + ("; interrupted" if result.status == "interrupted" else "")
