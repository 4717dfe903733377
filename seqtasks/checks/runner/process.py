"""A process in which checks run: its request, its events, its output, and its exit code."""

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

STACK_WRITTEN: Final = 0.3  # seconds in which a process that hangs writes its stack


@final
class Process:
    """One process, from its request to its end.

    Args:
        request: The request, of values that JSON can hold.
    """

    def __init__(self, request: Mapping[str, Any]) -> None:
        reading, writing = os.pipe()
        self._pipe, self._rest = reading, b""
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "seqtasks.checks.runner", str(writing)],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[writing],
            start_new_session=True,  # Ctrl-C does not reach it, and one signal ends its whole group
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

    def events(self) -> Iterator[dict[str, Any]]:
        """The events that are in the pipe, or arrive within 0.1 s."""
        if select.select([self._pipe], [], [], 0.1)[0] and not self._read():
            time.sleep(0.02)  # the pipe is closed, and the process about to end
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            yield json.loads(line)

    def exit_code(self) -> int | None:
        """Its exit code, once it has ended and its pipe is empty; None before."""
        code = self._process.poll()
        return None if code is None or self._waiting() else code

    def output_with_stack(self) -> str:
        """Its output, after a signal that has it write the stack of each thread."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGUSR1)
        time.sleep(STACK_WRITTEN)
        return self.output()

    def output(self) -> str:
        """Everything that it has written to stdout and stderr."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def kill(self) -> None:
        """End the process and its process group. A child process that has left the group lives on."""
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
        """Whether there was anything to read."""
        piece = os.read(self._pipe, 65536)
        self._rest += piece
        return bool(piece)


def _environment() -> dict[str, str]:
    """The environment of this process, with the same import path, so that the same plugins are found."""
    places = os.pathsep.join(place or os.getcwd() for place in sys.path)
    return {"TF_CPP_MIN_LOG_LEVEL": "3"} | os.environ | {"PYTHONPATH": places}
