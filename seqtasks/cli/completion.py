"""Candidates for the shell's completion: names, and nothing else, whatever a plugin prints."""

import os
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

import typer

from seqtasks.catalogue.host import LISTED, Host

Completer = Callable[[typer.Context, str], list[tuple[str, str]]]


def kinds(incomplete: str) -> list[str]:
    """The shelves that can be listed."""
    return [shelf for shelf in LISTED if shelf.startswith(incomplete)]


def names(*shelves: str) -> Completer:
    """A callback that completes the names on some shelves, plugins' included."""

    def complete(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            host = Host.start(_plugins(context))
        found = {entry.name: entry.summary for shelf in shelves for entry in host.shelf(shelf).values()}
        return [(name, summary) for name, summary in found.items() if name.startswith(incomplete)]

    return complete


def _plugins(context: typer.Context) -> list[str]:
    """What ``--plugin`` names before the command and after it; while completing, no command has run yet."""
    before = context.parent.params.get("plugin") if context.parent is not None else None
    return [*(before or ()), *(context.params.get("plugin") or ())]
