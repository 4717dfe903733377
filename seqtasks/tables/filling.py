"""Fill in missing values, from the rows before them or from both sides."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.recipe import Fills, Missing
from seqtasks.tables.columns import Array, Columns
from seqtasks.tables.panel import Panel


def complete(
    columns: Columns,
    missing: Mapping[str, NDArray[np.bool_]],
    labelled: Collection[str],
    targets: Collection[str],
    panel: Panel,
    training: NDArray[np.bool_],
    policy: Missing,
) -> tuple[Columns, tuple[Fills, ...]]:
    """Columns without missing values, and for each group the value of each before its first known one.

    A target is filled forward where others are interpolated: a line to its next value would show the network what it
    has to forecast. No value of a group fills in one of another.

    Args:
        columns: The table.
        missing: The columns that are used, and (N,) where each has no value.
        labelled: Those that are columns of labels.
        targets: The columns to forecast.
        panel: Which rows belong to which group.
        training: (N,) which rows are for training.
        policy: What is done about missing values.
    """
    arrays: dict[str, Array] = {}
    fills: list[list[tuple[str, float | str]]] = [[] for _ in panel.labels]
    for name, gone in missing.items():
        labels = name in labelled
        values = columns.written(name) if labels and gone.any() else columns.column(name)
        if not labels and (gone.any() or values.dtype.kind == "O"):
            values = columns.values(name)
        if policy in ("forward", "interpolate", "mask"):
            starts = _starts(columns, name, labels, ~gone & training, name in targets, panel)
            for own, start in zip(fills, starts, strict=True):
                own.append((name, start))
            if gone.any():
                straight = policy == "interpolate" and not labels and name not in targets
                way: Missing = "forward" if policy == "interpolate" and not straight else policy
                parts = zip(panel.slices(), starts, strict=True)
                filled = [
                    _fill(values[rows], gone[rows], int(training[rows].sum()), start, way) for rows, start in parts
                ]
                values = np.concatenate(filled)
        if values is not columns.arrays[name]:
            arrays[name] = values
    return (columns.replaced(arrays) if arrays else columns), tuple(map(tuple, fills))


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


def _starts(
    columns: Columns, name: str, labels: bool, known: NDArray[np.bool_], target: bool, panel: Panel
) -> list[float | str]:
    """For each group, its training part's mean; of a target's labels the most frequent, and no label of an input.

    A group in whose training part the column has no value takes that of all groups.

    Args:
        columns: The table.
        name: The column.
        labels: Whether it is one of labels.
        known: (N,) where it has a value in the training part.
        target: Whether it is the target.
        panel: Which rows belong to which group.
    """
    if labels and not target:
        return [""] * len(panel.labels)
    values: Array = columns.written(name).astype(str) if labels else columns.values(name)
    usual = _usual(values[known])
    if not panel.column:
        return [usual]
    return [_usual(values[rows][known[rows]]) if known[rows].any() else usual for rows in panel.slices()]


def _usual(values: Array) -> float | str:
    """The mean of numbers, or the most frequent label."""
    if values.dtype.kind == "f":
        return float(values.mean()) if values.size else 0.0
    texts, counts = np.unique(values, return_counts=True)
    return str(texts[np.argmax(counts)]) if texts.size else ""


def _fill(values: Array, gone: NDArray[np.bool_], training_rows: int, start: float | str, policy: Missing) -> Array:
    """A column without missing values. After the training part no later row is looked at, as in prediction."""
    if policy == "mask":
        return np.where(gone, start, values)
    filled = forward(values, gone, start)
    if policy == "interpolate":
        filled[:training_rows] = between(values[:training_rows], gone[:training_rows], float(start))
    return filled
