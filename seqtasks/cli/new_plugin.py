"""``seqtasks new-plugin``: a template of a plugin, as a package or as one file."""

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
from seqtasks.scaffold.draft import Draft, check_module_name
from seqtasks.scaffold.kinds import Kind
from seqtasks.scaffold.placement import place


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("new-plugin")(new_plugin)


def new_plugin(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name that users type, such as two-back.")],
    kind: Annotated[list[Kind], typer.Option(metavar="|".join(Kind), help="Kind of the entry.")],
    single_file: Annotated[
        bool, typer.Option("--single-file", help="Write one file for --plugin instead of a package.")
    ] = False,
    into: Annotated[str, typer.Option(metavar="FOLDER", help="Folder to write to.")] = ".",
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Create a working plugin to start from.

    A package includes tests. Existing files are not overwritten.
    """
    draft = Draft(name, _one(kind))
    if single_file:
        check_module_name(draft)
    _check_name(start_host(context, plugin), draft)
    if not single_file:
        _check_distribution(draft)
    files = rendering.single_file(draft) if single_file else rendering.package(draft)
    created = place(files, into)
    commands = _of_file(draft, created) if single_file else _of_package(draft, created)
    if json:
        output.record({"path": str(created), "files": list(files), "next": commands})
        return
    output.line(str(created))
    output.talk("Next:")
    for command in commands:
        output.talk(f"    {command}")


def _one(kinds: list[Kind]) -> Kind:
    if len(kinds) > 1:
        raise UsageError(
            f"--kind appears {len(kinds)} times: {', '.join(kinds)}.",
            "Name one kind, and add further entries to the plugin by hand.",
        )
    return kinds[0]


def _check_name(host: Host, draft: Draft) -> None:
    """Check that no entry of any kind and no plugin has the name, because the commands to try would be ambiguous."""
    owner = _owner(host, draft.name)
    if owner is not None:
        raise UsageError(
            f"The name {draft.name} is already used by {owner}.",
            "Choose another name; seqtasks list shows the names in use.",
        )
    if draft.name in {canonical(report.name) for report in host.plugins if report.origin != PACKAGE}:
        raise UsageError(
            f"The name {draft.name} is already used by a plugin.",
            "Choose another name; seqtasks plugins shows the names in use.",
        )


def _owner(host: Host, name: str) -> str | None:
    try:
        shelf, *_ = host.shelves_of(name)
    except UsageError:
        return None
    return host.owner(host.shelf(shelf)[name])


def _check_distribution(draft: Draft) -> None:
    if distribution(draft.distribution) is not None:
        raise UsageError(
            f"The package {draft.distribution} is installed, and the new package would replace it.",
            "Choose another name.",
        )


def _of_package(draft: Draft, created: Path) -> list[str]:
    folder = shlex.quote(str(created))
    tested = shlex.quote(
        f"{created if created.is_absolute() else f'./{created}'}[test]"
    )  # with pytest, which the last command needs
    return [
        f"pip install -e {tested}",
        f"seqtasks list {draft.kind}s",
        rendering.command(draft),
        f"seqtasks check {draft.name}",
        f"pytest {folder}",
    ]


def _of_file(draft: Draft, created: Path) -> list[str]:
    file = shlex.quote(str(created))
    return [
        f"seqtasks list {draft.kind}s --plugin {file}",
        f"{rendering.command(draft)} --plugin {file}",
        f"seqtasks check {file}",
    ]
