"""Put the rows of a table in the order of time, or refuse them."""

from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.tables.columns import Columns
from seqtasks.tables.times import Spacing, Times, duration, spacing_of

_SHOWN: Final = 3


@final
@dataclass(frozen=True, slots=True)
class Gaps:
    """Where rows are farther apart than usual: by more than half a step.

    Args:
        count: How many times.
        longest: The greatest distance, in words.
        after: The time of the row before it.
    """

    count: int
    longest: str
    after: str


@final
@dataclass(frozen=True, eq=False)
class Ordered:
    """A table whose rows are in order.

    Args:
        columns: The table, in order of time.
        times: The times of its rows, or None.
        spacing: The usual distance of the rows.
        gaps: Where they are farther apart; None if nowhere, or if no distance is usual.
        notes: What was changed or is irregular: sentences.
    """

    columns: Columns
    times: Times | None
    spacing: Spacing
    gaps: Gaps | None = None
    notes: tuple[str, ...] = ()


def ordered(columns: Columns, times: Times | None) -> Ordered:
    """Order rows by time; without times, they are in the order of the file.

    Raises:
        DataError: If two rows have one time.
    """
    if times is None:
        return Ordered(columns, None, Spacing(0.0, "none"))
    order = np.argsort(times.utc, kind="stable")
    _check_twice(columns, times, order)
    notes: list[str] = []
    if (late := 1 + np.flatnonzero(np.diff(times.utc) < np.timedelta64(0))).size:
        notes.append(_unsorted(columns, times, late))
        columns, times = columns.take(order), times.take(order)
    spacing = spacing_of(times)
    gaps = _gaps(times, spacing) if spacing.step else None
    if spacing.step:
        notes += _irregular(times, spacing, gaps)
    return Ordered(columns, times, spacing, gaps, tuple(notes))


def _check_twice(columns: Columns, times: Times, order: NDArray[np.intp]) -> None:
    twice = np.flatnonzero(np.diff(times.utc[order]) == np.timedelta64(0))
    if not twice.size:
        return
    pairs = [sorted((columns.number(order[place]), columns.number(order[place + 1]))) for place in twice[:_SHOWN]]
    shown = ", ".join(f"rows {a} and {b}" for a, b in pairs)
    stamp = columns.written(times.column)[order[twice[0]]]
    raise DataError(
        f"{columns.file}: column {times.column} has the same time in {twice.size} pairs of rows: {shown} ({stamp})."
        if twice.size > 1
        else f"{columns.file}: column {times.column} has the same time in {shown} ({stamp}).",
        "Keep one row for each time; time=none takes the rows in the order of the file.",
    )


def _unsorted(columns: Columns, times: Times, late: NDArray[np.intp]) -> str:
    shown = ", ".join(str(columns.number(row)) for row in late[:_SHOWN].tolist())
    what = f"row {shown} is earlier than the row" if late.size == 1 else f"{late.size} rows are earlier than the rows"
    which = "" if late.size == 1 else f" (the first: {shown})"
    return f"{columns.file}: in column {times.column}, {what} before{which}; the rows are sorted by time."


def _gaps(times: Times, spacing: Spacing) -> Gaps | None:
    apart = spacing.distances(times)
    gaps = np.flatnonzero(apart > 1.5 * spacing.step)
    if not gaps.size:
        return None
    longest = int(gaps[np.argmax(apart[gaps])])
    return Gaps(gaps.size, duration(float(apart[longest]), spacing.unit), str(times.local[longest]))


def _irregular(times: Times, spacing: Spacing, gaps: Gaps | None) -> list[str]:
    apart = spacing.distances(times)
    odd = np.flatnonzero((apart < spacing.step) | (apart % spacing.step > 1e-6 * spacing.step))
    found = []
    if gaps is not None:
        count = f"{gaps.count} gap{'s' * (gaps.count != 1)}"
        found.append(
            f"Column {times.column}: rows are {spacing} apart, with {count}; the longest, after {gaps.after}, is "
            f"{gaps.longest}. Rows are counted, not times: ahead=1 is the next row, also after a gap."
        )
    if odd.size:
        found.append(
            f"Column {times.column}: rows are usually {spacing} apart, but not {odd.size} of them; the first is that "
            f"at {times.local[int(odd[0]) + 1]}."
        )
    return found
