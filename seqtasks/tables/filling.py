"""Fill in missing values, from the rows before them or from both sides."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.recipe import Missing
from seqtasks.tables.columns import Array, Columns

Fills = tuple[tuple[str, float | str], ...]


def complete(
    columns: Columns,
    missing: Mapping[str, NDArray[np.bool_]],
    labelled: Collection[str],
    target: str,
    training_rows: int,
    policy: Missing,
) -> tuple[Columns, Fills]:
    """Columns without missing values, and the value of each before its first known one.

    The target is filled forward where others are interpolated: a line to its next value would show the network what it
    has to forecast.

    Args:
        columns: The table.
        missing: The columns that are used, and (N,) where each has no value.
        labelled: Those that are columns of labels.
        target: The column to forecast.
        training_rows: How many rows are for training.
        policy: What is done about missing values.
    """
    arrays: dict[str, Array] = {}
    fills: list[tuple[str, float | str]] = []
    for name, gone in missing.items():
        labels = name in labelled
        values = columns.written(name) if labels and gone.any() else columns.column(name)
        if not labels and (gone.any() or values.dtype.kind == "O"):
            values = columns.values(name)
        start = _start(columns, name, labels, ~gone[:training_rows], name == target)
        if policy in ("forward", "interpolate", "mask"):
            fills.append((name, start))
        if gone.any():
            straight = policy == "interpolate" and not labels and name != target
            own: Missing = "forward" if policy == "interpolate" and not straight else policy
            values = _fill(values, gone, training_rows, start, own)
        if values is not columns.arrays[name]:
            arrays[name] = values
    return (columns.replaced(arrays) if arrays else columns), tuple(fills)


def forward(values: NDArray[Any], missing: NDArray[np.bool_], start: Any) -> NDArray[Any]:
    """Each missing value becomes the last known one.

    Args:
        values: (N,)
        missing: (N,)
        start: The value before the first row.

    Example:
        >>> forward(np.array([0.0, 5.0, 0.0]), np.array([True, False, True]), 1.5).tolist()
        [1.5, 5.0, 5.0]
    """
    last = np.maximum.accumulate(np.where(missing, -1, np.arange(len(values))))
    filled = values[np.maximum(last, 0)] if len(values) else values.copy()
    filled[last < 0] = start
    return filled


def between(values: NDArray[np.float64], missing: NDArray[np.bool_], start: float) -> NDArray[np.float64]:
    """Each missing value becomes the one on the line between its known neighbours.

    After the last known value it is that one, and before the first it is ``start``.

    Example:
        >>> between(np.array([2.0, 0.0, 6.0, 0.0]), np.array([False, True, False, True]), 1.0).tolist()
        [2.0, 4.0, 6.0, 6.0]
    """
    known = np.flatnonzero(~missing)
    if not known.size:
        return np.full(len(values), start)
    filled = values.copy()
    places = np.flatnonzero(missing)
    filled[places] = np.interp(places, known, values[known], left=start)
    return filled


def _start(columns: Columns, name: str, labels: bool, known: NDArray[np.bool_], target: bool) -> float | str:
    """The training part's mean; of a target's labels the most frequent, and no label of an input.

    Args:
        columns: The table.
        name: The column.
        labels: Whether it is one of labels.
        known: (training rows,) where it has a value.
        target: Whether it is the target.
    """
    rows = len(known)
    if not labels:
        return float(columns.values(name)[:rows][known].mean()) if known.any() else 0.0
    if not target:
        return ""
    texts, counts = np.unique(columns.written(name)[:rows][known].astype(str), return_counts=True)
    return str(texts[np.argmax(counts)]) if texts.size else ""


def _fill(values: Array, gone: NDArray[np.bool_], training_rows: int, start: float | str, policy: Missing) -> Array:
    """A column without missing values. After the training part no later row is looked at, as in prediction."""
    if policy == "mask":
        return np.where(gone, start, values)
    filled = forward(values, gone, start)
    if policy == "interpolate":
        filled[:training_rows] = between(values[:training_rows], gone[:training_rows], float(start))
    return filled
