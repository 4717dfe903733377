"""Split the text of a CSV file into blocks of whole records, each with as many cells as there are names."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np

from seqtasks.errors import DataError
from seqtasks.tables.text import NotTextError, Text

MARKS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_NEWLINE: Final = ord("\n")
_BLANK_LINE: Final = re.compile(r"(?m)^\s*$(?!\Z)")


@final
@dataclass(frozen=True, slots=True)
class Block:
    """Some whole records.

    Args:
        text: The records, each ended by a newline.
        rows: How many there are.
        exact: Whether every record is known to have the right number of cells.
        error: The error that follows the records.
    """

    text: str
    rows: int
    exact: bool = True
    error: DataError | None = None


@final
class Scanner:
    """Find whole records, and the first one that is wrong.

    A blank line is skipped, except in a table of one column: there it is an empty cell if a row follows.

    Args:
        name: The name of the source in messages.
        names: How many cells a record has.
        separator: The character between cells.
    """

    def __init__(self, name: str, names: int, separator: str) -> None:
        self._name = name
        self._names = names
        self._separator = separator
        self._cell, self._mark = quoted_cell(separator), quotation(separator)
        self._blank = 0
        self._rows = 0

    def scan(self, text: str, final: bool) -> tuple[Block, str]:
        """The whole records of a text that ends with a newline, and the text after them.

        Args:
            text: Lines.
            final: Whether no text follows.
        """
        bare = self._bare(text)
        marks = np.frombuffer(bare.encode(), np.uint8)  # to count in bytes is faster than in a text
        rows = int(np.count_nonzero(marks == _NEWLINE))
        if self._is_plain(bare, rows, int(np.count_nonzero(marks == ord(self._separator)))):
            self._rows += rows
            return Block(text, rows, exact=False), ""
        return self._read(text, final)

    def checked(self, block: Block) -> Block:
        """A block in which a record may have too few cells, up to the first that has."""
        bare = np.frombuffer(self._bare(block.text).encode(), np.uint8)
        ends = np.flatnonzero(bare == _NEWLINE)
        marks = np.flatnonzero(bare == ord(self._separator))
        if self._names == 1 or len(marks) != len(ends) * (self._names - 1):
            right = self._names == 1
        else:
            by_row = marks.reshape(len(ends), self._names - 1)
            right = bool((by_row[:, -1] < ends).all() and (by_row[1:, 0] > ends[:-1]).all())
        if right:
            return replace(block, exact=True)
        self._rows -= block.rows
        return self._read(block.text, final=True)[0]

    def not_text(self, problem: NotTextError) -> DataError:
        """The error of text that cannot be decoded, after all rows so far."""
        return DataError(f"{self._name}: row {self._rows + 1} {problem.problem}.", problem.hint)

    def _bare(self, text: str) -> str:
        """The text with a letter in place of each cell in quotation marks."""
        return self._cell.sub("x", text) if '"' in text else text

    def _is_plain(self, bare: str, rows: int, marks: int) -> bool:
        """Whether nothing speaks against whole records; a long one may still make up for a short one."""
        first = bare[: bare.find("\n")]
        return (
            marks == rows * (self._names - 1)
            and first.count(self._separator) == self._names - 1
            and not ('"' in bare and self._mark.search(bare))
            and not (self._names == 1 and (self._blank or _BLANK_LINE.search(bare)))
        )

    def _read(self, text: str, final: bool) -> tuple[Block, str]:
        """Read record by record, and write the good ones so that every cell is in quotation marks."""
        lines = list(io.StringIO(text))
        reader = csv.reader(iter(lines), strict=True, delimiter=self._separator)
        cells: list[list[str]] = []
        error, whole = None, 0
        while error is None:
            try:
                record = next(reader, None)
            except csv.Error as problem:
                if not final and "end of data" in str(problem):
                    break
                error = self._error(*quotation_problem(str(problem)), len(cells))
                continue
            whole = reader.line_num
            if record is None:
                break
            if is_blank(record):
                self._blank += self._names == 1
                continue
            cells += [[""]] * self._blank
            self._blank = 0
            if len(record) == self._names:
                cells.append(record)
            else:
                error = self._error(*self._wrong_count(record), len(cells))
        written = io.StringIO()
        csv.writer(written, delimiter=self._separator, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(cells)
        self._rows += len(cells)
        return Block(written.getvalue(), len(cells), error=error), "".join(lines[whole:])

    def _wrong_count(self, record: list[str]) -> tuple[str, str]:
        cells, names = _count(len(record), "cell"), _count(self._names, "name")
        mark = MARKS.get(self._separator, self._separator)
        return (
            f"has {cells}; the first line has {names}",
            f"Write one cell for each name in each row, and put a cell that contains a {mark} in double quotes.",
        )

    def _error(self, problem: str, hint: str, before: int) -> DataError:
        return DataError(f"{self._name}: row {self._rows + before + 1} {problem}.", hint)


def blocks(scanner: Scanner, text: Text, buffer: str) -> Iterator[Block]:
    """Whole records as soon as their last line is complete.

    Args:
        scanner: The form of the records.
        text: The pieces of the text after ``buffer``.
        buffer: The text between the line of names and the next piece.
    """
    ended = False
    while True:
        cut = buffer.rfind("\n") + 1
        if cut:
            block, rest = scanner.scan(buffer[:cut], ended)
            buffer = rest + buffer[cut:]
            if block.rows or block.error:
                yield block
            if block.error:
                return
        if ended:
            return
        try:
            piece = next(text, None)
        except NotTextError as problem:
            yield Block("", 0, error=scanner.not_text(problem))
            return
        ended = piece is None
        buffer += piece or ("\n" if ended and buffer else "")


def quoted_cell(separators: str) -> re.Pattern[str]:
    """A whole cell in quotation marks, between separators or line ends."""
    edge = rf"[^{re.escape(separators)}\n]"
    return re.compile(rf'(?<!{edge})"[^"]*(?:""[^"]*)*"(?!{edge})')


def quotation(separators: str) -> re.Pattern[str]:
    """A quotation mark that begins a cell."""
    return re.compile(rf'(?<![^{re.escape(separators)}\n])"')


def quotation_problem(error: str) -> tuple[str, str]:
    """What Python's reader reports of a quotation mark, in plain words, and a hint."""
    problem = "has text after the quotation mark that closes a cell"
    if "limit" in error:
        problem = f"has a cell of more than {csv.field_size_limit()} characters"
    elif "end of data" in error:
        problem = "opens a cell with a quotation mark and does not close it"
    return problem, 'Put quotation marks (") at both ends of the cell, and write each one inside the cell twice.'


def is_blank(record: list[str]) -> bool:
    """Whether the line holds nothing but spaces; a cell in quotation marks is not nothing."""
    return not record or (len(record) == 1 and record[0].isspace())


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
