"""Options and arguments that several commands share, the completion of names, and the host that the options ask for."""

import os
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Annotated

import typer

from seqtasks.catalogue.discovery import PACKAGE
from seqtasks.catalogue.host import LISTED, Host
from seqtasks.cli import output
from seqtasks.cli.process import quiet

PluginOption = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE_OR_MODULE", help="Load this plugin as well. Repeatable."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Completer = Callable[[typer.Context, str], list[tuple[str, str]]]


def start_host(context: typer.Context, plugin: list[str] | None, report: bool = True) -> Host:
    """The host with the plugins that ``--plugin`` names before the command and after it.

    Args:
        context: The command's context.
        plugin: The plugins named after the command.
        report: Whether to print problems of plugins on stderr.
    """
    with quiet(needs_temporary_folder=False):  # a plugin may import TensorFlow, which writes to stderr
        host = Host.start(tuple(context.obj or ()) + tuple(plugin or ()))
    for found in host.plugins if report else ():
        if found.interface:  # an error names the cause as soon as one of its names is used
            output.talk(f"Plugin {found.name}: its entries are set aside. Run seqtasks plugins to see why.")
            continue
        for problem in found.problems:
            output.talk(f"{'Package' if found.origin == PACKAGE else 'Plugin'} {found.name}: {problem}.")
    return host


def complete_kinds(incomplete: str) -> list[str]:
    """The kinds that can be listed and start with the typed text."""
    return [shelf for shelf in LISTED if shelf.startswith(incomplete)]


def complete_names(*shelves: str) -> Completer:
    """A callback that completes the names of some kinds, including those of plugins.

    Args:
        shelves: The kinds, such as ``tasks``.
    """

    def complete(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        with (
            quiet(needs_temporary_folder=False),
            open(os.devnull, "w") as nowhere,  # the shell would take what a plugin prints for candidates
            redirect_stdout(nowhere),
            redirect_stderr(nowhere),
        ):
            host = Host.start(_typed_plugins(context))
        found = {entry.name: entry.summary for shelf in shelves for entry in host.shelf(shelf).values()}
        return [(name, summary) for name, summary in found.items() if name.startswith(incomplete)]

    return complete


def _typed_plugins(context: typer.Context) -> list[str]:
    """The plugins named before the command and after it; during completion, no command has run yet."""
    before = context.parent.params.get("plugin") if context.parent is not None else None
    return [*(before or ()), *(context.params.get("plugin") or ())]
