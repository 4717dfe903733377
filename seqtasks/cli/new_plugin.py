"""``seqtasks new-plugin``: a package, or one file, to start from."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from seqtasks.catalogue.discovery import PACKAGE
from seqtasks.catalogue.host import Host
from seqtasks.catalogue.installed import canonical, distribution
from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, start_host
from seqtasks.errors import UsageError
from seqtasks.scaffold import rendering
from seqtasks.scaffold.draft import Draft, refuse_hidden_module
from seqtasks.scaffold.kinds import Kind
from seqtasks.scaffold.placement import place


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("new-plugin")(new_plugin)


def new_plugin(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What users will type, such as two-back.")],
    kind: Annotated[list[Kind], typer.Option(metavar="|".join(Kind), help="What it brings, one of them.")],
    single_file: Annotated[bool, typer.Option("--single-file", help="One file for --plugin, not a package.")] = False,
    into: Annotated[str, typer.Option(metavar="FOLDER", help="Where to write it.")] = ".",
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Write a plugin to start from: it works as it is, and is yours to change.

    A package brings its tests, too. Nothing is overwritten.
    """
    draft = Draft(name, _one(kind))
    if single_file:
        refuse_hidden_module(draft)
    _refuse_taken(start_host(context, plugin), draft)
    if not single_file:
        _refuse_installed(draft)
    files = rendering.single_file(draft) if single_file else rendering.package(draft)
    made = place(files, into)
    commands = _of_file(draft, made) if single_file else _of_package(draft, made)
    if json:
        output.record({"path": str(made), "files": list(files), "next": commands})
        return
    output.line(str(made))
    output.talk("Next:")
    for command in commands:
        output.talk(f"    {command}")


def _one(kinds: list[Kind]) -> Kind:
    if len(kinds) > 1:
        raise UsageError(
            f"--kind is given {len(kinds)} times: {', '.join(kinds)}.",
            "Give one; what else the plugin is to bring is added to it by hand.",
        )
    return kinds[0]


def _refuse_taken(host: Host, draft: Draft) -> None:
    """Refuse an entry's name, of whatever kind, for the commands that are shown would mean both; and a plugin's."""
    owner = _owner(host, draft.name)
    if owner is not None:
        raise UsageError(
            f"The name {draft.name} is taken by {owner}, and stays with it.",
            "Choose another name; seqtasks list shows those that are taken.",
        )
    if draft.name in {canonical(report.name) for report in host.plugins if report.origin != PACKAGE}:
        raise UsageError(
            f"A plugin is called {draft.name} already.",
            "Choose another name; seqtasks plugins shows those that are taken.",
        )


def _owner(host: Host, name: str) -> str | None:
    try:
        shelf, *_ = host.shelves_of(name)
    except UsageError:
        return None
    return host.owner(host.shelf(shelf)[name])


def _refuse_installed(draft: Draft) -> None:
    if distribution(draft.distribution) is not None:
        raise UsageError(
            f"A package {draft.distribution} is installed, which a new one of that name would replace.",
            "Choose another name.",
        )


def _of_package(draft: Draft, made: Path) -> list[str]:
    folder = shlex.quote(str(made))
    tested = shlex.quote(f"{made if made.is_absolute() else f'./{made}'}[test]")  # with pytest, for the last command
    return [
        f"pip install -e {tested}",
        f"seqtasks list {draft.kind}s",
        rendering.command(draft),
        f"seqtasks check {draft.name}",
        f"pytest {folder}",
    ]


def _of_file(draft: Draft, made: Path) -> list[str]:
    file = shlex.quote(str(made))
    return [
        f"seqtasks list {draft.kind}s --plugin {file}",
        f"{rendering.command(draft)} --plugin {file}",
        f"seqtasks check {file}",
    ]
