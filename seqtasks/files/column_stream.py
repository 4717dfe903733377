"""Reading a CSV file of any length in the memory of some of its rows."""

import io
import sys
import warnings
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final

from seqtasks.errors import DataError
from seqtasks.files.column_file import AS_WRITTEN, Frame, arrays_of, imported
from seqtasks.files.columns import Columns, numbers_or_texts

ROWS: Final = 4096
BLOCK: Final = 2**16  # bytes taken from standard input at once, if so many are there


def stream_columns(path: str) -> Iterator[Columns]:
    """The rows of a CSV file, some at a time; ``~`` is the home folder.

    ``-`` is standard input, of which the rows that are there are passed on without waiting for more.

    Raises:
        DataError: If there is no such file, or it is not CSV.
        MissingExtraError: If pandas is not installed.
    """
    pandas = imported("pandas")
    if path != "-" and not Path(path).expanduser().is_file():
        raise DataError(f"{path} is no file.", "Name a CSV file, or - for standard input.")
    first = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            for frame in _piped(pandas, sys.stdin.buffer) if path == "-" else _pieces(pandas, path):
                named = zip((str(name).strip() for name in frame.columns), arrays_of(frame), strict=True)
                if len(frame):
                    yield Columns(path, {name: numbers_or_texts(array) for name, array in named}, first)
                first += len(frame)
        except (ValueError, OSError, pandas.errors.ParserError, pandas.errors.ParserWarning) as error:
            reason = str(error).strip().split("\n")[0].rstrip(".")
            raise DataError(f"{path} cannot be read as CSV: {reason}.", "The first line names the columns.") from error
    if not first:
        raise DataError(f"{path} holds no rows.", "It needs a row per time step under the columns' names.")


def _pieces(pandas: Any, path: str) -> Iterator[Frame]:
    with pandas.read_csv(Path(path).expanduser(), chunksize=ROWS, low_memory=False, **AS_WRITTEN) as frames:
        yield from frames


def _piped(pandas: Any, source: BinaryIO) -> Iterator[Frame]:
    """Each block of whole lines is read as a file of its own under the first line."""
    blocks = _blocks(source)
    first = next(blocks, None)
    if first is None:
        return
    head, _, rest = first.partition(b"\n")
    for lines in chain([rest], blocks):
        yield pandas.read_csv(io.BytesIO(head + b"\n" + lines), low_memory=False, **AS_WRITTEN)


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    """What is there, cut after a line's end that is not inside quotation marks."""
    read = getattr(source, "read1", source.read)
    rest = b""
    while block := read(BLOCK):
        rest += block
        end = rest.rfind(b"\n") + 1
        if end and rest.count(b'"', 0, end) % 2 == 0:
            yield rest[:end]
            rest = rest[end:]
    if rest:
        yield rest
