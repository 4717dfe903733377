"""The series that a forecaster goes on from, as numbers, texts and arrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from seqtasks.errors import UsageError
from seqtasks.estimators.data.series import Series

_PICKLE = "Pass y and X with an index and columns of numbers, texts or times, or pickle the forecaster."


def encode_series(series: Series) -> dict[str, Any]:
    """The mapping of a series.

    Raises:
        UsageError: If a column or the index holds other objects than numbers, texts and times.
    """
    return {
        "columns": [[str(name), _encode_column(str(name), column)] for name, column in series.frame.items()],
        "index": _encode_index(series.index),
        "is_pandas": series.is_pandas,
    }


def decode_series(content: Mapping[str, Any]) -> Series:
    """The series of :func:`encode_series`."""
    frame = pd.DataFrame({name: _decode_column(column) for name, column in content["columns"]})
    return Series(frame, _decode_index(content["index"]), bool(content["is_pandas"]))


def _encode_column(name: str, column: "pd.Series[Any]") -> Any:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufM":
        return {"numbers": column.to_numpy()}
    cells = [None if pd.isna(cell) else cell for cell in column]
    if all(isinstance(cell, str | bool | int | float | None) for cell in cells):
        return {"cells": cells, "object": bool(column.dtype == object)}
    kind = next(type(cell).__name__ for cell in cells if not isinstance(cell, str | bool | int | float | None))
    raise UsageError(f"Column {name} holds a {kind}, an object that a file cannot hold.", _PICKLE)


def _decode_column(content: Mapping[str, Any]) -> Any:
    if "numbers" in content:
        return content["numbers"]
    cells = [np.nan if cell is None else cell for cell in content["cells"]]
    return pd.Series(cells, dtype=object if content["object"] else None)


def _encode_index(index: pd.Index) -> dict[str, Any]:
    name = {"name": None if index.name is None else str(index.name)}
    if isinstance(index, pd.RangeIndex):
        return name | {"kind": "range", "start": index.start, "stop": index.stop, "step": index.step}
    if isinstance(index, pd.PeriodIndex):
        return name | {"kind": "period", "numbers": index.asi8, "freq": index.freqstr}
    if isinstance(index, pd.DatetimeIndex):
        zone = None if index.tz is None else str(index.tz)
        utc = index if index.tz is None else index.tz_convert("UTC").tz_localize(None)
        freq = None if index.freq is None else index.freqstr
        return name | {"kind": "time", "numbers": utc.to_numpy(), "zone": zone, "freq": freq}
    if index.dtype.kind in "iuf" and isinstance(index.dtype, np.dtype):
        return name | {"kind": "number", "numbers": index.to_numpy()}
    if all(isinstance(label, str) for label in index):
        return name | {"kind": "text", "cells": [*index]}
    raise UsageError(f"The index of y is a {type(index).__name__}, an object that a file cannot hold.", _PICKLE)


def _decode_index(content: Mapping[str, Any]) -> pd.Index:
    name = content["name"]
    match content["kind"]:
        case "range":
            return pd.RangeIndex(content["start"], content["stop"], content["step"], name=name)
        case "period":
            periods: pd.Index = pd.PeriodIndex.from_ordinals(content["numbers"], freq=content["freq"], name=name)
            return periods
        case "time":
            times = pd.DatetimeIndex(content["numbers"], name=name)
            if content["zone"] is not None:
                times = times.tz_localize("UTC").tz_convert(content["zone"])
            return times if content["freq"] is None else pd.DatetimeIndex(times, freq=content["freq"])
        case "number":
            return pd.Index(content["numbers"], name=name)
        case "text":
            return pd.Index(content["cells"], name=name)
    raise ValueError(f"its series has an index of the kind {content['kind']}")
