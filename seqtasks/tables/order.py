"""Put the rows of a table in the order of series and time, or refuse them."""

from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.tables.columns import Columns
from seqtasks.tables.times import Spacing, Times, duration, spacing_of

_SHOWN: Final = 3
_NONE: Final = Spacing(0.0, "none")


@final
@dataclass(frozen=True, eq=False)
class Ordered:
    """A table whose rows are in order.

    Args:
        columns: The table, series after series, each in order of time.
        times: The times of its rows, or None.
        spacing: The usual distance of the rows of a series.
        first: The first row of each series, and the number of all rows at the end.
        notes: What was changed or is irregular: sentences.
    """

    columns: Columns
    times: Times | None
    spacing: Spacing
    first: NDArray[np.intp]
    notes: tuple[str, ...]


def ordered(columns: Columns, times: Times | None, group: str) -> Ordered:
    """Order rows by series and time.

    Raises:
        DataError: If a series has two rows at one time.
    """
    rows = columns.rows
    series = np.zeros(rows, np.intp)
    if group:
        labels = columns.labels(group)
        _, first, codes = np.unique(labels, return_index=True, return_inverse=True)
        series = np.argsort(np.argsort(first))[codes]  # in order of their first rows
    keys = (series,) if times is None else (times.utc, series)
    order = np.lexsort(keys)
    notes: list[str] = []
    if times is not None:
        _check_twice(columns, times, series, order, group)
    if (order != np.arange(rows)).any():
        if times is not None and (late := _late(times, series)).size:
            notes.append(_unsorted(columns, times, late))
        columns = columns.take(order)
        series = series[order]
        times = None if times is None else times.take(order)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(series)) + 1, [rows]]).astype(np.intp)
    spacing = _NONE if times is None else _spacing(times, edges)
    if times is not None and spacing.step:
        notes += _gaps(times, spacing, edges)
    return Ordered(columns, times, spacing, edges, tuple(notes))


def _check_twice(columns: Columns, times: Times, series: NDArray[np.intp], order: NDArray[np.intp], group: str) -> None:
    utc, own = times.utc[order], series[order]
    twice = np.flatnonzero((utc[1:] == utc[:-1]) & (own[1:] == own[:-1]))
    if not twice.size:
        return
    pairs = [sorted((int(order[place]) + 1, int(order[place + 1]) + 1)) for place in twice[:_SHOWN]]
    shown = ", ".join(f"rows {a} and {b}" for a, b in pairs)
    stamp = columns.written(times.column)[order[twice[0]]]
    of = f" of the same {group}" if group else ""
    raise DataError(
        f"{columns.file}: column {times.column} has the same time in {twice.size} pairs of rows{of}: {shown} ({stamp})."
        if twice.size > 1
        else f"{columns.file}: column {times.column} has the same time in {shown}{of} ({stamp}).",
        "Keep one row for each time; time=none takes the rows in the order of the file.",
    )


def _late(times: Times, series: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows that are earlier than the row before them in their series."""
    by_series = np.argsort(series, kind="stable")
    utc, own = times.utc[by_series], series[by_series]
    return np.sort(by_series[1:][(utc[1:] < utc[:-1]) & (own[1:] == own[:-1])])


def _unsorted(columns: Columns, times: Times, late: NDArray[np.intp]) -> str:
    shown = ", ".join(str(row + 1) for row in late[:_SHOWN].tolist())
    what = f"row {shown} is earlier than the row" if late.size == 1 else f"{late.size} rows are earlier than the rows"
    which = "" if late.size == 1 else f" (the first: {shown})"
    return f"{columns.file}: in column {times.column}, {what} before{which}; the rows are sorted by time."


def _spacing(times: Times, edges: NDArray[np.intp]) -> Spacing:
    """That of the longest series."""
    longest = int(np.argmax(np.diff(edges)))
    return spacing_of(times.take(slice(edges[longest], edges[longest + 1])))


def _gaps(times: Times, spacing: Spacing, edges: NDArray[np.intp]) -> list[str]:
    apart = spacing.distances(times)
    apart[edges[1:-1] - 1] = spacing.step  # between two series
    gaps = np.flatnonzero(apart > 1.5 * spacing.step)
    odd = np.flatnonzero((apart < spacing.step) | (apart % spacing.step > 1e-6 * spacing.step))
    found = []
    if gaps.size:
        longest = int(gaps[np.argmax(apart[gaps])])
        count = f"{gaps.size} gap{'s' * (gaps.size != 1)}"
        found.append(
            f"Column {times.column}: rows are {spacing} apart, with {count}; the longest, after "
            f"{times.local[longest]}, is {duration(float(apart[longest]), spacing.unit)}. Rows are counted, not times: "
            "ahead=1 is the next row, also after a gap."
        )
    if odd.size:
        found.append(
            f"Column {times.column}: rows are usually {spacing} apart, but not {odd.size} of them; the first is that "
            f"at {times.local[int(odd[0]) + 1]}."
        )
    return found
