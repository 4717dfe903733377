"""``seqtasks plugins``: the plugins, the names they provide, and their problems."""

import typer

from seqtasks.catalogue.entry import PluginReport
from seqtasks.catalogue.host import PLUGGED
from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, start_host


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plugins")(list_plugins)


def list_plugins(context: typer.Context, json: JsonOption = False, plugin: PluginOption = None) -> None:
    """List the plugins, the names they provide, and their problems.

    The exit code is 1 if a plugin has a problem.
    """
    reports = start_host(context, plugin, report=False).plugins
    if json:
        output.record([_record(report) for report in reports])
    else:
        output.table(("plugin", "version", "from", "provides"), [_row(report) for report in reports])
        for report in reports:
            for problem in report.problems:
                output.line(f"{report.name}: {problem}.")
    raise typer.Exit(int(any(report.problems for report in reports)))


def _row(report: PluginReport) -> tuple[str, str, str, str]:
    provided = ", ".join(entry.name for _, entry in report.entries) or "nothing"
    return report.name, report.version, report.origin, "blocked" if report.blocked else provided


def _record(report: PluginReport) -> dict[str, object]:
    return {
        "name": report.name,
        "version": report.version,
        "origin": report.origin,
        "blocked": report.blocked,
        "problems": list(report.problems),
        **{kind: [e.name for shelf, e in report.entries if shelf == kind] for kind in PLUGGED},
    }
