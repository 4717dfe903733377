"""A number, a string, None or a time as JSON that keeps its type."""

from datetime import date, datetime
from typing import Any

import numpy as np

from seqtasks.errors import UsageError


def encode_scalar(subject: str, value: Any, hint: str) -> Any:
    """JSON of a number, a string, None or a time, with its type.

    Args:
        subject: The words before the value in the error message.
        value: The value.
        hint: The hint of the error.

    Raises:
        UsageError: If it is another object.
    """
    if isinstance(value, np.datetime64 | np.timedelta64):
        return {"dtype": value.dtype.str, "count": int(value.astype(np.int64))}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    # other classes of times may have more digits than this text, such as nanoseconds
    if isinstance(value, datetime) and datetime.fromisoformat(value.isoformat()) == value:
        return {"datetime": value.isoformat()}
    if type(value) is date:
        return {"date": value.isoformat()}
    raise UsageError(f"{subject} {value!r}, an object that a file cannot hold.", hint)


def decode_scalar(value: Any) -> Any:
    """The value that :func:`encode_scalar` encoded."""
    match value:
        case {"dtype": kind, "count": count}:
            return np.int64(count).astype(np.dtype(kind))
        case {"datetime": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
    return value
