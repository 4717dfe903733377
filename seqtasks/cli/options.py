"""Options and arguments that several commands share, and the host they ask for."""

from typing import Annotated

import typer

from seqtasks.catalogue.discovery import PACKAGE
from seqtasks.catalogue.host import Host
from seqtasks.cli import output

PluginOption = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE_OR_MODULE", help="Also let this plugin in; may be given several times."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def start_host(context: typer.Context, plugin: list[str] | None, report: bool = True) -> Host:
    """The host with the plugins named before the command and after it.

    Args:
        context: The command's context.
        plugin: The plugins named after the command.
        report: Whether to say on stderr what is wrong with a plugin.
    """
    host = Host.start(tuple(context.obj or ()) + tuple(plugin or ()))
    for found in host.plugins if report else ():
        if found.interface:  # using a name of it says all about that
            output.talk(f"Plugin {found.name}: its entries are set aside; seqtasks plugins says why.")
            continue
        for problem in found.problems:
            output.talk(f"{'Package' if found.origin == PACKAGE else 'Plugin'} {found.name}: {problem}.")
    return host
