"""The application that combines the commands, one module each."""

from typing import Annotated

import typer

from seqtasks.catalogue.installed import version
from seqtasks.cli import bench, check, explain, new_plugin, output, plugins, predict, report, run, runs, show
from seqtasks.cli import list as list_command
from seqtasks.cli.options import PluginOption

app = typer.Typer(
    name="seqtasks",
    help="Sequence-memory tasks and the recurrent networks that learn them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for command in (run, explain, list_command, show, plugins, predict, check, new_plugin, bench, runs, report):
    command.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.line(f"seqtasks {version('seqtasks')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    plugin: PluginOption = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Sequence-memory tasks and the recurrent networks that learn them."""
    context.obj = tuple(plugin or ())
