"""Runs the code of plugins, which may raise anything, and returns its result or one sentence about its error."""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from traceback import walk_tb
from typing import Final, TypeVar

from seqtasks.errors import traceback_if_wanted

_MACHINERY: Final = {"seqtasks", "pluggy", "importlib", "_frozen_importlib", "_frozen_importlib_external"}

T = TypeVar("T")


def cause(error: BaseException) -> str:
    """An error in one line; only its class if its text cannot be read.

    Example:
        >>> cause(ValueError("no such thing"))
        'ValueError: no such thing'
    """
    try:
        return _sentence(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # the text of an error is code of the plugin, too
        return type(error).__name__


def _sentence(error: BaseException) -> str:
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
    """An error in one line, with the last line of the plugin's own code in its traceback."""
    frames = [(frame.f_globals.get("__name__"), frame, line) for frame, line in walk_tb(error.__traceback__)]
    named = [(str(name).partition(".")[0], frame.f_code.co_filename, line) for name, frame, line in frames]
    foreign = [place for place in named if place[0] not in _MACHINERY]
    own = [place for place in foreign if place[0] == foreign[0][0]]
    has_line = bool(own) and not isinstance(error, SyntaxError)  # which names a line by itself
    return f"{cause(error)} in {own[-1][1]}, line {own[-1][2]}" if has_line else cause(error)


def attempt(action: Callable[[], T], say: Callable[[BaseException], str] = located) -> tuple[T | None, str]:
    """The action's result, or a sentence about its error. Its prints go to stderr, because stdout is for data.

    Only Ctrl-C passes through.

    Args:
        action: A call of a plugin's code.
        say: Returns the sentence about an error.
    """
    try:
        with redirect_stdout(sys.stderr):
            return action(), ""
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, SystemExit included
        traceback_if_wanted()
        return None, say(error)
