"""``seqtasks list``: every name that can be used."""

from typing import Annotated, Literal

import typer

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.host import SHELVES, Host
from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, complete_kinds, start_host

Kind = Literal["tasks", "cells", "models", "trainers", "optimizers", "initializers"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list")(list_names)


def list_names(
    context: typer.Context,
    kind: Annotated[Kind | None, typer.Argument(help="Only these.", autocompletion=complete_kinds)] = None,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """List tasks, cells, models and trainers, or Keras's optimizers or initializers.

    A cell can be used wherever a model can: `list models` shows both.
    """
    show_names(start_host(context, plugin), kind, json)


def show_names(host: Host, kind: str | None, json: bool) -> None:
    """Print the names of one kind, or all that plugins can bring.

    Args:
        host: What knows them.
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
    """The shelf's entries; cells among the models only where models were asked for."""
    hidden = host.shelf("cells") if kind is None and shelf == "models" else {}
    return [entry for name, entry in host.shelf(shelf).items() if name not in hidden]


def _record(host: Host, entry: Entry) -> dict[str, str]:
    return {"name": entry.name, "summary": entry.summary, "plugin": host.owner(entry)}
