"""Read a user's whole file: CSV, Parquet, Feather, NPZ, or a query of SQLite."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from seqtasks.errors import DataError, MissingExtraError, SeqtasksError
from seqtasks.tables.columns import EXACT, Array, Columns
from seqtasks.tables.compressed import SUFFIXES as COMPRESSED
from seqtasks.tables.compressed import existing
from seqtasks.tables.csv_file import stream_columns
from seqtasks.tables.database import read_query
from seqtasks.tables.dialect import AUTO
from seqtasks.tables.frame import columns_from, columns_of

_SAVE_AGAIN = "Open it with the program it came from and save it again."
_TEXT: Final = (".csv", ".tsv", ".txt")
_DATABASES: Final = (".sqlite", ".sqlite3", ".db")


def read_columns(path: str, separator: str = AUTO, decimal: str = AUTO, query: str = "") -> Columns:
    """Read a file, whose ending determines its format; ``~`` is the home folder.

    CSV has a line of column names first; a column without one is taken for row numbers and left out, and so is an
    index without a name in Parquet. NPZ has one array per column; the columns of an array ``a`` of shape (N, C) are
    named a0, a1, ...

    Args:
        path: The file.
        separator: The character between the cells of CSV.
        decimal: The decimal mark of CSV.
        query: The SQL query of a database; its only table if empty.

    Raises:
        DataError: If the file does not exist, or does not hold columns.
        MissingExtraError: If Parquet or Feather is asked for without pyarrow.
    """
    suffix = _suffix(path)
    if suffix not in (*_TEXT, *_READERS, *_DATABASES):
        *first, last = (*_READERS, *_DATABASES)
        raise DataError(
            f"{path} does not have the name of a table.",
            f"Names end in {', '.join(_TEXT)}, each also with {', '.join(COMPRESSED)}, "
            f"in {', '.join(first)} or {last}.",
        )
    existing(path)
    try:
        if suffix in _DATABASES:
            return read_query(path, query)
        return _csv(path, separator, decimal) if suffix in _TEXT else _READERS[suffix](path)
    except SeqtasksError:
        raise
    except Exception as error:  # what a foreign parser raises on a broken file is not ours to list
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise DataError(f"{path} cannot be read: {reason.rstrip('.')}.", _SAVE_AGAIN) from error


def is_text(path: str) -> bool:
    """Whether a file is read as CSV: any whose name is not that of another format."""
    return _suffix(path) not in (*_READERS, *_DATABASES)


def _suffix(path: str) -> str:
    place = Path(path)
    if place.suffix.lower() in COMPRESSED and Path(place.stem).suffix.lower() in _TEXT:
        place = Path(place.stem)
    return place.suffix.lower()


def _csv(path: str, separator: str, decimal: str) -> Columns:
    columns: dict[str, list[Array]] = {}
    for piece in stream_columns(path, separator, decimal):
        for name, array in piece.arrays.items():
            columns.setdefault(name, []).append(array)

    def reread(name: str) -> Array:
        return np.concatenate([each.arrays[name] for each in stream_columns(path, separator, decimal, [name])])

    arrays = {}
    for name in list(columns):
        joined = _joined(columns.pop(name))
        arrays[name] = reread(name) if joined is None else joined
    return Columns(path, arrays, unnamed=piece.unnamed, decimal=piece.decimal, reread=reread)


def _joined(pieces: list[Array]) -> Array | None:
    """The pieces of a column as one array; None if some are texts and others numbers, so that texts are lost."""
    empty = [piece.dtype.kind == "f" and bool(np.isnan(piece).all()) for piece in pieces]
    kinds = {piece.dtype.kind for piece, is_empty in zip(pieces, empty, strict=True) if not is_empty}
    if "O" in kinds:
        if len(kinds) > 1:
            return None
        return np.concatenate([np.full(len(p), "", object) if e else p for p, e in zip(pieces, empty, strict=True)])
    if len(kinds) > 1 and ("b" in kinds or any(p.dtype.kind in "iu" and (np.abs(p) > EXACT).any() for p in pieces)):
        return None
    return np.concatenate(pieces)


def _parquet(path: str) -> Columns:
    return _arrow(path, pd.read_parquet, engine="pyarrow", dtype_backend="numpy_nullable")  # integers stay integers


def _feather(path: str) -> Columns:
    return _arrow(path, pd.read_feather, dtype_backend="numpy_nullable")


def _arrow(path: str, reader: Callable[..., pd.DataFrame], **settings: Any) -> Columns:
    try:
        frame = reader(Path(path).expanduser(), **settings)
    except ImportError as error:
        raise MissingExtraError("pyarrow", "table") from error
    return columns_of(path, frame)


def read_arrays(path: str) -> dict[str, Array]:
    """The arrays of an NPZ file by their names; ``~`` is the home folder.

    Raises:
        DataError: If the file does not exist, or does not hold arrays of numbers or texts.
    """
    if _suffix(path) != ".npz":
        raise DataError(
            f"{path} does not have the name of an NPZ file.", "Save the arrays with numpy.savez, in an .npz file."
        )
    existing(path)
    try:
        return _arrays(path)
    except Exception as error:  # what NumPy raises on a broken file is not ours to list
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise DataError(f"{path} cannot be read: {reason.rstrip('.')}.", _SAVE_AGAIN) from error


def _npz(path: str) -> Columns:
    return columns_from(path, list(_named(_arrays(path).items())))


def _arrays(path: str) -> dict[str, Array]:
    place = Path(path).expanduser()
    with place.open("rb") as file:
        if file.read(6) == b"\x93NUMPY":
            raise TypeError("it is a single array, not an NPZ archive of named ones")
        if not zipfile.is_zipfile(file):
            raise TypeError("it is not an NPZ archive")
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            return dict(arrays.items())


def _named(arrays: Any) -> Iterator[tuple[str, Array]]:
    for name, array in arrays:
        if array.ndim not in (1, 2):
            raise ValueError(f"array {name} has shape {array.shape}, not rows or rows by columns")
        if array.ndim == 1:
            yield name, array
        else:
            yield from ((f"{name}{i}", column) for i, column in enumerate(array.T))


_READERS: dict[str, Callable[[str], Columns]] = {
    ".parquet": _parquet,
    ".feather": _feather,
    ".npz": _npz,
}
