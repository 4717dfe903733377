"""What is told of a process that crashed or was stopped: how it ended, what that suggests, and where it was."""

import os
import re
import signal
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

TAIL: Final = 12  # lines of what a process said, or of where it was, that are kept
BEFORE: Final = 3  # lines of what it said before it told where it was
HEAD: Final = "(most recent call first):"  # of each stack that faulthandler writes, the main thread's last
CHECKS: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep
OURS: Final = os.path.dirname(os.path.dirname(CHECKS)) + os.sep

_C: Final = "Look at what it calls in C: a wrong pointer, shape or type, or two libraries that do not go together."
_ADVICE: Final[dict[int, str]] = {
    signal.SIGKILL: "Perhaps it took more memory than there is, for which a process is ended so: try smaller sizes.",
    signal.SIGSEGV: _C,
    signal.SIGBUS: _C,
    signal.SIGILL: "A library was built for another processor: install it anew.",
    signal.SIGABRT: "A library in C gave up: what it said last is why.",
}


def ending(code: int) -> tuple[str, str]:
    """How a process ended, and what to look at.

    Args:
        code: Its exit code; that of a signal is negative.

    Example:
        >>> ending(-9)[0]
        'The process was ended by SIGKILL.'
    """
    if code >= 0:
        return (
            f"The process ended, with exit code {code}, as if by os._exit({code}).",
            "Look for os._exit in it, or in what it calls: a plugin raises an error instead.",
        )
    name = signal.Signals(-code).name
    return f"The process was ended by {name}.", _ADVICE.get(-code, f"Look for what sends {name} to the process.")


def telling(said: str) -> str:
    """The last lines; where a stack was written, its innermost frames, which come first, as far as the plugin goes.

    Args:
        said: All that a process said.
    """
    lines = [line for line in said.splitlines() if line.strip()]
    heads = [place for place, line in enumerate(lines) if line.endswith(HEAD)]
    if not heads:
        return "\n".join(lines[-TAIL:])
    frames = list(takewhile(lambda line: line.startswith("  "), lines[heads[-1] + 1 :]))
    head = re.sub(r" 0x[0-9a-f]+", "", lines[heads[-1]])  # the thread's address, another one each time
    return "\n".join([*lines[: heads[0]][-BEFORE:], head, *_own(frames)[:TAIL]])


def _own(frames: Sequence[str]) -> Sequence[str]:
    """The frames without those of checks and of importing, and without ours that lead to the plugin."""
    own = [frame for frame in frames if f'"{CHECKS}' not in frame and '"<frozen ' not in frame]
    foreign = [place for place, frame in enumerate(own) if f'"{OURS}' not in frame]
    return own[: foreign[-1] + 1] if foreign else own or frames
