"""Put the rows of a table in the order of time, group by group, or refuse them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self, final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.spec.parameter import quote
from seqtasks.tables.columns import Columns
from seqtasks.tables.distances import is_other
from seqtasks.tables.frequency import USUAL, frequency_of, usual_distances
from seqtasks.tables.kinds import in_order
from seqtasks.tables.panel import Panel
from seqtasks.tables.times import Spacing, Times, duration, spacing_of

_SHOWN: Final = 3
_FEW: Final = 4  # rows, whose distances do not show which one is usual


@final
@dataclass(frozen=True, slots=True)
class Gaps:
    """Where rows are farther apart than usual: by more than half a step.

    Args:
        count: How many times.
        longest: The greatest distance, in words.
        after: The time of the row before it.
        group: The label of its group; empty if there is one series.
    """

    count: int
    longest: str
    after: str
    group: str = ""


@final
@dataclass(frozen=True, eq=False)
class Ordered:
    """A table whose rows are in order.

    Args:
        columns: The table, group after group, each in order of time.
        times: The times of its rows, or None.
        panel: Which rows belong to which group.
        spacings: For each group by its label, the usual distance of its rows.
        even: The labels of the groups whose rows are at that distance, except for single gaps.
        regular: Whether at most one row of twenty has another distance from the row before.
        gaps: Where they are farther apart; None if nowhere, or if no distance is usual.
        frequency: The frequency in pandas that rows follow, such as business days, where they are not at one distance.
        notes: What was changed or is irregular: sentences.
    """

    columns: Columns
    times: Times | None
    panel: Panel
    spacings: Mapping[str, Spacing]
    even: frozenset[str] = frozenset()
    regular: bool = False
    gaps: Gaps | None = None
    frequency: str = ""
    notes: tuple[str, ...] = ()

    @property
    def usual(self) -> tuple[Spacing, ...]:
        """The distinct usual distances of the groups."""
        return tuple(dict.fromkeys(self.spacings[label] for label in self.panel.labels if self.spacings[label].step))

    def take(self, kept: NDArray[np.bool_]) -> Self:
        """The table without some rows.

        Args:
            kept: (N,) which rows are left.
        """
        times = None if self.times is None else self.times.take(kept)
        return replace(self, columns=self.columns.take(kept), times=times, panel=self.panel.take(kept))


def ordered(columns: Columns, times: Times | None, group: str = "") -> Ordered:
    """Order rows by group and time; without times, the rows of a group are in the order of the file.

    Args:
        columns: The table, in any order.
        times: The times of its rows, or None.
        group: The column whose labels tell several series apart; empty for one series.

    Raises:
        DataError: If two rows of a group have one time, or a row has no label of a group.
    """
    panel, order = _grouped(columns, group)
    if order is not None:
        columns, times = columns.take(order), None if times is None else times.take(order)
    if times is None:
        return Ordered(columns, None, panel, dict.fromkeys(panel.labels, Spacing(0.0, "none")))
    order = np.lexsort((times.utc, panel.codes))
    _check_twice(columns, times, panel, order)
    notes: list[str] = []
    if (late := 1 + np.flatnonzero((np.diff(times.utc) < np.timedelta64(0)) & panel.neighbours)).size:
        notes.append(_unsorted(columns, times, panel, late))
        columns, times = columns.take(order), times.take(order)
    table = Ordered(columns, times, panel, _spacings(times, panel))
    if not table.usual:
        return replace(table, notes=tuple(notes))
    apart, steps = _distances(table, times)
    counted = panel.neighbours
    all_usual = all(one.step for one in table.spacings.values())
    regular = bool(all_usual and counted.any() and np.mean((apart == steps)[counted]) >= USUAL)
    frequency = ""
    if counted.any() and not (regular and _on_one_day(table, times)):
        frequency = frequency_of(times.local, counted)
        apart = usual_distances(apart, times.local, steps, frequency)
    gaps = _gaps(table, times, apart, steps)
    notes += _irregular(table, times, apart, steps, gaps, frequency)
    return replace(
        table,
        even=_even(panel, apart, steps),
        regular=regular or bool(frequency),
        gaps=gaps,
        frequency=frequency,
        notes=tuple(notes),
    )


def _on_one_day(table: Ordered, times: Times) -> bool:
    """Whether rows that are months apart are on one day of the month, or on the last of shorter ones."""
    if all(one.unit != "month" for one in table.usual):
        return True
    local = times.local
    latest = np.array([local.day[rows].max() for rows in table.panel.slices()])[table.panel.codes]
    return bool(np.mean(local.day == np.minimum(latest, local.days_in_month)) >= USUAL)


def _spacings(times: Times, panel: Panel) -> dict[str, Spacing]:
    """The usual distance of each group: its own, or of a few rows or irregular ones that of all groups together.

    That of all groups only tells when a forecast is: rows at another distance are no error.
    """
    common = spacing_of(times, panel.neighbours)
    found = {}
    for label, rows in zip(panel.labels, panel.slices(), strict=True):
        few = not panel.column or rows.stop - rows.start <= _FEW
        own = common if few else spacing_of(times.take(rows), np.ones(rows.stop - rows.start - 1, np.bool_))
        found[label] = own if own.step else common
    return found


def _distances(table: Ordered, times: Times) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N - 1,) the distances of rows, and the usual ones; equal where no distance counts or is usual."""
    spacings = [table.spacings[label] for label in table.panel.labels]
    codes, counted = table.panel.codes[1:], table.panel.neighbours
    steps = np.array([one.step or 1.0 for one in spacings])[codes]
    apart = steps.copy()
    for one in table.usual:
        own = counted & np.array([each == one for each in spacings])[codes]
        apart[own] = one.distances(times)[own]
    return apart, steps


def _even(panel: Panel, apart: NDArray[np.float64], steps: NDArray[np.float64]) -> frozenset[str]:
    """The groups most of whose distances are the usual one, and in which no other one goes on."""
    codes, counted, groups = panel.codes[1:], panel.neighbours, len(panel.labels)
    usual = np.bincount(codes, counted & (apart == steps), groups)
    other = np.bincount(codes, counted & is_other(apart, steps), groups)
    even = (2 * usual >= panel.counts) & (other == 0)  # usual is more than half of counts - 1
    return frozenset(panel.labels[n] for n in np.flatnonzero(even).tolist())


def _grouped(columns: Columns, group: str) -> tuple[Panel, NDArray[np.intp] | None]:
    """The groups by their labels, and the order that brings their rows together; None if they are together."""
    if not group:
        return Panel.single(columns.rows), None
    codes, found = pd.factorize(columns.labels(group))
    labels = in_order(set(found.tolist()))
    place = {label: n for n, label in enumerate(labels)}
    codes = np.array([place[label] for label in found.tolist()], np.intp)[codes]
    panel = Panel(group, tuple(labels), np.cumsum(np.bincount(codes)))
    return panel, np.argsort(codes, kind="stable") if (np.diff(codes) < 0).any() else None


def _check_twice(columns: Columns, times: Times, panel: Panel, order: NDArray[np.intp]) -> None:
    twice = np.flatnonzero((np.diff(times.utc[order]) == np.timedelta64(0)) & panel.neighbours)
    if not twice.size:
        return
    pairs = [sorted((columns.number(order[place]), columns.number(order[place + 1]))) for place in twice[:_SHOWN]]
    shown = ", ".join(f"rows {a} and {b}" for a, b in pairs)
    stamp = columns.written(times.column)[order[twice[0]]]
    where = _of(panel, int(twice[0]))
    raise DataError(
        f"{columns.file}: column {times.column} has the same time in {twice.size} pairs of rows: {shown} "
        f"({stamp}{where})."
        if twice.size > 1
        else f"{columns.file}: column {times.column} has the same time in {shown} ({stamp}{where}).",
        "Keep one row for each time; time=none takes the rows in the order of the file."
        if panel.column
        else "Keep one row for each time. If the file holds several series, group= names the column of their labels; "
        "time=none takes the rows in the order of the file.",
    )


def _of(panel: Panel, row: int) -> str:
    """The group of a row, for a message."""
    return f" of {panel.column} {quote(panel.labels[panel.codes[row]])}" if panel.column else ""


def _unsorted(columns: Columns, times: Times, panel: Panel, late: NDArray[np.intp]) -> str:
    shown = ", ".join(str(columns.number(row)) for row in late[:_SHOWN].tolist())
    what = f"row {shown} is earlier than the row" if late.size == 1 else f"{late.size} rows are earlier than the rows"
    which = "" if late.size == 1 else f" (the first: {shown})"
    before = f" of the same {panel.column} before" if panel.column else " before"
    return f"{columns.file}: in column {times.column}, {what}{before}{which}; the rows are sorted by time."


def _gaps(table: Ordered, times: Times, apart: NDArray[np.float64], steps: NDArray[np.float64]) -> Gaps | None:
    gaps = np.flatnonzero(apart > 1.5 * steps)
    if not gaps.size:
        return None
    longest = int(gaps[np.argmax(apart[gaps] / steps[gaps])])
    group = table.panel.labels[table.panel.codes[longest]]
    longest_gap = duration(float(apart[longest]), table.spacings[group].unit)
    return Gaps(gaps.size, longest_gap, str(times.local[longest]), group)


def _irregular(
    table: Ordered,
    times: Times,
    apart: NDArray[np.float64],
    steps: NDArray[np.float64],
    gaps: Gaps | None,
    frequency: str,
) -> list[str]:
    unusual = np.flatnonzero(apart != steps)
    own, step = apart[unusual], steps[unusual]
    odd = unusual[(own < step) | (own % step > 1e-6 * step)]
    column, panel = times.column, table.panel
    one, by_rule = len(table.usual) == 1, f" at the frequency {frequency}" if frequency else ""
    usual = f"{table.usual[0]} apart{by_rule}" if one else f"at the usual distance of their {panel.column}"
    found = []
    if gaps is not None:
        count = f"{gaps.count} gap{'s' * (gaps.count != 1)}"
        where = f" of {panel.column} {quote(gaps.group)}" if panel.column else ""
        found.append(
            f"Column {column}: rows are {usual}, with {count}; the longest, after {gaps.after}{where}, is "
            f"{gaps.longest}. Rows are counted, not times: ahead=1 is the next row, also after a gap."
        )
    if odd.size:
        found.append(
            f"Column {column}: rows are {'usually ' * one}{usual}, but not {odd.size} of them; the first is that at "
            f"{times.local[int(odd[0]) + 1]}{_of(panel, int(odd[0]))}."
        )
    return found
