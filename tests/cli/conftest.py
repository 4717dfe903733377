"""Runs the command line in this process, from typed words to exit code."""

import sys
from dataclasses import dataclass

import pytest

from seqtasks.__main__ import main


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def seqtasks(monkeypatch, capfd, no_installed_plugins):
    """``seqtasks("list", "tasks")`` is what a shell would see."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["seqtasks", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capfd.readouterr()
        return Outcome(caught.value.code or 0, out, err)

    return run


@pytest.fixture
def plugin(write):
    """A plugin file with a task, a cell, and a misspelt hook."""
    return write(
        "mixed.py",
        '''
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl

class Leaky:
    """A leaky cell: h' = h/2 + x."""

    def __init__(self, units, leak=0.5):
        self.units, self.leak = units, leak

@hookimpl
def seqtasks_tasks():
    yield Entry("gru", "A task of that name.", "seqtasks.tasks.prev_bit:PrevBit")

@hookimpl
def seqtasks_cells():
    yield Entry("leaky", "A leaky cell.", f"{__name__}:Leaky")

@hookimpl
def seqtasks_task():
    yield
''',
    )
