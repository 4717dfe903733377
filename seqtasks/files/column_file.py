"""Reading a user's CSV, Parquet or NPZ file."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from seqtasks.errors import DataError, MissingExtraError
from seqtasks.files.columns import Array, Columns, numbers_or_texts

Frame = Any  # a pandas.DataFrame; pandas is optional and comes without types

AS_WRITTEN: Final[Mapping[str, Any]] = {"keep_default_na": False, "na_values": [""], "index_col": False}


def read_columns(path: str) -> Columns:
    """Read a file, whose ending says what it is; ``~`` is the home folder.

    CSV has a line of column names first; a column without one is taken for row numbers and left out. NPZ has one array
    per column; the columns of an array ``a`` of shape (N, C) are named a0, a1, ...

    Raises:
        DataError: If there is no such file, or it does not hold columns.
        MissingExtraError: If CSV or Parquet is asked for without pandas and pyarrow.
    """
    place = Path(path).expanduser()
    if place.suffix.lower() not in READERS:
        raise DataError(f"{path} is not a CSV, Parquet or NPZ file by its name.", f"Names end in {', '.join(READERS)}.")
    if not place.is_file():
        what = "is a folder, not a file" if place.is_dir() else "does not exist"
        raise DataError(f"{path} {what}.", "Check the path; it starts in the folder you are in.")
    try:
        named = list(READERS[place.suffix.lower()](place))
    except MissingExtraError:
        raise
    except Exception as error:  # what a foreign parser raises on a broken file is not ours to list
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise DataError(
            f"{path} cannot be read: {reason.rstrip('.')}.", "Open it with the program it came from and save it again."
        ) from error
    return _checked(path, named)


def _checked(path: str, named: list[tuple[str, Array]]) -> Columns:
    names = [name for name, _ in named]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{path} has more than one column {twice}.", "Give every column a name of its own.")
    lengths = {name: len(array) for name, array in named}
    if len(set(lengths.values())) > 1:
        (one, most), (other, least) = max(lengths.items(), key=_length), min(lengths.items(), key=_length)
        raise DataError(
            f"{path}: {one} has {most} rows and {other} has {least}.", "Save arrays of one length, a row per time step."
        )
    if not any(lengths.values()):
        raise DataError(f"{path} holds no rows.", "It needs a row per time step under the columns' names.")
    return Columns(path, {name: numbers_or_texts(array) for name, array in named})


def _length(item: tuple[str, int]) -> int:
    return item[1]


def _csv(path: Path) -> Iterator[tuple[str, Array]]:
    pandas = imported("pandas")
    names = pandas.read_csv(path, header=None, nrows=1, dtype=str, **AS_WRITTEN).iloc[0].fillna("")
    with warnings.catch_warnings():
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            frame = pandas.read_csv(path, low_memory=False, **AS_WRITTEN)
        except pandas.errors.ParserWarning as error:
            raise ValueError("its rows have more cells than there are names in its first line") from error
    return ((name.strip(), array) for name, array in zip(names, arrays_of(frame), strict=True) if name.strip())


def _parquet(path: Path) -> Iterator[tuple[str, Array]]:
    pandas, _ = imported("pandas"), imported("pyarrow")
    frame = pandas.read_parquet(path, engine="pyarrow")
    return zip(map(str, frame.columns), arrays_of(frame), strict=True)


def arrays_of(frame: Frame) -> Iterator[Array]:
    """A frame's columns; missing values of any sort become empty texts, or NaN among floats."""
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i]
        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
            yield column.to_numpy()
        else:
            yield np.where(column.isna(), "", column.astype(object).map(str))


def _npz(path: Path) -> Iterator[tuple[str, Array]]:
    with path.open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        if isinstance(arrays, np.ndarray):
            raise TypeError("it is a single array, not an NPZ archive of named ones")
        for name, array in arrays.items():
            if array.ndim not in (1, 2):
                raise ValueError(f"array {name} has shape {array.shape}, not rows or rows by columns")
            if array.ndim == 1:
                yield name, array
            else:
                yield from ((f"{name}{i}", column) for i, column in enumerate(array.T))


READERS: dict[str, Callable[[Path], Iterator[tuple[str, Array]]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".npz": _npz,
}


def imported(package: str) -> ModuleType:
    """An optional package.

    Raises:
        MissingExtraError: If it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtraError(package, "table") from error
