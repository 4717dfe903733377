"""The errors of the program: one sentence that names the problem, and a hint that names the next step."""

import os
import traceback
from reprlib import Repr
from typing import Final

_SHORT: Final = Repr()
_SHORT.maxstring = 60


def quoted(text: str) -> str:
    """A typed text in quotes; a long one is shortened in the middle.

    Example:
        >>> quoted("prev-bti"), len(quoted("x" * 300))
        ("'prev-bti'", 60)
    """
    return _SHORT.repr(text)


def traceback_if_wanted() -> None:
    """Print the traceback of the current error to stderr if ``SEQTASKS_DEBUG=1``."""
    if os.environ.get("SEQTASKS_DEBUG") == "1":
        traceback.print_exc()


class SeqtasksError(Exception):
    """Base of every error of the program.

    Args:
        message: One sentence that states what is wrong, with the offending value in it.
        hint: One sentence that states what to do next; may be empty.
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
    """An entry of a plugin cannot be used. The command line exits with 1: the typed text is not the only cause."""
