"""Reading a user's whole CSV, Parquet or NPZ file."""

import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from seqtasks.errors import DataError, MissingExtraError, SeqtasksError
from seqtasks.files.columns import Array, Columns, stored
from seqtasks.files.csv_file import check_names, existing, stream_columns

_SAVE_AGAIN = "Open it with the program it came from and save it again."


def read_columns(path: str) -> Columns:
    """Read a file, whose ending says what it is; ``~`` is the home folder.

    CSV has a line of column names first; a column without one is taken for row numbers and left out, and so is an
    index without a name in Parquet. NPZ has one array per column; the columns of an array ``a`` of shape (N, C) are
    named a0, a1, ...

    Raises:
        DataError: If there is no such file, or it does not hold columns.
        MissingExtraError: If Parquet is asked for without pandas and pyarrow.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _READERS:
        raise DataError(
            f"{path} is not a CSV, Parquet or NPZ file by its name.", f"Names end in {', '.join(_READERS)}."
        )
    existing(path)
    try:
        return _READERS[suffix](path)
    except SeqtasksError:
        raise
    except Exception as error:  # what a foreign parser raises on a broken file is not ours to list
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise DataError(f"{path} cannot be read: {reason.rstrip('.')}.", _SAVE_AGAIN) from error


def _csv(path: str) -> Columns:
    pieces = list(stream_columns(path))
    arrays = {name: np.concatenate([piece.arrays[name] for piece in pieces]) for name in pieces[0].arrays}
    return Columns(path, arrays, unnamed=pieces[0].unnamed)


def _parquet(path: str) -> Columns:
    pandas, _ = _imported("pandas"), _imported("pyarrow")
    place = Path(path).expanduser()
    frame = pandas.read_parquet(place, engine="pyarrow", dtype_backend="numpy_nullable")  # integers stay integers
    unnamed = [name for name in frame.index.names if name is None]
    if len(unnamed) < frame.index.nlevels:
        frame = frame.reset_index([name for name in frame.index.names if name is not None])
    is_counter = isinstance(frame.index, pandas.RangeIndex)  # what pandas stores without a column of its own
    named = list(zip(map(str, frame.columns), map(_array, map(frame.__getitem__, frame.columns)), strict=True))
    return _columns(path, named, 0 if is_counter else len(unnamed))


def _array(column: Any) -> Array:
    """A pandas Series; a missing value becomes an empty text, or NaN among floats."""
    kind = getattr(column.dtype, "kind", "O")
    missing = column.isna().to_numpy()
    if kind == "f":
        return np.asarray(column.to_numpy(dtype=getattr(column.dtype, "numpy_dtype", column.dtype), na_value=np.nan))
    if kind in "biu" and not missing.any():
        return np.asarray(column.to_numpy(dtype=getattr(column.dtype, "numpy_dtype", column.dtype)))
    return np.where(missing, "", column.astype(object).map(_text)).astype(object)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _npz(path: str) -> Columns:
    place = Path(path).expanduser()
    with place.open("rb") as file:
        if file.read(6) == b"\x93NUMPY":
            raise TypeError("it is a single array, not an NPZ archive of named ones")
        if not zipfile.is_zipfile(file):
            raise TypeError("it is not an NPZ archive")
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            return _columns(path, list(_named(arrays.items())))


def _named(arrays: Any) -> Iterator[tuple[str, Array]]:
    for name, array in arrays:
        if array.ndim not in (1, 2):
            raise ValueError(f"array {name} has shape {array.shape}, not rows or rows by columns")
        if array.ndim == 1:
            yield name, array
        else:
            yield from ((f"{name}{i}", column) for i, column in enumerate(array.T))


def _columns(path: str, named: list[tuple[str, Array]], unnamed: int = 0) -> Columns:
    check_names(path, [name for name, _ in named])
    lengths = {name: len(array) for name, array in named}
    if len(set(lengths.values())) > 1:
        one, other = max(lengths, key=lengths.__getitem__), min(lengths, key=lengths.__getitem__)
        raise DataError(
            f"{path}: {one} has {lengths[one]} rows and {other} has {lengths[other]}.",
            "Save arrays of one length, a row per time step.",
        )
    if not any(lengths.values()):
        raise DataError(f"{path} holds no rows.", "It needs a row per time step under the columns' names.")
    return Columns(path, {name: stored(array) for name, array in named}, unnamed=unnamed)


_READERS: dict[str, Callable[[str], Columns]] = {".csv": _csv, ".parquet": _parquet, ".npz": _npz}


def _imported(package: str) -> ModuleType:
    """An optional package.

    Raises:
        MissingExtraError: If it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtraError(package, "table") from error
