"""Exit codes, errors as messages, and what the light commands load."""

import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from seqtasks.cli import list as list_command
from seqtasks.cli import output, terminal
from seqtasks.errors import DataError


def test_version(seqtasks):
    """The distribution's version, on stdout."""
    assert seqtasks("--version").out == f"seqtasks {version('seqtasks')}\n"


def test_help_names_every_command(seqtasks):
    """--help lists the commands and exits with 0."""
    done = seqtasks("--help")
    assert done.code == 0
    for command in ("list", "show", "plugins"):
        assert f"\n  {command} " in done.out


def test_unknown_option(seqtasks):
    """Typer's own refusals exit with 2 and leave stdout alone."""
    done = seqtasks("list", "--colour")
    assert (done.code, done.out) == (2, "")
    assert "Error: No such option: --colour" in done.err


@pytest.mark.parametrize(
    ("raised", "code", "err"),
    [
        (DataError("No file a.csv.", "Look."), 1, "Error: No file a.csv.\nHint: Look.\n"),
        (DataError("No file a.csv."), 1, "Error: No file a.csv.\n"),
        (KeyboardInterrupt(), 130, ""),
        (
            RuntimeError("odd"),
            1,
            "Error: Unexpected RuntimeError: odd\nHint: Set SEQTASKS_DEBUG=1 to see the traceback.\n",
        ),
    ],
)
def test_errors_become_messages(seqtasks, monkeypatch, raised, code, err):
    """One or two lines on stderr, nothing on stdout, never a traceback."""
    monkeypatch.setattr(list_command, "start_host", _raiser(raised))
    done = seqtasks("list")
    assert (done.code, done.out, done.err) == (code, "", err)


def test_debug_shows_the_traceback(seqtasks, monkeypatch):
    """SEQTASKS_DEBUG=1 shows where, before the message."""
    monkeypatch.setattr(list_command, "start_host", _raiser(DataError("No file a.csv.")))
    monkeypatch.setenv("SEQTASKS_DEBUG", "1")
    done = seqtasks("list")
    assert done.err.startswith("Traceback (most recent call last)")
    assert done.err.endswith("Error: No file a.csv.\n")


def _raiser(error):
    def start_host(*_args, **_options):
        raise error

    return start_host


def test_table_on_a_terminal(capsys):
    """Rows wrap to the terminal's width and markup in them is text."""
    terminal.table(("name", "summary"), [("a-name", "[bold]word[/bold] " * 10)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 80
    assert "[bold]word[/bold]" in lines[2]
    terminal.table(("name", "default"), [("a-name", "x" * 100)])
    assert capsys.readouterr().out.count("x") == 100


@pytest.mark.parametrize(("columns", "wrapped"), [("80", True), ("20", False)])
def test_table_on_a_narrow_terminal(monkeypatch, capsys, columns, wrapped):
    """A row stays a line, for the terminal to break: columns of single letters could not be read."""
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    output.table(("name", "summary"), [("a-name", "word " * 30)])
    assert (len(capsys.readouterr().out.splitlines()) > 2) == wrapped


def test_light_commands_load_nothing_heavy():
    """In a fresh process, --help, list, show, plugins and a wrong name load nothing heavy: light means built-ins."""
    code = """
import sys
from seqtasks.__main__ import main
words = ["--help", "list", "list models --json", "show gru", "show adam", "plugins", "show nonsense", "--version"]
words += ["runs --help", "runs --store nowhere.sqlite", "report --help", "report --format pdf"]
codes = []
for line in words:
    sys.argv = ["seqtasks", *line.split()]
    try:
        main()
    except SystemExit as exit:
        codes.append(exit.code or 0)
print(codes, sorted({"numpy", "sklearn", "keras", "tensorflow", "pandas", "rich"} & set(sys.modules)))
"""
    environment = os.environ | {"PYTHONWARNINGS": "error", "SEQTASKS_BLOCK": "*"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 2] []"
