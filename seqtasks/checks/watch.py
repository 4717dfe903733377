"""Runs checks in another process, names the one that crashes or hangs, and goes on with the rest in a new one."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, Final, final

from seqtasks.checks.protocol import MADE, MADE_PROMISE, Begun, Outcome
from seqtasks.checks.subject import Named

LEAST: Final = 30.0  # seconds that any check may take
TIMES: Final = 20.0  # as long as on a quiet core
BETWEEN: Final = 60.0  # seconds until the first check begins, and from one check to the next
MAKING: Final = 120.0  # seconds, TensorFlow's import included
TAIL: Final = 12  # lines of what a process said, or of where it was, that are kept
BEFORE: Final = 3  # lines of what it said before it was asked where it is
HEAD: Final = "(most recent call first):"  # of each stack that faulthandler writes, the main thread's last
OURS: Final = (f'"{os.path.dirname(os.path.abspath(__file__))}{os.sep}', '"<frozen runpy>"')
SHOWN: Final = 0.3  # seconds in which a process that hangs says where


def watched(entries: Sequence[Named], plugins: Sequence[str], limit: float | None) -> Iterator[Begun | Outcome]:
    """All checks of all entries, one after another.

    Args:
        entries: What to check.
        plugins: What the other process has to let in, as after ``--plugin``.
        limit: Seconds after which a check is taken to hang; None for twenty times what it takes, and at least 30.
    """
    first: int = 0
    done: list[str] = []
    while first < len(entries):
        child = _Child(entries, plugins, limit, first, done)
        try:
            yield from child.events()
        finally:
            child.kill()
        if child.ended:
            return
        first, done = child.goes_on()


@final
class _Child:
    """One process, until it is through, crashes or hangs."""

    def __init__(
        self, entries: Sequence[Named], plugins: Sequence[str], limit: float | None, first: int, done: list[str]
    ) -> None:
        self._limit, self._entry, self._done = limit, first, list(done)
        self._entries = len(entries)
        self._checks: dict[str, tuple[str, float]] = {}
        self._running, self._since = "", time.monotonic()
        self.ended = False
        reading, writing = os.pipe()
        self._pipe, self._rest = reading, b""
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill
        request = {
            "plugins": list(plugins),
            "entries": [(named.kind, named.spec.recorded()) for named in entries],
            "first": first,
            "done": done,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "seqtasks.checks", str(writing)],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[writing],
            start_new_session=True,  # Ctrl-C is ours, and what the plugin starts goes with it
            env=_environment(),
        )
        os.close(writing)
        with suppress(BrokenPipeError):
            self._input.write((json.dumps(request) + "\n").encode())
            self._input.flush()

    @property
    def _input(self) -> IO[bytes]:
        if self._process.stdin is None:
            raise ValueError("The process has no standard input.")
        return self._process.stdin

    def events(self) -> Iterator[Begun | Outcome]:
        """What happens, to the end, or up to the failure of the check that crashed or hung."""
        while not self.ended:
            for event in self._heard():
                yield from self._understood(event)
            if self.ended:
                return
            if self._process.poll() is not None and not self._waiting():
                advice = "Look at what it does at its end, or in C."
                yield from self._broken(_ending(self._process.returncode), advice)
                return
            if time.monotonic() - self._since > self._allowed():
                self._ask_where()
                yield from self._broken(
                    f"It did not {'end' if self._running else 'begin'} within {self._allowed():g} s.",
                    "Look for a loop without an end, or give --limit more seconds.",
                )
                return

    def goes_on(self) -> tuple[int, list[str]]:
        """Where the next process has to begin."""
        if self._running in ("", MADE):
            return self._entry + 1, []
        return self._entry, self._done

    def kill(self) -> None:
        """End the process, and what it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with suppress(OSError):
            self._input.close()
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        self._log.close()

    def _allowed(self) -> float:
        if not self._running:
            return BETWEEN
        if self._running == MADE:  # which imports what the plugin needs
            return max(MAKING, self._limit or 0.0)
        return self._limit or max(LEAST, TIMES * self._checks[self._running][1])

    def _waiting(self) -> bool:
        return bool(select.select([self._pipe], [], [], 0)[0]) and self._read()

    def _heard(self) -> Iterator[dict[str, Any]]:
        """The events that are there, or come within a moment."""
        if select.select([self._pipe], [], [], 0.1)[0] and not self._read():
            time.sleep(0.02)  # the pipe is closed, and the process about to end
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            yield json.loads(line)

    def _read(self) -> bool:
        """Whether there was something."""
        piece = os.read(self._pipe, 65536)
        self._rest += piece
        return bool(piece)

    def _understood(self, event: dict[str, Any]) -> Iterator[Begun | Outcome]:
        match event["event"]:
            case "entry":
                if event["number"] != self._entry:
                    self._entry, self._done, self._running = event["number"], [], ""
                self._checks = {each["name"]: (each["promise"], each["seconds"]) for each in event["checks"]}
                self._since = time.monotonic()
            case "begin":
                self._running, self._since = event["name"], time.monotonic()
                place = list(self._checks).index(self._running) + 1
                yield Begun(self._entry, self._running, place, len(self._checks))
            case "outcome":
                self._running, self._since = "", time.monotonic()
                yield self._outcome(
                    event["name"], event["status"], event["sentence"], event["advice"], event["seconds"]
                )
            case "end":
                self.ended = True

    def _outcome(self, name: str, status: Any, sentence: str, advice: str, seconds: float, said: str = "") -> Outcome:
        self._done.append(name)
        return Outcome(self._entry, name, self._checks[name][0], status, sentence, advice, seconds, said)

    def _broken(self, sentence: str, advice: str) -> Iterator[Outcome]:
        """The failure of the check that ran, or of the one that could not begin; nothing if all were done."""
        self._running = self._running or self._next()
        if self._running:
            seconds = time.monotonic() - self._since
            yield self._outcome(self._running, "failed", sentence, advice, seconds, self._tail())

    def _next(self) -> str:
        """The check that was to come; none after the last."""
        left = [name for name in self._checks if name not in self._done]
        if left:
            return left[0]
        if self._checks:  # all of this entry: what was prepared is the next
            self._entry, self._done = self._entry + 1, []
        if self._entry == self._entries:
            return ""
        self._checks = {MADE: (MADE_PROMISE, 1.0)}  # plugins are imported before the first event
        return MADE

    def _ask_where(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGUSR1)
        time.sleep(SHOWN)

    def _tail(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").splitlines()
        return "\n".join(_telling([line for line in lines if line.strip()]))


def _telling(lines: Sequence[str]) -> Sequence[str]:
    """The last lines; where a stack was written, its innermost frames, which come first, without those of checks."""
    heads = [place for place, line in enumerate(lines) if line.endswith(HEAD)]
    if not heads:
        return lines[-TAIL:]
    frames = lines[heads[-1] + 1 :]
    own = [line for line in frames if not any(ours in line for ours in OURS)] or frames
    return [*lines[: heads[0]][-BEFORE:], lines[heads[-1]], *own[:TAIL]]


def _environment() -> dict[str, str]:
    """This process's own, with the same places to import from, so that the same plugins are found."""
    places = os.pathsep.join(place or os.getcwd() for place in sys.path)
    return {"TF_CPP_MIN_LOG_LEVEL": "3"} | os.environ | {"PYTHONPATH": places}


def _ending(code: int) -> str:
    if code < 0:
        return f"The process was ended by {signal.Signals(-code).name}."
    return f"The process ended, with exit code {code}, as if by os._exit({code})."
