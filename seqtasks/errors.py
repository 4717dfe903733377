"""What can go wrong in ways we foresaw: one clear sentence, and a hint that names the next step."""

import os
import traceback
from reprlib import Repr
from typing import Final

_SHORT: Final = Repr()
_SHORT.maxstring = 60


def quoted(text: str) -> str:
    """A text that somebody typed, in quotes; of a long one the beginning and the end.

    Example:
        >>> quoted("prev-bti"), len(quoted("x" * 300))
        ("'prev-bti'", 60)
    """
    return _SHORT.repr(text)


def traceback_if_wanted() -> None:
    """Print where the error that is being handled was raised, to stderr, if ``SEQTASKS_DEBUG=1`` asks for it."""
    if os.environ.get("SEQTASKS_DEBUG") == "1":
        traceback.print_exc()


class SeqtasksError(Exception):
    """Base of every foreseen error.

    Args:
        message: One sentence that says what is wrong, with the offending value in it.
        hint: One sentence that says what to do next; may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if hint:
            self.add_note(hint)  # so that a traceback shows it, too


class UsageError(SeqtasksError, ValueError):
    """Something typed is wrong: a name, a spec, a range, an option. The command line exits with 2."""

    exit_code = 2


class DataError(SeqtasksError, ValueError):
    """A file or the data in it cannot be used."""


class MissingExtraError(SeqtasksError):
    """An optional dependency is not installed.

    Args:
        package: The package that could not be imported, such as ``pandas``.
        extra: The extra of seqtasks that brings it, such as ``table``.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"This needs {package}, which is not installed.",
            f"pip install 'seqtasks[{extra}]'",
        )


class PluginError(SeqtasksError):
    """A plugin's entry was asked for and cannot be used. What was typed is at fault only in part, hence 1."""
