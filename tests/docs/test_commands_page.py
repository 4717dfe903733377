"""The page of commands, held against the commands themselves."""

import re

import pytest
import typer

from seqtasks.cli.app import app

GROUP = typer.main.get_command(app)
COMMANDS = GROUP.commands


def options(command):
    """Its long options, and those of its subcommands."""
    own = [flag for parameter in command.params for flag in parameter.opts if flag.startswith("--")]
    return own + [flag for inner in getattr(command, "commands", {}).values() for flag in options(inner)]


def section(text, heading):
    """What stands between a heading that begins so and the next of its level."""
    found = re.search(rf"^## `{re.escape(heading)}[ `].*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"reference/commands.md has no section {heading}"
    return found.group()


@pytest.mark.parametrize("name", COMMANDS)
def test_command_and_each_of_its_options_is_documented(page, name):
    """A section for the command, and a row for each long option."""
    text = section(page("reference/commands.md"), f"seqtasks {name}")
    assert [flag for flag in options(COMMANDS[name]) if f"| `{flag}" not in text and flag != "--help"] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_documented_options_exist(page, name):
    """No row of a command's table names an option that it does not have."""
    text = section(page("reference/commands.md"), f"seqtasks {name}")
    rows = re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE)
    assert rows
    assert set(rows) - set(options(COMMANDS[name])) == set()


def test_options_before_the_command_are_documented(page):
    """Those of seqtasks itself, completion and help included."""
    text = page("reference/commands.md").partition("## `seqtasks`\n")[2].partition("\n## ")[0]
    own = [flag for parameter in GROUP.params for flag in parameter.opts if flag.startswith("--")]
    assert [flag for flag in [*own, "--help"] if f"| `{flag}" not in text] == []


def test_arguments_are_documented(page):
    """Each command's heading shows its arguments."""
    text = page("reference/commands.md")
    assert "## `seqtasks run TASK`" in text
    assert "## `seqtasks show NAME_OR_SPEC`" in text
    assert "## `seqtasks list [tasks|cells|models|trainers|suites|observers|optimizers|initializers]`" in text
    assert "## `seqtasks predict NETWORK DATA`" in text
    assert "## `seqtasks bench SUITE`" in text
    assert "## `seqtasks runs [show|compare|export|delete|import]`" in text
    assert "## `seqtasks report`" in text


def test_subcommands_are_documented(page):
    """A row for each subcommand of runs, and no row of another."""
    text = section(page("reference/commands.md"), "seqtasks runs")
    rows = re.findall(r"^\| `([a-z]+)[^`]*` \|", text.partition("| option")[0], re.MULTILINE)
    assert rows == list(COMMANDS["runs"].commands)
