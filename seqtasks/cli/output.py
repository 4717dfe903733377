"""The only module of the command line that prints: data to stdout, messages to stderr."""

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
    """Print one line of data."""
    print(text)


def record(value: Any) -> None:
    """Print data as JSON. The caller has replaced NaN by None."""
    print(json.dumps(value, indent=2, ensure_ascii=not _unicode(), allow_nan=False))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under column heads: wrapped to the width of a terminal, or one row per line elsewhere.

    A narrow terminal also receives one row per line, because wrapped columns would consist of single letters.
    """
    if sys.stdout.isatty() and get_terminal_size().columns >= NARROW:
        _TERMINAL(columns, rows)
        return
    widths = [max(len(row[i]) for row in (columns, *rows)) for i in range(len(columns))]
    for row in (columns, *rows):
        line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def talk(text: str) -> None:
    """Print one line for the user on stderr."""
    print(text, file=sys.stderr, flush=True)


def error(problem: SeqtasksError) -> None:
    """Print an error and its hint."""
    talk(f"Error: {problem.message}")
    if problem.hint:
        talk(f"Hint: {problem.hint}")


def _unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
