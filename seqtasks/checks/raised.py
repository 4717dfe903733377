"""Describe errors that a plugin raises, for the report of a check."""

import os
from traceback import walk_tb
from typing import Final

from seqtasks.catalogue.attempt import cause
from seqtasks.catalogue.missing import missing
from seqtasks.checks.subject import Named

CHECKS: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep


def explain(error: BaseException, named: Named) -> tuple[str, str]:
    """A sentence that states the error and its line in the plugin, and advice.

    Args:
        error: The error.
        named: The entry that was checked.
    """
    own, distribution = named.home
    where = _where(error, own.partition(".")[0])
    absent = missing(error, own, distribution)
    if absent is not None:
        return f"It needs the module {absent.module}{where}, {absent.why}.", absent.remedy
    if isinstance(error, SystemExit):
        return f"It called sys.exit({error.code!r}){where}.", "Raise an error instead."
    sentence = f"It raised {cause(error).removesuffix('.')}{where}."
    return sentence, "Fix the error. Set SEQTASKS_DEBUG=1 to see the traceback."


def _where(error: BaseException, own: str) -> str:
    """The innermost line in the entry's package, or else in any package except seqtasks."""
    if isinstance(error, SyntaxError):  # its message contains the line
        return ""
    frames = [
        (str(frame.f_globals.get("__name__")).partition(".")[0], frame.f_code.co_filename, line)
        for frame, line in walk_tb(error.__traceback__)
    ]
    asked = [frame for frame in frames if not frame[1].startswith((CHECKS, "<"))]
    places = [frame for frame in asked if frame[0] == own] or [frame for frame in asked if frame[0] != "seqtasks"]
    return f" in {os.path.basename(places[-1][1])}, line {places[-1][2]}" if places else ""
