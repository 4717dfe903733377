"""A process in which checks run: what it tells, what it says, and its end."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, Any, Final, final

SHOWN: Final = 0.3  # seconds in which a process that hangs says where


@final
class Process:
    """One process, from its request to its end.

    Args:
        request: What it has to do, as JSON has it.
    """

    def __init__(self, request: Mapping[str, Any]) -> None:
        reading, writing = os.pipe()
        self._pipe, self._rest = reading, b""
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "seqtasks.checks", str(writing)],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[writing],
            start_new_session=True,  # Ctrl-C is ours, and one signal ends all that stay in its session
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

    def heard(self) -> Iterator[dict[str, Any]]:
        """The events that are there, or come within a moment."""
        if select.select([self._pipe], [], [], 0.1)[0] and not self._read():
            time.sleep(0.02)  # the pipe is closed, and the process about to end
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            yield json.loads(line)

    def ended(self) -> int | None:
        """Its exit code, once it has ended and there is nothing more to be heard; None before."""
        code = self._process.poll()
        return None if code is None or self._waiting() else code

    def asked_where(self) -> str:
        """What it said before, asked now for the stack of where it is."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGUSR1)
        time.sleep(SHOWN)
        return self.said()

    def said(self) -> str:
        """All that it has written to stdout and stderr."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def kill(self) -> None:
        """End the process, and those it started that stayed in its process group; what left that lives on."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with suppress(OSError):
            self._input.close()
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        self._log.close()

    def _waiting(self) -> bool:
        return bool(select.select([self._pipe], [], [], 0)[0]) and self._read()

    def _read(self) -> bool:
        """Whether there was something."""
        piece = os.read(self._pipe, 65536)
        self._rest += piece
        return bool(piece)


def _environment() -> dict[str, str]:
    """This process's own, with the same places to import from, so that the same plugins are found."""
    places = os.pathsep.join(place or os.getcwd() for place in sys.path)
    return {"TF_CPP_MIN_LOG_LEVEL": "3"} | os.environ | {"PYTHONPATH": places}
