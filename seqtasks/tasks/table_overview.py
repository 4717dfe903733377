"""What a table holds and how the task uses it, also where missing or wrong cells keep it from being learned."""

from collections.abc import Iterator, Mapping
from typing import final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.overview import (
    ColumnOverview,
    Content,
    GroupsOverview,
    Overview,
    Part,
    Series,
    TargetOverview,
    TimeOverview,
    Use,
)
from seqtasks.spec.parameter import is_plain, quote
from seqtasks.tables.arrangement import Arranged, Settings, arrange, missing_cells
from seqtasks.tables.columns import Columns
from seqtasks.tables.kinds import in_order
from seqtasks.tables.order import Ordered
from seqtasks.tables.panel import Panel
from seqtasks.tables.times import duration, looks_like_times
from seqtasks.tasks.table_reference import period_of, relative


def overview(
    columns: Columns, settings: Settings, period: int | None, references: Mapping[str, tuple[str, ...]]
) -> Overview:
    """Describe a table.

    Args:
        columns: The table, in the order of its file.
        settings: What is asked of it.
        period: The period that the user set; None to find it.
        references: For each target, the names of its reference forecasts, if they are known.

    Raises:
        UsageError: If a column does not exist, or settings contradict each other.
        DataError: If rows cannot be ordered, or nothing is left to train on.
    """
    arranged = arrange(columns, settings, missing_cells)
    table, training = arranged.table, arranged.training
    return Overview(
        rows=table.columns.rows,
        dropped=arranged.dropped,
        time=_time(table),
        columns=tuple(_Columns(columns, settings, arranged)),
        unnamed=columns.unnamed,
        period_is_set=period is not None,
        targets=tuple(_target(arranged, name, period, references.get(name, ())) for name in settings.targets),
        training=_part(table, training),
        test=_part(table, ~training),
        groups=_groups(table.panel, training),
    )


def _target(arranged: Arranged, name: str, period: int | None, references: tuple[str, ...]) -> TargetOverview:
    table, training = arranged.table, arranged.training
    series = _series(table, name, arranged.labelled)
    if arranged.labelled:
        return TargetOverview(name, None, "", references, series)
    if period is None:
        own, part = series.values[training], table.panel.take(training)
        known = np.isfinite(own)
        period = period_of(relative(own, known, part), known, part)
    in_time = ""
    if period is not None and len(table.usual) == 1:
        in_time = duration(period * table.usual[0].step, table.usual[0].unit)
    return TargetOverview(name, period, in_time, references, series)


def _groups(panel: Panel, training: NDArray[np.bool_]) -> GroupsOverview | None:
    if not panel.column:
        return None
    learned = np.add.reduceat(training, panel.firsts, dtype=np.intp)
    return GroupsOverview(panel.column, panel.labels, tuple(panel.counts.tolist()), tuple(learned.tolist()))


def _time(table: Ordered) -> TimeOverview | None:
    times, gaps = table.times, table.gaps
    if times is None:
        return None
    apart = " or ".join(map(str, table.usual))
    first, last = str(times.local.min()), str(times.local.max())
    found = () if gaps is None else (gaps.count, gaps.longest, gaps.after, gaps.group)
    return TimeOverview(times.column, times.zone, first, last, apart, *found)


def _part(table: Ordered, rows: NDArray[np.bool_]) -> Part:
    """The training part or the test part, which is some of the rows."""
    count = int(rows.sum())
    if table.times is not None:
        local = table.times.local[rows]
        return Part(count, str(local.min()), str(local.max()))
    if table.panel.column:
        return Part(count, "", "")
    places = 1 + np.flatnonzero(rows)
    return Part(count, str(places[0]), str(places[-1]))


def _series(table: Ordered, target: str, labelled: bool) -> Series:
    columns, times = table.columns, table.times
    at = np.arange(1, columns.rows + 1) if times is None else times.local.to_numpy()
    axis = "row" if times is None else times.column
    if not labelled:
        return Series(target, columns.finite(target), (), at, axis)
    written = columns.written(target)
    labels = tuple(in_order(set(written.tolist()) - {""}))
    place: dict[str, float] = {label: n for n, label in enumerate(labels)}
    values = np.array([place.get(text, np.nan) for text in written.tolist()])
    return Series(target, values, labels, at, axis)


@final
class _Columns:
    """Describes each column of a file.

    Args:
        columns: The table, in the order of its file.
        settings: What is asked of it.
        arranged: The table in order.
    """

    def __init__(self, columns: Columns, settings: Settings, arranged: Arranged) -> None:
        self._columns, self._settings, self._choice = columns, settings, arranged.choice
        self._training = arranged.table.columns.take(arranged.training)
        self._time = arranged.table.times.column if arranged.table.times is not None else ""

    def __iter__(self) -> Iterator[ColumnOverview]:
        for name in self._columns.arrays:
            content = self._content(name)
            uses = tuple(self._uses(name))
            missing = missing_cells(self._columns, name, content != "numbers")
            labels = len(set(self._training.written(name).tolist()) - {""}) if content == "labels" else None
            reason = "" if uses else self._reason(name, content)
            yield ColumnOverview(name, content, labels, int(missing.sum()), uses, reason)

    def _content(self, name: str) -> Content:
        if name == self._time or (name not in self._choice.used and looks_like_times(self._columns, name)):
            return "times"
        if name in self._choice.labels or name == self._settings.group:
            return "labels"
        if self._columns.is_numeric(name):
            return "numbers"
        return "empty" if missing_cells(self._columns, name, False).all() else "labels"

    def _uses(self, name: str) -> Iterator[Use]:
        if name == self._time:
            yield "time"
        if name == self._settings.group:
            yield "group"
        if name in self._settings.targets:
            yield "target"
        if name in self._choice.inputs or (name == self._time and self._settings.calendar):
            yield "input"
        if name in self._choice.known:
            yield "known"

    def _reason(self, name: str, content: Content) -> str:
        if self._settings.inputs:
            return "inputs= does not name it"
        if content == "times":
            return f"it holds times; time={name if is_plain(name) else quote(name)} orders the rows by them"
        return self._choice.left_out[name][0]
