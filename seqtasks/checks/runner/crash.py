"""The report of a process that crashed or was stopped: how it ended, the likely cause, and its last lines."""

import os
import re
import signal
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from seqtasks.checks.raised import CHECKS

TAIL: Final = 12  # lines of the output or the stack in a report
BEFORE: Final = 3  # lines of output before the stack
HEAD: Final = "(most recent call first):"  # ends the first line of each stack of faulthandler; the main thread is last
OURS: Final = os.path.dirname(os.path.dirname(CHECKS)) + os.sep

_C: Final = "Look at what it calls in C: a wrong pointer, shape or type, or two libraries that do not go together."
_ADVICE: Final[dict[int, str]] = {
    signal.SIGKILL: "The system ends a process that takes too much memory in this way: try smaller sizes.",
    signal.SIGSEGV: _C,
    signal.SIGBUS: _C,
    signal.SIGILL: "A library was built for another processor: install it anew.",
    signal.SIGABRT: "A library in C called abort(): its last line says why.",
}


def exit_reason(code: int) -> tuple[str, str]:
    """How a process ended, and where to look.

    Args:
        code: Its exit code; a signal has a negative one.

    Example:
        >>> exit_reason(-9)[0]
        'The process was ended by SIGKILL.'
    """
    if code >= 0:
        return (
            f"The process ended with exit code {code}, as os._exit({code}) ends it.",
            "Look for os._exit in it, or in what it calls: a plugin raises an error instead.",
        )
    name = signal.Signals(-code).name
    return f"The process was ended by {name}.", _ADVICE.get(-code, f"Look for what sends {name} to the process.")


def last_lines(output: str) -> str:
    """The last lines of the output; of a stack, the innermost frames, up to the plugin's outermost one.

    Args:
        output: Everything that the process wrote.
    """
    lines = [line for line in output.splitlines() if line.strip()]
    heads = [place for place, line in enumerate(lines) if line.endswith(HEAD)]
    if not heads:
        return "\n".join(lines[-TAIL:])
    frames = list(takewhile(lambda line: line.startswith("  "), lines[heads[-1] + 1 :]))
    head = re.sub(r" 0x[0-9a-f]+", "", lines[heads[-1]])  # the thread's address, another one each time
    return "\n".join([*lines[: heads[0]][-BEFORE:], head, *_own(frames)[:TAIL]])


def _own(frames: Sequence[str]) -> Sequence[str]:
    """The frames without those of checks, of the import system, and of seqtasks that lead to the plugin."""
    own = [frame for frame in frames if f'"{CHECKS}' not in frame and '"<frozen ' not in frame]
    foreign = [place for place, frame in enumerate(own) if f'"{OURS}' not in frame]
    return own[: foreign[-1] + 1] if foreign else own or frames
