"""``seqtasks list``: the names of tasks, cells, models and trainers."""

from typing import Annotated, Literal

import typer

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.host import SHELVES, Host
from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, complete_kinds, start_host

Kind = Literal["tasks", "cells", "models", "trainers", "suites", "observers", "optimizers", "initializers"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list")(list_names)


def list_names(
    context: typer.Context,
    kind: Annotated[Kind | None, typer.Argument(help="List only this kind.", autocompletion=complete_kinds)] = None,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """List the names of tasks, cells, models and trainers.

    Every cell is also a model: `list models` shows both. `list suites` shows the suites of benchmarks, `list observers`
    what can watch a run, and `list optimizers` and `list initializers` the names of Keras.
    """
    show_names(start_host(context, plugin), kind, json)


def show_names(host: Host, kind: str | None, json: bool) -> None:
    """Print the names of one kind, or of all kinds that plugins can provide.

    Args:
        host: The catalogue.
        kind: A shelf, or None.
        json: Whether to print JSON.
    """
    shown = {shelf: _entries(host, shelf, kind) for shelf in ((kind,) if kind else SHELVES)}
    if json:
        output.record({shelf: [_record(host, e) for e in entries] for shelf, entries in shown.items()})
        return
    rows = [(e.name, shelf.removesuffix("s"), e.summary) for shelf, entries in shown.items() for e in entries]
    output.table(("name", "kind", "summary"), rows)


def _entries(host: Host, shelf: str, kind: str | None) -> list[Entry]:
    """The entries of a kind; cells are listed as models only for ``list models``."""
    hidden = host.shelf("cells") if kind is None and shelf == "models" else {}
    return [entry for name, entry in host.shelf(shelf).items() if name not in hidden]


def _record(host: Host, entry: Entry) -> dict[str, str]:
    return {"name": entry.name, "summary": entry.summary, "plugin": host.owner(entry)}
