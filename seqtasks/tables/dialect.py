"""Find out how a CSV file separates its cells and writes its numbers."""

import csv
import re
from dataclasses import dataclass
from typing import Final, final

from seqtasks.errors import DataError, UsageError
from seqtasks.tables.records import MARKS, quotation, quotation_problem, quoted_cell
from seqtasks.tables.text import NotTextError, Text

AUTO: Final = "auto"
_CELL, _QUOTE = quoted_cell("".join(MARKS)), quotation("".join(MARKS))
_THOUSANDS: Final = re.compile(r"[ \t]*[+-]?[1-9]\d{0,2},\d{3}[ \t]*")


@final
@dataclass(frozen=True, slots=True)
class Head:
    """The line of names of a CSV file.

    Args:
        names: The cells of the line, without spaces around them.
        separator: The character between cells.
        buffer: The text that was read after the line.
    """

    names: list[str]
    separator: str
    buffer: str


def separator(text: str) -> str:
    r"""The separator that a user chose: a character, its name, or ``auto``.

    Raises:
        UsageError: If it is none of these.

    Example:
        >>> separator("tab"), separator(";")
        ('\t', ';')
    """
    names = {AUTO: AUTO, "bar": "|"} | {name: mark for mark, name in MARKS.items()} | {mark: mark for mark in MARKS}
    if text not in names:
        raise UsageError(f"sep is {text!r}.", "sep takes auto, comma, semicolon, tab or bar.")
    return names[text]


def decimal_point(text: str) -> str:
    """The decimal mark that a user chose: ``.``, ``,``, ``point``, ``comma`` or ``auto``.

    Raises:
        UsageError: If it is none of these.
    """
    names = {AUTO: AUTO, "point": ".", "comma": ",", ".": ".", ",": ","}
    if text not in names:
        raise UsageError(f"decimal is {text!r}.", "decimal takes auto, point or comma.")
    return names[text]


def read_head(name: str, text: Text, separator: str) -> Head:
    """Read the first line that is not blank, and find the separator if it is ``auto``.

    The separator is the one of comma, semicolon, tab and vertical bar that gives the first row as many cells as there
    are names, two or more.

    Raises:
        DataError: If the source is empty or is not text, or two separators fit.
    """
    reader = _HeadReader(name, text)
    line = reader.record()
    if line is None:
        raise DataError(
            f"{name} is empty.", "Write the column names in the first line, and a row for each time step below it."
        )
    if separator == AUTO:
        found = [mark for mark in MARKS if mark in _CELL.sub("x", line)]
        separator = found[0] if found else ","
        if len(found) > 1:
            separator = _fitting(name, found, line, reader.following())
    return Head([cell.strip() for cell in _cells(name, line, separator)], separator, reader.buffer)


def _fitting(name: str, found: list[str], line: str, row: str | None) -> str:
    """The separator that gives a row as many cells as there are names."""
    if row is None:
        return found[0]
    fitting = [mark for mark in found if len(_cells(name, line, mark)) == len(_split(row, mark))]
    if len(fitting) > 1:
        one, other = (f"{MARKS[mark]}s" for mark in fitting[:2])
        raise DataError(
            f"{name} can be read with {one} or {other} between its cells.",
            f"Choose one: sep={MARKS[fitting[0]]} or sep={MARKS[fitting[1]]}.",
        )
    return fitting[0] if fitting else found[0]


def decimal_mark(separator: str, text: str) -> str | None:
    """The decimal mark that the cells of a text show: a point, a comma, or None if they show neither.

    Only a file without commas between its cells has decimal commas. A comma before three digits may separate thousands
    and shows nothing.

    Example:
        >>> decimal_mark(";", "10;2,5"), decimal_mark(";", "a;1,000"), decimal_mark(",", "1,5")
        (',', None, '.')
    """
    if separator == ",":
        return "."
    edge = rf"[^{re.escape(separator)}\n]"
    numeral = rf'(?<!{edge})"?([ \t]*[+-]?\d*[.,]\d+(?:[eE][+-]?\d+)?[ \t]*)"?(?!{edge})'
    cells = (found[1] for found in re.finditer(numeral, text))
    return next(("." if "." in cell else "," for cell in cells if not _THOUSANDS.fullmatch(cell)), None)


@final
class _HeadReader:
    """Read records one after the other, whatever the separator."""

    def __init__(self, name: str, text: Text) -> None:
        self._name = name
        self._text = text
        self.buffer = ""

    def record(self) -> str | None:
        """The next line that is not blank, with the lines that a cell in quotation marks goes on in."""
        while (end := self._end(0)) is not None:
            line, self.buffer = self.buffer[:end], self.buffer[end:]
            if line.strip():
                return line.removesuffix("\n")
        return None

    def following(self) -> str | None:
        """The record after it, which stays in the buffer."""
        start = 0
        try:
            while (end := self._end(start)) is not None:
                if self.buffer[start:end].strip():
                    return self.buffer[start:end].removesuffix("\n")
                start = end
        except DataError:  # it comes again where rows are read
            return None
        return None

    def _end(self, start: int) -> int | None:
        """The end of the record that starts there."""
        place = start
        while True:
            end = self.buffer.find("\n", place) + 1
            if end and not self._is_open(self.buffer[start:end]):
                return end
            place = end or place
            if not end and not self._more():
                return len(self.buffer) if len(self.buffer) > start else None

    def _is_open(self, record: str) -> bool:
        if '"' not in record or not _QUOTE.search(_CELL.sub("x", record)):
            return False
        return any("end of data" in _problem(record, mark) for mark in MARKS)

    def _more(self) -> bool:
        try:
            piece = next(self._text, None)
        except NotTextError as error:
            raise DataError(f"{self._name}: the first line {error.problem}.", error.hint) from error
        self.buffer += piece or ""
        return piece is not None


def _cells(name: str, line: str, separator: str) -> list[str]:
    try:
        [cells] = csv.reader([line], strict=True, delimiter=separator)
    except csv.Error as error:
        problem, hint = quotation_problem(str(error))
        raise DataError(f"{name}: the first line {problem}.", hint) from error
    return cells


def _split(row: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([row], strict=True, delimiter=separator), [])
    except csv.Error:
        return []


def _problem(record: str, separator: str) -> str:
    """What is wrong with a record, in the words of Python's reader; empty if nothing is."""
    try:
        next(csv.reader([record], strict=True, delimiter=separator), None)
    except csv.Error as error:
        return str(error)
    return ""
