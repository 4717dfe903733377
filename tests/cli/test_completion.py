"""What the shell is offered."""

import pytest


@pytest.fixture
def complete(monkeypatch, seqtasks):
    """The candidates for a line as typed so far, as fish asks for them."""

    def complete(line):
        monkeypatch.setenv("_SEQTASKS_COMPLETE", "complete_fish")
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        done = seqtasks()
        assert (done.code, done.err) == (0, "")
        return [line.split("\t")[0] for line in done.out.splitlines()]

    return complete


@pytest.mark.parametrize(
    ("line", "candidates"),
    [
        ("seqtasks show de", ["delay", "delay-line"]),
        ("seqtasks show s", ["same-bit", "sequences", "simple-rnn", "snap", "sgd"]),
        ("seqtasks list m", ["models"]),
        ("seqtasks pl", ["plugins"]),
    ],
)
def test_names_kinds_and_commands(complete, line, candidates):
    """Names of every shelf, kinds of lists, commands."""
    assert complete(line) == candidates


@pytest.mark.parametrize("line", ["seqtasks --plugin {} show lea", "seqtasks show --plugin {} lea"])
def test_plugins_names_are_offered(complete, plugin, line):
    """--plugin counts before the command and after it, and what a plugin prints is not a candidate."""
    with open(plugin, "a", encoding="utf-8") as file:
        file.write("print('talk')\n")
    assert complete(line.format(plugin)) == ["leaky", "leaky-rnn"]


def test_broken_plugin_offers_nothing_and_says_nothing(complete, write):
    """Completion emits candidates only."""
    assert complete(f"seqtasks --plugin {write('broken.py', '1 / 0')} show ech") == ["echo"]
