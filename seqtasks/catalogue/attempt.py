"""Running code of others, which may raise anything: its result, or one sentence on why there is none."""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from traceback import walk_tb
from typing import Final, TypeVar

from seqtasks.errors import traceback_if_wanted

_MACHINERY: Final = {"seqtasks", "pluggy", "importlib", "_frozen_importlib", "_frozen_importlib_external"}

T = TypeVar("T")


def cause(error: BaseException) -> str:
    """An error in one line; its class alone where it cannot say more.

    Example:
        >>> cause(ValueError("no such thing"))
        'ValueError: no such thing'
    """
    try:
        return _said(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # what an error says of itself is its author's, too
        return type(error).__name__


def _said(error: BaseException) -> str:
    match error:
        case SystemExit():
            return f"it called sys.exit({error.code!r})"
        case SyntaxError():
            return f"syntax error in {error.filename}, line {error.lineno}: {error.msg}"
        case FileNotFoundError() if error.errno is None:
            return str(error)
        case _:
            return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


def located(error: BaseException) -> str:
    """An error in one line, and the last line of whoever was imported or asked; what that called is not its own."""
    frames = [(frame.f_globals.get("__name__"), frame, line) for frame, line in walk_tb(error.__traceback__)]
    named = [(str(name).partition(".")[0], frame.f_code.co_filename, line) for name, frame, line in frames]
    foreign = [place for place in named if place[0] not in _MACHINERY]
    own = [place for place in foreign if place[0] == foreign[0][0]]
    said = bool(own) and not isinstance(error, SyntaxError)  # which names a line by itself
    return f"{cause(error)} in {own[-1][1]}, line {own[-1][2]}" if said else cause(error)


def attempt(action: Callable[[], T], say: Callable[[BaseException], str] = located) -> tuple[T | None, str]:
    """The action's result, or a sentence on why there is none. What it prints goes to stderr: stdout is data.

    Only Ctrl-C passes through.

    Args:
        action: What a plugin does.
        say: The sentence for what it raises.
    """
    try:
        with redirect_stdout(sys.stderr):
            return action(), ""
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, SystemExit included
        traceback_if_wanted()
        return None, say(error)
