"""Ctrl-C, sent to a real process at every stage of a run."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.environment import environment

from seqtasks.catalogue.host import Host
from seqtasks.files import store

NOTHING_LEARNED = "Interrupted before anything was learned. Run the command again to start over."
PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
LONG = 20  # seconds that a chunk or a compilation takes which Ctrl-C shall not wait for
PROMPT = 5  # seconds within which even a busy machine answers


RUNNING = []


@pytest.fixture(autouse=True)
def nothing_left():
    """A process whose test failed does not go on for ever."""
    yield
    while RUNNING:
        process = RUNNING.pop()
        process.kill()
        process.communicate()


def started(*words):
    process = subprocess.Popen(
        [sys.executable, "-m", "seqtasks", "run", "delay:lag=3", "--plugin", PLUGIN, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    RUNNING.append(process)
    return process


def interrupted(process, *after):
    """Ctrl-C after each of so many seconds; what was printed, and how long the end took after the last."""
    for seconds in after:
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
    before = time.perf_counter()
    out, err = process.communicate(timeout=60)
    return out, err, time.perf_counter() - before


def elman(trainer="still", *words):
    return ("--model", "elman", "--trainer", trainer, *words)


def loaded(process):
    """Wait for the line that comes between loading and compiling."""
    assert process.stderr.readline().startswith("Gradients are truncated after 1 step, but delay needs 4.")
    return process


def test_while_compiling():
    """Nothing was learned, so there is nothing to print: one line, 130, at once."""
    process = loaded(started(*elman(f"still:compiling={LONG}", "--json")))
    out, err, seconds = interrupted(process, 0.5)
    assert (process.returncode, out, err) == (
        130,
        "",
        f"{NOTHING_LEARNED}\n",
    )
    assert seconds < PROMPT


def test_while_training(tmp_path):
    """What was learned so far is judged, printed and saved."""
    net = tmp_path / "a.net"
    process = loaded(started(*elman("still:pause=0.05", "--steps", "100000000", "--save", str(net), "--json")))
    out, err, _ = interrupted(process, 2)
    record = json.loads(out)
    assert (process.returncode, record["status"]) == (130, "interrupted")
    assert 0 < record["steps"] < 100000000
    assert record["loss"] > 0
    assert err.splitlines() == [
        "Interrupted: evaluating the network as trained so far. Press Ctrl-C again to skip this.",
        f"Network saved: {net}",
    ]
    assert store.load(net, Host.start([PLUGIN])).model == "elman:units=3"


def test_twice(tmp_path):
    """The second Ctrl-C does not wait for the chunk under way, and still nothing learned is lost."""
    net = tmp_path / "a.net"
    words = elman(f"still:pause=0.2,later={LONG}", "--steps", "100000000", "--save", str(net), "--json")
    out, err, seconds = interrupted(process := loaded(started(*words)), 2, 0.5)
    record = json.loads(out)
    assert (process.returncode, record["status"]) == (130, "interrupted")
    assert (record["loss"], record["skill"], record["solved"]) == (None, None, None)
    assert record["steps"] == 100
    assert err.splitlines()[1:] == [
        "Interrupted: the network is not evaluated, so the record has no loss.",
        f"Network saved: {net}",
    ]
    assert net.exists()
    assert seconds < PROMPT


def test_while_judging(tmp_path):
    """What was learned is saved and reported without its loss, at once."""
    net = tmp_path / "a.net"
    process = loaded(started(*elman(f"still:judging={LONG}", "--save", str(net), "--json")))
    out, err, seconds = interrupted(process, 3)
    record = json.loads(out)
    assert (process.returncode, record["status"], record["steps"]) == (130, "interrupted", 2000)
    assert (record["loss"], record["skill"], record["solved"]) == (None, None, None)
    assert err.splitlines() == [
        "Interrupted: the network is not evaluated, so the record has no loss.",
        f"Network saved: {net}",
    ]
    assert store.load(net, Host.start([PLUGIN])).model == "elman:units=3"
    assert seconds < PROMPT


@pytest.mark.tensorflow
def test_while_loading():
    """TensorFlow takes seconds to load, and does not hold up Ctrl-C."""
    process = started("--model", "gru", "--json")
    maps = Path(f"/proc/{process.pid}/maps")
    while "libtensorflow" not in maps.read_text():
        time.sleep(0.02)
    out, err, seconds = interrupted(process, 0)
    assert (process.returncode, out, err) == (
        130,
        "",
        f"{NOTHING_LEARNED}\n",
    )
    assert seconds < PROMPT


def on_terminal(*words, columns=80, after=3.0):
    """What a terminal is sent while a run is interrupted."""
    parent, child = pty.openpty()
    with open(child, "wb") as end:
        process = subprocess.Popen(
            [sys.executable, "-m", "seqtasks", "run", "same-bit", "--plugin", PLUGIN, *words],
            stdout=subprocess.PIPE,
            stderr=end,
            text=True,
            env=environment(COLUMNS=str(columns), TERM="xterm"),
        )
    deadline, seen = time.monotonic() + after, b""
    os.set_blocking(parent, False)
    while process.poll() is None:
        try:
            seen += os.read(parent, 65536)
        except BlockingIOError:
            time.sleep(0.05)
        except OSError:
            break
        if after and time.monotonic() > deadline:
            process.send_signal(signal.SIGINT)
            after = 0
    with suppress(OSError):
        seen += os.read(parent, 65536)
    out, _ = process.communicate()
    os.close(parent)
    return process.returncode, out, seen.decode()


HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


@pytest.mark.parametrize("columns", [40, 80])
def test_terminal_shows_the_run_and_gets_its_cursor_back(columns):
    """A bar and the chart between chance and optimum, no wider than the terminal, and the cursor is shown again."""
    words = elman("still:pause=0.05", "--steps", "200000", "--json")
    code, out, seen = on_terminal(*words, columns=columns)
    assert (code, json.loads(out)["status"]) == (130, "interrupted")
    for words in ("training", "chance 0.1875 ┤", "optimum 0 ┤", "loss  ", "evaluating on fresh data"):
        assert words in seen
    assert seen.count(HIDE) == seen.count(SHOW) > 0
    assert seen.rindex(SHOW) > seen.rindex(HIDE)
    plain = re.sub(r"\x1b\[[0-9?]*[A-Za-z]", "", seen)
    drawn = [line.rpartition("\r")[2] for line in plain.split("\r\n") if "┤" in line or "training" in line]
    assert max(map(len, drawn)) <= columns


def test_terminal_after_leaving_at_once():
    """Interrupted before anything was learned, too, the picture is wiped out and the cursor comes back."""
    code, out, seen = on_terminal(*elman(f"still:compiling={LONG}"))
    assert (code, out) == (130, "")
    assert seen.rindex(SHOW) > seen.rindex(HIDE)
    assert seen.endswith(f"{NOTHING_LEARNED}\r\n")
