"""``seqtasks report``: how the stored runs compare, as a page, a picture or a table."""

import shlex
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from seqtasks.cli import output
from seqtasks.cli.store_options import ModelFilter, StoreOption, TaskFilter, TrainerFilter
from seqtasks.comparison.ranking import RANKINGS, check_ranking
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.reports.output import FORMS, TEXTS, TITLE, form_of, target, text, write
from seqtasks.store.location import store_path
from seqtasks.store.query import Selection

_STORE_SOURCE = LazyImport("seqtasks.reports.source:StoreSource")

FileOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="File of the report; by default report.html, and standard output for tables.",
    ),
]
FormOption = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMS)}; by default that of the file's ending."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(  # noqa: PLR0917 - each is an option of the command
    store: StoreOption = None,
    file: FileOption = None,
    form: FormOption = None,
    task: TaskFilter = None,
    model: ModelFilter = None,
    trainer: TrainerFilter = None,
    tune: Annotated[
        str | None,
        typer.Option(
            metavar="SETTING",
            help="Choose this setting, such as optimizer.learning_rate, on half of the seeds, and compare the others.",
        ),
    ] = None,
    rank_by: Annotated[
        str,
        typer.Option(help="Rank by skill, or by prequential: the skill of networks that learn on in the test."),
    ] = RANKINGS[0],
    title: Annotated[str, typer.Option(help="Title of the page.")] = TITLE,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Allow replacing a file of another kind.")] = False,
) -> None:
    """Compare the stored runs: a leaderboard, memory horizons, learning curves, and a verdict for each method.

    Example: seqtasks report -o report.html --open
    """
    check_ranking(rank_by)
    chosen = form_of(form, file)
    if open_it and chosen != "html":
        raise UsageError(f"--open opens a page, but the format is {chosen}.", "Leave one of the two out.")
    path, selection = store_path(store), Selection(task, model, trainer)
    if file is None and chosen in TEXTS:
        output.line(text(chosen, _STORE_SOURCE(path, selection), tune, rank_by).rstrip("\n"))
        return
    written = target(chosen, file or f"report{FORMS[chosen]}", force)
    options = {"--store": _name(store), "--output": _name(file), "--format": form, "--task": task, "--model": model}
    options |= {"--trainer": trainer, "--tune": tune, "--title": None if title == TITLE else title}
    options |= {"--rank-by": None if rank_by == RANKINGS[0] else rank_by}
    write(chosen, _STORE_SOURCE(path, selection), written, title, _command(options), tune, rank_by)
    output.talk(f"The report is in {written.path}.")
    if open_it and not webbrowser.open(written.path.resolve().as_uri()):
        output.talk("No browser was found. Open the file yourself.")


def _command(options: Mapping[str, str | None]) -> str:
    """The command that writes the report, with the options that have a value."""
    words = [word for name, value in options.items() if value is not None for word in (name, value)]
    return shlex.join(["seqtasks", "report", *words])


def _name(file: str | None) -> str | None:
    """The name of a file without its folder, which is nobody else's business."""
    return None if file is None else Path(file).name
