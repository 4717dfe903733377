"""Reading a CSV file of any length in the memory of some of its rows."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from seqtasks.errors import DataError
from seqtasks.files.column_file import AS_WRITTEN, arrays_of, imported
from seqtasks.files.columns import Columns, numbers_or_texts

ROWS: Final = 4096


def stream_columns(path: str) -> Iterator[Columns]:
    """The rows of a CSV file, some at a time; ``-`` is standard input, ``~`` the home folder.

    Raises:
        DataError: If there is no such file, or it is not CSV.
        MissingExtraError: If pandas is not installed.
    """
    pandas = imported("pandas")
    if path != "-" and not Path(path).expanduser().is_file():
        raise DataError(f"{path} is no file.", "Name a CSV file, or - for standard input.")
    source: Any = sys.stdin if path == "-" else Path(path).expanduser()
    first = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            with pandas.read_csv(source, chunksize=ROWS, low_memory=False, **AS_WRITTEN) as frames:
                for frame in frames:
                    named = zip((str(name).strip() for name in frame.columns), arrays_of(frame), strict=True)
                    if len(frame):
                        yield Columns(path, {name: numbers_or_texts(array) for name, array in named}, first)
                    first += len(frame)
        except (ValueError, OSError, pandas.errors.ParserError, pandas.errors.ParserWarning) as error:
            reason = str(error).strip().split("\n")[0].rstrip(".")
            raise DataError(f"{path} cannot be read as CSV: {reason}.", "The first line names the columns.") from error
    if not first:
        raise DataError(f"{path} holds no rows.", "It needs a row per time step under the columns' names.")
