"""Ctrl-C during a run from Python: the network trained so far is kept."""

import os
import signal
import threading
from itertools import count
from pathlib import Path

import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.files import store
from seqtasks.running.execution import Interrupted, Interruptible, Judged, Progress, execute
from seqtasks.running.request import RunRequest
from seqtasks.running.session import Session

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
ENDLESS = {"model": "elman", "trainer": "still:pause=0.01", "steps": 10**8, "plugins": [PLUGIN]}


def ctrl_c_in(monkeypatch, method):
    """Send this process a SIGINT when the session has gone through a method for the first time."""
    before, calls = getattr(Session, method), count()

    def interrupted(self, *given):
        try:
            return before(self, *given)
        finally:
            if next(calls) == 0:
                os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Session, method, interrupted)


def test_what_was_learned_is_judged_saved_and_drawn(monkeypatch, tmp_path):
    """The result says that it was interrupted; afterwards Ctrl-C does what it did before."""
    ctrl_c_in(monkeypatch, "_learn")
    before, net, png = signal.getsignal(signal.SIGINT), tmp_path / "a.net", tmp_path / "a.png"
    run = seqtasks.run("prev-bit", save=str(net), plot=str(png), **ENDLESS)
    assert (run.status, run.steps < 10**8, run.loss > 0) == ("interrupted", True, True)
    assert store.load(net, Host.start([PLUGIN])).model == "elman:units=3"
    assert png.read_bytes().startswith(b"\x89PNG")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_raises(monkeypatch):
    """While what was learned is judged."""
    ctrl_c_in(monkeypatch, "_learn")
    ended = threading.Event()
    monkeypatch.setattr(Session, "judged", lambda self: (os.kill(os.getpid(), signal.SIGINT), ended.wait(30)))
    with pytest.raises(KeyboardInterrupt):
        seqtasks.run("prev-bit", **ENDLESS)
    ended.set()


def test_ctrl_c_before_anything_was_learned_raises(monkeypatch):
    """There is nothing to keep."""
    ctrl_c_in(monkeypatch, "__init__")
    monkeypatch.setattr(Session, "train", lambda *_: iter([threading.Event().wait(30)]))
    with pytest.raises(KeyboardInterrupt):
        seqtasks.run("prev-bit", **ENDLESS)


def test_ctrl_c_while_judging_leaves_the_judging_out(monkeypatch):
    """The training was over, and its result is not lost."""
    ended = threading.Event()
    monkeypatch.setattr(Session, "judged", lambda self: (os.kill(os.getpid(), signal.SIGINT), ended.wait(30)))
    run = seqtasks.run("prev-bit", **ENDLESS | {"steps": 50})
    ended.set()
    assert (run.status, run.steps, run.loss) == ("interrupted", 50, None)


def test_events_say_what_becomes_of_the_run(monkeypatch):
    """Interrupted, and that it is judged next, then Judged."""
    ctrl_c_in(monkeypatch, "_learn")
    host = Host.start([PLUGIN])
    request = RunRequest.of(host, "prev-bit", "elman", "still:pause=0.01", steps=10**8)
    events = list(Interruptible(execute(request, host=host)))
    interrupted, judged = [event for event in events if not isinstance(event, Progress)][-2:]
    assert isinstance(interrupted, Interrupted)
    assert interrupted.judging
    assert isinstance(judged, Judged)
    assert judged.run.status == "interrupted"
