"""The columns of a pandas frame as arrays."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import numpy as np
import pandas as pd

from seqtasks.errors import DataError, UsageError
from seqtasks.tables.columns import Array, Columns, stored

_HEAD: Final = 1000  # cells that show whether a column repeats its texts


def as_frame(data: Any) -> pd.DataFrame:
    """A pandas frame, series, or mapping of columns, or a frame of a library that converts to pandas, such as polars.

    Raises:
        UsageError: If it is none of these.
    """
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, pd.Series):
        return data.to_frame(name="y" if data.name is None else data.name)
    if isinstance(data, Mapping):
        return pd.DataFrame(data)
    if hasattr(data, "to_pandas"):
        return as_frame(data.to_pandas())
    raise UsageError(
        f"A table cannot be made of {type(data).__name__}.", "Pass a DataFrame, a mapping of columns, or a file's path."
    )


def label_of(frame: pd.DataFrame) -> str:
    """A name for a frame in records, which differs between frames of other contents.

    Example:
        >>> label_of(pd.DataFrame({"x": [1, 2]})) == label_of(pd.DataFrame({"x": [1, 3]}))
        False
    """
    rows = pd.util.hash_pandas_object(frame).to_numpy().tobytes()
    digest = sha256(rows + repr([*map(str, frame.columns)]).encode()).hexdigest()[:8]
    return f"frame-{len(frame)}x{frame.shape[1]}-{digest}"


def columns_of(name: str, frame: pd.DataFrame) -> Columns:
    """The columns of a frame, and those of its index that have a name.

    Args:
        name: The name of the frame in messages.
        frame: The frame. An index without a name is left out, and counted unless it only numbers the rows.

    Raises:
        DataError: If two columns have one name, or the frame has no rows.
        TypeError: If a column holds neither numbers nor texts.
    """
    if isinstance(frame.index, pd.DatetimeIndex) and frame.index.name is None:
        frame = frame.rename_axis(index="index" if "time" in frame.columns else "time")
    unnamed = [level for level in frame.index.names if level is None]
    if len(unnamed) < frame.index.nlevels:
        frame = frame.reset_index([level for level in frame.index.names if level is not None])
    is_counter = isinstance(frame.index, pd.RangeIndex)  # what pandas stores without a column of its own
    named = [(str(label), array_of(frame.iloc[:, place])) for place, label in enumerate(frame.columns)]
    zones = {
        str(label): str(dtype.tz)
        for label, dtype in zip(frame.columns, frame.dtypes, strict=True)
        if isinstance(dtype, pd.DatetimeTZDtype)
    }
    return replace(columns_from(name, named, 0 if is_counter else len(unnamed)), zones=zones)


def columns_from(name: str, named: list[tuple[str, Array]], unnamed: int = 0) -> Columns:
    """Columns of one length, by their names.

    Raises:
        DataError: If two have one name, or they differ in length or have no rows.
        TypeError: If one holds neither numbers nor texts.
    """
    check_names(name, [column for column, _ in named])
    lengths = {column: len(array) for column, array in named}
    if len(set(lengths.values())) > 1:
        one, other = max(lengths, key=lengths.__getitem__), min(lengths, key=lengths.__getitem__)
        raise DataError(
            f"{name}: {one} has {lengths[one]} rows and {other} has {lengths[other]}.",
            "Save arrays of equal length, with a row for each time step.",
        )
    if not any(lengths.values()):
        raise DataError(f"{name} holds no rows.", "Add a row for each time step below the column names.")
    return Columns(name, {column: stored(array) for column, array in named}, unnamed=unnamed)


def check_names(file: str, names: list[str]) -> None:
    """Check that no name occurs twice.

    Raises:
        DataError: If one does.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError(
                f"{file} has more than one column {name}.", "Rename one of them, so that each name is unique."
            )
        seen.add(name)


def array_of(column: "pd.Series[Any]") -> Array:
    """A column of a frame; a missing value becomes an empty text, or NaN among floats."""
    kind = getattr(column.dtype, "kind", "O")
    if kind == "f":
        return np.asarray(column.to_numpy(dtype=getattr(column.dtype, "numpy_dtype", column.dtype), na_value=np.nan))
    if kind == "M":
        zoned = isinstance(column.dtype, pd.DatetimeTZDtype)
        return np.asarray((column.dt.tz_convert("UTC").dt.tz_localize(None) if zoned else column).to_numpy("M8[ns]"))
    if column.dtype == "str" and column.head(_HEAD).nunique() <= _HEAD // 2:
        which, labels = pd.factorize(column)  # -1 where one is missing
        texts = np.append(labels.to_numpy(dtype=object), "")
        return np.asarray(texts[which])  # one object for equal texts
    missing = column.isna().to_numpy()
    if kind in "biu" and not missing.any():
        return np.asarray(column.to_numpy(dtype=getattr(column.dtype, "numpy_dtype", column.dtype)))
    cells: Array = column.to_numpy(dtype=object, na_value="") if missing.any() else column.to_numpy(dtype=object)
    if pd.api.types.infer_dtype(cells, skipna=False) != "string":
        cells = np.array([cell.decode() if isinstance(cell, bytes) else str(cell) for cell in cells], object)
    return cells
