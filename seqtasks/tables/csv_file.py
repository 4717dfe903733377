"""Read CSV with pandas, from a file or a pipe, block by block, in the memory of one block."""

import sys
import warnings
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from typing import Any, Final, final

import numpy as np
import pandas as pd

from seqtasks.errors import DataError
from seqtasks.tables.columns import EXACT, Array, Columns
from seqtasks.tables.compressed import DAMAGE, existing, opened
from seqtasks.tables.dialect import AUTO, Head, decimal_mark, read_head
from seqtasks.tables.frame import array_of, check_names
from seqtasks.tables.records import Block, Scanner, blocks
from seqtasks.tables.text import STANDARD_INPUT, Source, Text

_EXACT_PARSER: Final[dict[str, Any]] = (  # from pandas 3.1 every parser is exact, and the option is deprecated
    {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}
)


def stream_columns(
    path: str, separator: str = AUTO, decimal: str = AUTO, written: Collection[str] = (), usual: str = "."
) -> Iterator[Columns]:
    """The rows of a CSV file, some at a time; ``~`` is the home folder, ``-`` is standard input.

    The first line that is not blank names the columns. Rows are yielded as soon as they are complete. All rows before
    one that cannot be read are yielded before the error.

    Args:
        path: The file; gzip, bzip2, xz and ZIP are decompressed.
        separator: The character between cells, or ``auto``.
        decimal: The decimal mark, or ``auto``.
        written: The columns whose cells stay texts, as the file has them.
        usual: The decimal mark of ``auto`` as long as no number shows one.

    Raises:
        DataError: If the file does not exist, or is not CSV.
    """
    with ExitStack() as stack:
        try:
            if path != "-":
                yield from _pieces(
                    path, stack.enter_context(opened(existing(path))), separator, (decimal, usual), written
                )
            elif sys.stdin is None:
                raise DataError("Standard input is closed.", "Pipe a CSV file into the command.")
            else:
                pipe: Any = sys.stdin.buffer  # a BufferedReader
                yield from _pieces(STANDARD_INPUT, pipe, separator, (decimal, usual), written)
        except (OSError, *DAMAGE) as error:
            reason = getattr(error, "strerror", None) or str(error).rstrip(".")
            raise DataError(f"{path} cannot be read: {reason}.", "Check the file.") from error


def _pieces(
    name: str, source: Source, separator: str, decimal: tuple[str, str], written: Collection[str]
) -> Iterator[Columns]:
    text = Text(name, source)
    head = read_head(name, text, separator)
    places = _places(name, head.names)
    parser = _Parser(head, decimal, frozenset(place for name, place in places.items() if name in written))
    scanner = Scanner(name, len(head.names), head.separator)
    first = 0
    for block in blocks(scanner, text, head.buffer):
        whole = block
        arrays = parser.parse(whole, places) if whole.rows else {}
        if arrays is None:
            whole = scanner.checked(block)
            arrays = parser.parse(whole, places) if whole.rows else {}
        if whole.rows:
            yield Columns(name, arrays or {}, first, len(head.names) - len(places), parser.decimal)
            first += whole.rows
        if whole.error is not None:
            raise whole.error
    if not first:
        raise DataError(f"{name} holds no rows.", "Add a row for each time step below the column names.")


def _places(file: str, names: list[str]) -> dict[str, int]:
    """Where the columns that have a name are."""
    places = [place for place, name in enumerate(names) if name]
    check_names(file, [names[place] for place in places])
    if not places:
        raise DataError(f"{file} has no name in its first line.", "Write the column names in the first line.")
    return {names[place]: place for place in places}


@final
class _TextFile:
    """A text as a file: ``io.StringIO`` takes four bytes for each character, and half of the time of parsing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def read(self, size: int = -1) -> str:
        """The next characters."""
        first = self._place
        self._place = len(self._text) if size < 0 else min(first + size, len(self._text))
        return self._text[first : self._place]

    def __iter__(self) -> Iterator[str]:
        """Lines, which pandas asks for of a file and does not use."""
        return iter(self._text[self._place :].splitlines(keepends=True))


@final
class _Parser:
    """Turn blocks of records into arrays by pandas.

    Args:
        head: The names and the separator.
        decimal: The decimal mark; of ``auto``, the first number with a mark decides. And the mark until then.
        written: The places of columns that stay texts.
    """

    def __init__(self, head: Head, decimal: tuple[str, str], written: frozenset[int]) -> None:
        chosen, usual = decimal
        self._found = None if chosen == AUTO else chosen
        self._usual = "." if usual == AUTO else usual
        self._head = head
        self._written = written

    @property
    def decimal(self) -> str:
        """The decimal mark so far."""
        return self._found or self._usual

    def parse(self, block: Block, places: dict[str, int]) -> dict[str, Array] | None:
        """The arrays of the named columns, or None if a record may be incomplete."""
        if self._found is None:
            self._found = decimal_mark(self._head.separator, block.text)
        try:
            frame = self._frame(block.text, range(len(self._head.names)), self._written)
        except pd.errors.ParserError:
            if block.exact:
                raise
            return None
        if not block.exact and frame.iloc[:, -1].isna().any():
            return None
        inexact = frozenset(place for place in places.values() if _is_inexact(frame[place]))
        texts = self._frame(block.text, sorted(inexact), inexact) if inexact else frame
        return {name: array_of((texts if place in inexact else frame)[place]) for name, place in places.items()}

    def _frame(self, text: str, places: Collection[int], written: Collection[int]) -> pd.DataFrame:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.ParserWarning)  # of a first row that is too long: it is found
            return pd.read_csv(
                _TextFile(text),
                sep=self._head.separator,
                decimal=self.decimal,
                header=None,
                names=range(len(self._head.names)),
                usecols=list(places),
                index_col=False,
                dtype=dict.fromkeys(written, object),
                keep_default_na=False,
                na_values=[""],
                low_memory=False,
                **_EXACT_PARSER,
            )


def _is_inexact(column: "pd.Series[Any]") -> bool:
    """Whether a number of the column may differ from what the file has: an infinite one, or one of many digits."""
    if column.dtype.kind == "f":
        values = column.to_numpy()
        return bool(np.fmax.reduce(values) >= EXACT or np.fmin.reduce(values) <= -EXACT)
    return column.dtype == object and not all(isinstance(cell, str | float) for cell in column)
