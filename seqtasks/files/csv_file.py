"""Reading CSV, from a file or a pipe, some rows at a time, in the memory of these rows."""

import csv
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import numpy as np

from seqtasks.errors import DataError
from seqtasks.files.columns import Columns
from seqtasks.files.lines import STANDARD_INPUT, Lines, NotTextError, Source

ROWS: Final = 4096
_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def stream_columns(path: str) -> Iterator[Columns]:
    """The rows of a CSV file, some at a time; ``~`` is the home folder, ``-`` is standard input.

    The first line that is not blank names the columns. Rows are passed on as soon as they are there, at most 4096 at
    once. All rows before one that cannot be read are passed on before the error.

    Raises:
        DataError: If there is no such file, or it is not CSV.
    """
    with ExitStack() as stack:
        try:
            if path != "-":
                yield from _pieces(path, stack.enter_context(existing(path).open("rb")))
            elif sys.stdin is None:
                raise DataError("Standard input is closed.", "Pipe a CSV file into the command.")
            else:
                yield from _pieces(STANDARD_INPUT, sys.stdin.buffer)  # type: ignore[arg-type] # a BufferedReader
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}.", "Check the file.") from error


def existing(path: str) -> Path:
    """Where the file is.

    Raises:
        DataError: If there is none, or it is a folder.
    """
    place = Path(path).expanduser()
    if place.is_dir() or not place.exists():
        what = "is a folder, not a file" if place.is_dir() else "does not exist"
        raise DataError(f"{path} {what}.", "Check the path; it starts in the folder you are in.")
    return place


def _pieces(name: str, source: Source) -> Iterator[Columns]:
    lines = Lines(name, source)
    records = _records(name, lines)
    head = next(records, None)
    if head is None:
        raise DataError(f"{name} is empty.", "It needs a line of column names, and a row per time step under it.")
    names = [cell.strip() for cell in head]
    places = _places(name, names)
    first = 0
    for rows in _batches(records, lines):
        arrays = {names[place]: np.array([row[place] for row in rows], object) for place in places}
        yield Columns(name, arrays, first, len(names) - len(places))
        first += len(rows)
    if not first:
        raise DataError(f"{name} holds no rows.", "It needs a row per time step under the columns' names.")


def _places(file: str, names: list[str]) -> list[int]:
    """Where the columns that have a name are."""
    places = [place for place, name in enumerate(names) if name]
    check_names(file, [names[place] for place in places])
    if not places:
        raise DataError(f"{file} has no name in its first line.", "The first line names the columns.")
    return places


def check_names(file: str, names: list[str]) -> None:
    """Refuse a name that stands twice.

    Raises:
        DataError: If there is one.
    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{file} has more than one column {twice}.", "Give every column a name of its own.")


def _batches(records: Iterator[list[str]], lines: Lines) -> Iterator[list[list[str]]]:
    """Rows in groups, none of which waits for a row that is not there yet."""
    rows: list[list[str]] = []
    try:
        for row in records:
            rows.append(row)
            if len(rows) == ROWS or not lines.at_hand:
                yield rows
                rows = []
    except DataError:
        if rows:
            yield rows
        raise
    if rows:
        yield rows


def _records(name: str, lines: Lines) -> Iterator[list[str]]:
    """The line of names, then rows with as many cells.

    A blank line is passed over, unless there is one column: then it is a row whose cell is empty, if a row follows.
    """
    reader = csv.reader(lines, strict=True)
    names: list[str] = []
    row, blank = 0, 0
    while (record := _next(name, reader, row if names else None)) is not None:
        if _blank(record):
            blank += len(names) == 1
        elif not names:
            names = record
            yield names
        else:
            if row == 0:
                _check_separator(name, names, record)
            if blank:
                yield from ([""] for _ in range(blank))
            row, blank = row + blank + 1, 0
            _check_count(name, names, record, row)
            yield record


def _next(name: str, reader: Iterator[list[str]], rows: int | None) -> list[str] | None:
    """The next line's cells, after so many rows, or None rows before the line of names; None at the end."""
    try:
        return next(reader, None)
    except (csv.Error, NotTextError) as error:
        place = "the first line" if rows is None else f"row {rows + 1}"
        problem, hint = (error.problem, error.hint) if isinstance(error, NotTextError) else _quotation(str(error))
        raise DataError(f"{name}: {place} {problem}.", hint) from error


def _quotation(error: str) -> tuple[str, str]:
    """What Python's reader says of a quotation mark, in plain words, and a hint."""
    problem = "has text after the quotation mark that closes a cell"
    if "limit" in error:
        problem = f"has a cell of more than {csv.field_size_limit()} characters"
    elif "end of data" in error:
        problem = "opens a cell with a quotation mark and does not close it"
    return problem, 'A quotation mark (") stands at both ends of a cell; inside such a cell it is written twice.'


def _blank(record: list[str]) -> bool:
    """Whether the line holds nothing but spaces; a cell in quotation marks is not nothing."""
    return not record or (len(record) == 1 and record[0].isspace())


def _check_separator(name: str, names: list[str], row: list[str]) -> None:
    found = next((mark for mark in _SEPARATORS if mark in names[0] and any(mark in cell for cell in row)), None)
    if found is None or len(names) > 1:
        return
    rows, imports = f"csv.reader(sys.stdin, delimiter={found!r})", "csv, sys"
    if len(row) > 1:  # decimal commas, perhaps
        rows = rf"[re.sub(r'^([-+]?\d*),(\d+)\Z', r'\1.\2', cell) for cell in row] for row in {rows}"
        imports = "csv, re, sys"
    command = f'python -c "import {imports}; csv.writer(sys.stdout).writerows({rows})"'
    raise DataError(
        f"{name} looks separated by {_SEPARATORS[found]}, not commas: its first line is {names[0]!r}.",
        f"Write it with commas: {command}" + (f" < {shlex.quote(name)} > NEW.csv" if name != STANDARD_INPUT else ""),
    )


def _check_count(name: str, names: list[str], row: list[str], number: int) -> None:
    if len(row) != len(names):
        raise DataError(
            f"{name}: row {number} has {_count(len(row), 'cell')}; the first line has {_count(len(names), 'name')}.",
            "Give each row a cell for each name, and put a cell with a comma in it in double quotes.",
        )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
