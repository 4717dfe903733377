"""Every command that a page shows could be typed."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from seqtasks.catalogue.host import Host
from seqtasks.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "plugins").glob("*/README.md")),
]
GROUP = typer.main.get_command(app)
HOST = Host.start(environ={"SEQTASKS_BLOCK": "*"})


def fences(path, language):
    """What stands in each fence of that language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def shown():
    """(page, command) for each command of a bash block that begins with ``seqtasks``."""
    for path in PAGES:
        for command in re.split(r"\n| && | > ", "\n".join(fences(path, "bash"))):
            if command.startswith("seqtasks "):
                yield str(path.relative_to(ROOT)), command


SHOWN = list(shown())


def parsed(words):
    """The command's name and its arguments and options, after the same parsing as in a shell; nothing is run."""
    name, command, rest = GROUP.resolve_command(GROUP.make_context("seqtasks", [], resilient_parsing=True), words)
    return name, command.make_context(name, rest).params


def test_pages_show_commands():
    """The pattern that finds them finds them."""
    assert len(SHOWN) > 60


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_are_shown_without_a_prompt(page):
    """A block that is copied whole can be pasted into a shell, and output stands in a block of its own."""
    assert fences(page, "console") == []
    assert [line for fence in fences(page, "[a-z]*") for line in fence.splitlines() if line.startswith("$ ")] == []


@pytest.mark.parametrize(("page", "command"), SHOWN)
def test_shown_command_can_be_typed(page, command):
    """The command exists, and takes these arguments and options."""
    name, _ = parsed(shlex.split(command)[1:])
    assert name in GROUP.commands


@pytest.mark.parametrize(("page", "command"), SHOWN)
def test_shown_specs_are_right(page, command):
    """Where a task, model or trainer that is named is built in, its settings exist and are in range."""
    name, params = parsed(shlex.split(command)[1:])
    named = {"tasks": "task", "models": "model", "trainers": "trainer"} if name == "run" else {}
    for shelf, parameter in named.items():
        given = params[parameter]
        if given is not None and given.partition(":")[0] in HOST.shelf(shelf):
            assert HOST.spec(shelf, given).name in HOST.shelf(shelf)
