"""The overview of a user's table as lines of text."""

from collections.abc import Iterator
from typing import Any, Final

COLUMNS: Final = ("column", "holds", "missing", "used as")
_USES: Final = {
    "time": "times of the rows",
    "group": "labels of the groups",
    "target": "target",
    "input": "input",
    "known": "known in advance",
}
_WIDTH: Final = 11  # as in the report of a run
_WHAT: Final = {
    "mean": "the mean of the training part",
    "persistence": "the last value",
    "seasonal persistence": "the value a period ago",
    "persistence of the seasonal change": "the value a period ago and the latest change over a period",
}


def head(overview: Any) -> Iterator[str]:
    """How many rows, and from when to when.

    Args:
        overview: An ``Overview``.
    """
    dropped = f"; {overview.dropped:,} more with a missing value are left out" if overview.dropped else ""
    yield _line("rows", f"{overview.rows:,}{dropped}")
    if overview.groups is not None:
        groups, (least, middle, most) = overview.groups, overview.groups.lengths
        rows = f"{least:,} to {most:,} rows each, the median {middle:,g}" if least < most else f"{_count(most)} each"
        count = len(groups.labels)
        yield _line("groups", f"{count:,} label{'s' * (count != 1)} in column {groups.column}, {rows}")
    time = overview.time
    if time is None:
        each = "" if overview.groups is None else " of each group"
        yield _line("times", f"none: the rows{each} are in the order of the file")
        return
    apart = f", usually {time.apart} apart" if time.apart else ", at irregular distances"
    zone = f" ({time.zone})" if time.zone else ""
    yield _line("times", f"{time.first} to {time.last}{zone} in column {time.column}{apart}")
    if time.gaps:
        which = "it" if time.gaps == 1 else "the longest"
        where = f" in group {time.group}" if time.group else ""
        yield _line("gaps", f"{time.gaps:,}; {which} lasts {time.longest}, after {time.after}{where}")
    elif time.apart:
        yield _line("gaps", "none")


def rows(overview: Any) -> Iterator[tuple[str, str, str, str]]:
    """The name, content, missing cells, and use of each column."""
    for column in overview.columns:
        holds = column.content if column.labels is None else f"labels ({column.labels:,})"
        used = ", ".join(_USES[use] for use in column.uses) or f"left out: {column.reason}"
        yield column.name, holds, f"{column.missing:,}", used
    for _ in range(overview.unnamed):
        yield "", "", "", "left out: it has no name"


def tail(overview: Any) -> Iterator[str]:
    """The period, the reference, and the two parts."""
    for target in overview.targets:
        of = f"{target.name}: " if len(overview.targets) > 1 else ""
        if target.period is not None:
            in_time = f" ({target.period_in_time})" if target.period_in_time else ""
            how = "set" if overview.period_is_set else "found"
            yield _line("period", f"{of}{_count(target.period)}{in_time}, {how}")
        elif not target.series.labels:
            yield _line("period", f"{of}none found")
        if target.references:
            names = [f"{of}{name}, {_WHAT[name]}" for name in target.references]
            yield _line("reference", "; ".join(names))
    yield _line("training", _part(overview.training, overview.time is not None))
    yield _line("test", _part(overview.test, overview.time is not None))


def _part(part: Any, timed: bool) -> str:
    if not part.first:
        return _count(part.rows)
    return f"{_count(part.rows)}, {'' if timed else 'rows '}{part.first} to {part.last}"


def _count(rows: int) -> str:
    return f"{rows:,} row{'s' * (rows != 1)}"


def _line(name: str, value: str) -> str:
    return f"{name:<{_WIDTH}}{value}"
