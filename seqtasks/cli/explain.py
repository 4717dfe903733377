"""``seqtasks explain``: run a model on a task, and find out why it does not learn."""

import sys
from typing import Annotated, Any, Final

import typer

from seqtasks.catalogue.host import Host
from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, start_host
from seqtasks.cli.process import quiet
from seqtasks.cli.run import EXIT, follow, leave_now
from seqtasks.cli.run_options import (
    DtypeOption,
    EpochsOption,
    LearningRateOption,
    ModelOption,
    ReplicasOption,
    SeedOption,
    StepsOption,
    TaskArgument,
    TrainerOption,
    UnitsOption,
)
from seqtasks.diagnosis.output import page_target
from seqtasks.files.run_files import RunFiles
from seqtasks.lazy import LazyImport
from seqtasks.running.execution import Interruptible, execute
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun

_DIAGNOSE: Final = LazyImport("seqtasks.diagnosis.runs.diagnose:diagnose")
_DISPLAY: Final = LazyImport("seqtasks.display.live:Display")

TryOption = Annotated[
    bool,
    typer.Option(
        "--try", help="Train copies with the proposed changes, over other seeds; takes up to six times as long."
    ),
]
HtmlOption = Annotated[str | None, typer.Option("--html", metavar="FILE", help="Also write a page with figures.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Allow --html to replace a file of another kind.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(  # noqa: PLR0913, PLR0917 - each is an option of the command
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
    attempt: TryOption = False,
    html: HtmlOption = None,
    force: ForceOption = False,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Train a model on a task, and find out why it does not learn, or not as well as it could.

    Example: seqtasks explain prev-bit --model gru:readout=none --trainer online:window=1 --try
    """
    page = page_target(html, force) if html is not None else None
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
    )
    with RunFiles.of(request) as files, quiet():
        events = Interruptible(execute(request, host=host, checkpoint=None))
        done = follow(events, files)
        if events.busy:
            leave_now(
                files,
                "Interrupted: the network is not evaluated, so there is nothing to explain. Run the command again.",
            )
        found = _diagnosed(done, host, attempt)
        output.line(found.to_json() if json else str(found))
        if page is not None:
            found.write_page(page)
            output.talk(f"The page is in {page.path}.")
    raise typer.Exit(EXIT[done.result.status] if done.result.status == "interrupted" else 0)


def _diagnosed(run: TrainedRun, host: Host, attempt: bool) -> Any:
    """The diagnosis, with a line that says what is going on."""
    if not sys.stderr.isatty():
        return _DIAGNOSE(run, host, try_changes=attempt)
    with _DISPLAY("measuring") as display:
        return _DIAGNOSE(run, host, try_changes=attempt, doing=display.doing)
