"""The only writer of the command line: stdout is data, stderr is talk."""

import json
import sys
from collections.abc import Sequence
from shutil import get_terminal_size
from typing import Any, Final

from seqtasks.errors import SeqtasksError
from seqtasks.lazy import LazyImport

NARROW: Final = 50  # columns of a terminal
_TERMINAL = LazyImport("seqtasks.cli.terminal:table")


def line(text: str = "") -> None:
    """One line of data."""
    print(text)


def record(value: Any) -> None:
    """Data as JSON; not-a-number becomes null where the record is made."""
    print(json.dumps(value, indent=2, ensure_ascii=not _unicode(), allow_nan=False))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under column heads: wrapped to a terminal's width, or one row a line where stdout is no terminal.

    On a narrow terminal, too, a row is a line, which the terminal breaks: wrapped columns would be of single letters.
    """
    if sys.stdout.isatty() and get_terminal_size().columns >= NARROW:
        _TERMINAL(columns, rows)
        return
    widths = [max(len(row[i]) for row in (columns, *rows)) for i in range(len(columns))]
    for row in (columns, *rows):
        line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def talk(text: str) -> None:
    """One line for whoever sits before the terminal."""
    print(text, file=sys.stderr, flush=True)


def error(problem: SeqtasksError) -> None:
    """What went wrong, and the next step."""
    talk(f"Error: {problem.message}")
    if problem.hint:
        talk(f"Hint: {problem.hint}")


def _unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
