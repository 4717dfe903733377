"""``seqtasks runs``: the runs of a store: list, show, compare, export, delete, and import those of another store."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, final

import typer

from seqtasks.cli import output
from seqtasks.cli.options import JsonOption
from seqtasks.cli.store_options import ModelFilter, StoreOption, TaskFilter, TrainerFilter
from seqtasks.cli.summary_table import print_rows
from seqtasks.errors import DataError, UsageError
from seqtasks.lazy import LazyImport
from seqtasks.store.details import stored_measures
from seqtasks.store.location import store_path
from seqtasks.store.query import STATUSES, Selection, StoredRun, stored_in_full, stored_runs
from seqtasks.store.run_store import RunStore

_COMPARED: Final = LazyImport("seqtasks.benchmarks.summary:compared")
_EXPORT: Final = LazyImport("seqtasks.store.frame:export")

runs_app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)


@final
@dataclass(frozen=True, slots=True)
class Chosen:
    """The store and the runs that the options before a subcommand choose."""

    store: Path
    selection: Selection
    json: bool

    def runs(self) -> list[StoredRun]:
        """The selected runs."""
        return stored_runs(self.store, self.selection)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(runs_app, name="runs")


@runs_app.callback()
def runs(
    context: typer.Context,
    store: StoreOption = None,
    task: TaskFilter = None,
    model: ModelFilter = None,
    trainer: TrainerFilter = None,
    status: Annotated[str | None, typer.Option(help=f"Only runs of this status: {', '.join(STATUSES)}.")] = None,
    json: JsonOption = False,
) -> None:
    """List the stored runs. The options choose the runs of the subcommands, too.

    Example: seqtasks runs --status failed
    """
    context.obj = Chosen(store_path(store), Selection(task, model, trainer, status), json)
    if context.invoked_subcommand is None:
        _list(context.obj)


@runs_app.command("show")
def show(context: typer.Context) -> None:
    """Print the runs in full, as JSON: request, record, training curve, versions, and the traceback of an error."""
    chosen: Chosen = context.obj
    output.record(list(stored_in_full(chosen.store, chosen.selection)))


@runs_app.command("compare")
def compare(context: typer.Context) -> None:
    """Compare models and trainers: a line for each task, model and trainer, with the median over the seeds."""
    chosen: Chosen = context.obj
    found = chosen.runs()
    rows = _COMPARED(found, stored_measures(chosen.store, [run.key for run in found]))
    if chosen.json:
        output.record([row.record() for row in rows])
        return
    print_rows(rows)


@runs_app.command("export")
def export(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A .csv, .parquet or .json file.")],
    force: Annotated[bool, typer.Option("--force", help="Allow replacing a file of another kind.")] = False,
) -> None:
    """Write the runs to a file."""
    chosen: Chosen = context.obj
    found = chosen.runs()
    _EXPORT(found, stored_measures(chosen.store, [run.key for run in found]), file, force)
    output.talk(f"{_counted(len(found))} written to {file}.")


@runs_app.command("delete")
def delete(
    context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False
) -> None:
    """Delete the runs and their records. Runs in progress stay."""
    chosen: Chosen = context.obj
    found = chosen.runs()
    if not found:
        raise DataError(f"No run of {chosen.store} is selected.", "seqtasks runs lists them.")
    if not yes and not typer.confirm(f"Delete {_counted(len(found))} of {chosen.store}?", err=True):
        raise UsageError("Nothing is deleted.", "Add --yes to delete without a question.")
    with RunStore(chosen.store) as store:
        deleted = store.delete(run.key for run in found)
    output.talk(f"{_counted(deleted)} deleted.")


@runs_app.command("import")
def import_runs(
    context: typer.Context, store: Annotated[Path, typer.Argument(metavar="STORE", help="The other store.")]
) -> None:
    """Copy the runs of another store that have ended. Runs that are stored already stay as they are."""
    chosen: Chosen = context.obj
    stored_runs(store, Selection(status="running"))  # reports a file that is not a store of this version
    with RunStore(chosen.store) as own:
        copied = own.merge(store)
    output.talk(f"{_counted(copied)} copied from {store}.")


def _list(chosen: Chosen) -> None:
    found = chosen.runs()
    if chosen.json:
        output.record([run.record() for run in found])
        return
    columns = ("task", "model", "trainer", "seed", "status", "skill", "parameters", "steps", "error")
    output.table(columns, [_row(run) for run in found])


def _row(run: StoredRun) -> tuple[str, ...]:
    numbers = (run.skill, run.parameters, run.steps)
    shown = ("" if each is None else _short(each) for each in numbers)
    return (run.task, run.model, run.trainer, str(run.seed), run.status, *shown, run.error or "")


def _short(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _counted(number: int) -> str:
    return f"{number} run{'s' * (number != 1)}"
