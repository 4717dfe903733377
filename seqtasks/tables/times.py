"""The times of rows: read, put in order, and measured for gaps."""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqtasks.core.recipe import Unit
from seqtasks.errors import DataError
from seqtasks.tables.columns import CellError, Columns
from seqtasks.tables.frequency import later as later_by

ISO, SECONDS = "ISO8601", "second"
_SHOWN: Final = 3  # rows that a message names
_HEAD: Final = 20  # cells, most of which must be times for a column to be taken for times
_MOST: Final = 0.8
# An offset of hours alone, +01, is one only after a clock: a date ends in -01, too.
_ZONE: Final = re.compile(r"(?:(?<=[\d ])(?=Z|[+-]\d\d:?\d\d$)|(?<=:\d\d)(?=[+-]\d\d$))(Z|[+-]\d\d(?::?\d\d)?)$")
_LONGEST_END: Final = 7  # characters that show the zone: an offset, +01:00, and the digit before it
_SPACES: Final = re.compile(r"(?:^|\0)\s|\s(?:\0|$)")  # around texts that are joined by a character that none has
_CLOCKS: Final = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S")
_DATES: Final = ("%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d")
_YEARS, _DAYS, _UNIX = (1000, 3000), (10_000_101, 30_001_231), (1e8, 1e11)
_DAY: Final = 86_400.0
_SHORTEST_MONTH: Final = 28
_Shown = Literal["D", "s", "ms", "us", "ns"]
_CURRENT: Final = ("now", "today")  # pandas takes these words for the current time


@final
@dataclass(frozen=True, eq=False)
class Times:
    """When the rows of a table are.

    Args:
        column: The column's name.
        utc: (N,) for order and distance: UTC where the times name a zone, else as they are written.
        zone: The zone that all times name, or empty.
        format: How they are written.
    """

    column: str
    utc: NDArray[np.datetime64]
    zone: str
    format: str

    @property
    def local(self) -> pd.DatetimeIndex:
        """(N,) as a clock in the zone shows them."""
        times = pd.DatetimeIndex(self.utc)
        return times.tz_localize("UTC").tz_convert(self.zone).tz_localize(None) if self.zone else times

    def take(self, rows: Any) -> "Times":
        """Some of the rows, by a slice or an array."""
        return Times(self.column, self.utc[rows], self.zone, self.format)


def read_times(columns: Columns, name: str, form: str = "", zone: str | None = None) -> Times:
    """Read a column of times.

    Args:
        columns: The table.
        name: The column.
        form: How its times are written; found out if empty.
        zone: The zone that they must name; any one zone if None.

    Raises:
        UsageError: If the table has no such column.
        CellError: If a cell is not a time, or names another zone.
    """
    array = columns.column(name)
    if array.dtype.kind == "M":
        own = columns.zones.get(name, "")
        _check_missing(columns, name, np.isnat(array))
        if zone is not None and bool(own) != bool(zone):
            raise columns.bad_cell(name, 0, _other_zone(own, zone), _ZONES)
        return Times(name, array.astype("M8[ns]"), own if zone is None else zone, ISO)
    written = columns.written(name).tolist()
    if _SPACES.search("\0".join(written)):
        written = [text.strip() for text in written]
    texts = pd.Series(written, dtype=object)
    _check_missing(columns, name, (texts == "").to_numpy())
    form = form or _format(columns, name, texts)
    read, zones = _parsed(texts, form)
    read = read.mask(texts.isin(_CURRENT))
    named = [*zones.unique()] or [""]
    wanted = named[0] if zone is None else zone
    converts = bool(zone) and all(named)  # each time names its offset, and the training knows its clock
    if set(named) != {wanted} and not converts:
        bad = int(np.argmax(zones.to_numpy() != wanted))
        raise columns.bad_cell(name, bad, f"is {texts[bad]!r}, {_other_zone(zones[bad], wanted)}", _ZONES)
    unread = np.flatnonzero(read.isna())
    if unread.size:
        raise _not_times(columns, name, texts, unread)
    return Times(name, read.to_numpy("M8[ns]"), wanted, form)


def _parsed(texts: "pd.Series[Any]", form: str) -> tuple["pd.Series[Any]", "pd.Series[str]"]:
    """The times, NaT where a text is none, in UTC if they name zones; and the zones, one for all if all are equal."""
    none = pd.Series([""], dtype=object)
    if form == SECONDS:
        return pd.to_datetime(pd.to_numeric(texts, errors="coerce"), unit="s", errors="coerce"), none
    if form != ISO:
        return pd.to_datetime(texts, format=form, errors="coerce"), none
    ends = texts.str[-_LONGEST_END:]  # few of them differ, and the expression is slow
    zones = ends.map({end: _zone(end) for end in ends.unique()})
    if not zones.any():
        return pd.to_datetime(texts, format=ISO, errors="coerce"), none
    # without utc=True, pandas 2 takes times without a zone for times in that of the others
    read = pd.to_datetime(texts, format=ISO, errors="coerce", utc=True).dt.tz_localize(None)
    named = zones[read.notna()].unique()
    return read, zones if len(named) > 1 else pd.Series(named if len(named) else [""], dtype=object)


_ZONES: Final = "Write all times in one zone, such as UTC."


def _other_zone(own: str, wanted: str) -> str:
    return f"in the zone {own or 'none'}, and the others are in {wanted or 'none'}"


def _zone(text: str) -> str:
    """The zone at the end of a text; empty if there is none."""
    found = _ZONE.search(text)
    if found is None:
        return ""
    zone = found[1]
    if zone in ("Z", "+00", "-00", "+00:00", "+0000", "-00:00", "-0000"):
        return "UTC"
    return zone if ":" in zone else f"{zone[:3]}:{zone[3:] or '00'}"


def _check_missing(columns: Columns, name: str, missing: NDArray[np.bool_]) -> None:
    rows = np.flatnonzero(missing)
    if rows.size:
        more = f"; {rows.size} cells are" if rows.size > 1 else ""
        raise columns.bad_cell(name, int(rows[0]), f"is empty, not a time{more}", _NO_TIME)


_NO_TIME: Final = "Correct the cell or remove the row; time=none takes the rows in the order of the file."


def _not_times(columns: Columns, name: str, texts: "pd.Series[Any]", bad: NDArray[np.intp]) -> CellError:
    shown = ", ".join(f'row {columns.number(row)} is "{texts[row]}"' for row in bad[:_SHOWN].tolist())
    cells = "1 cell that is not a time" if bad.size == 1 else f"{bad.size} cells that are not times"
    return CellError(f"{columns.file}: column {name} has {cells}: {shown}.", _NO_TIME, int(bad[0]))


def _format(columns: Columns, name: str, texts: "pd.Series[Any]") -> str:
    """How the times of a column are written.

    Raises:
        DataError: If the first one is not a time, or two ways of writing fit all.
    """
    found = _formats(texts, columns.column(name).dtype.kind in "iuf")
    if not found:
        raise _not_times(columns, name, texts, np.array([0]))
    if len(found) > 1:
        fitting = [form for form in found if pd.to_datetime(texts, format=form, errors="coerce").notna().all()]
        if len(fitting) > 1:
            raise DataError(
                f'{columns.file}: column {name}, row {columns.number(0)} is "{texts.iloc[0]}", which may have the day '
                "or the month first.",
                "Write times as YYYY-MM-DD HH:MM.",
            )
        return (fitting or found)[0]
    return found[0]


def _formats(texts: "pd.Series[Any]", numeric: bool) -> list[str]:
    """The formats that fit the first cells."""
    head = texts.head(_HEAD)
    if numeric:
        numbers = pd.to_numeric(head, errors="coerce")
        for (low, high), form in ((_YEARS, "%Y"), (_DAYS, "%Y%m%d"), (_UNIX, SECONDS)):
            if numbers.between(low, high).all():
                return [form]
        return []
    first = head.iloc[0]
    if re.match(r"\d{4}-\d\d", first) and pd.notna(pd.to_datetime(first, format=ISO, errors="coerce", utc=True)):
        return [ISO]
    forms = [date + clock for date in _DATES for clock in _CLOCKS]
    return [form for form in forms if pd.notna(pd.to_datetime(first, format=form, errors="coerce"))]


def find_time(columns: Columns, others: set[str]) -> tuple[str, str]:
    """The one column that holds times, and a note if there are several.

    Args:
        columns: The table.
        others: Columns that are not looked at, such as the target.
    """
    found = [name for name in columns.arrays if name not in others and looks_like_times(columns, name)]
    if len(found) > 1:
        return "", f"Columns {', '.join(found)} hold times; time={found[0]} orders the rows by the first."
    return (found[0], "") if found else ("", "")


def looks_like_times(columns: Columns, name: str) -> bool:
    """Whether a column holds times, or most of its first cells are texts that are times."""
    array = columns.column(name)
    if array.dtype.kind == "M":
        return True
    if array.dtype.kind != "O" or not len(array):
        return False
    head = pd.Series(array[:_HEAD], dtype=object).str.strip()
    head = head[head != ""]
    if not len(head) or not re.match(r"\d", head.iloc[0]):
        return False
    forms = _formats(head, numeric=False)
    return any(pd.to_datetime(head, format=form, errors="coerce", utc=True).notna().mean() > _MOST for form in forms)


@final
@dataclass(frozen=True, slots=True)
class Spacing:
    """How far rows are apart.

    Args:
        step: The most frequent distance; 0 if no distance is usual.
        unit: What it counts.
    """

    step: float
    unit: Unit

    def distances(self, times: Times) -> NDArray[np.float64]:
        """(N - 1,) between neighbouring rows, in the unit; of whole days on the clock of the zone."""
        if self.unit == "second" and self.step and self.step % _DAY == 0:
            return np.asarray(np.diff(times.local.to_numpy()).astype("m8[ns]").astype(np.float64) / 1e9)
        return _distances(times, self.unit)

    def __str__(self) -> str:
        return duration(self.step, self.unit)


def _distances(times: Times, unit: Unit) -> NDArray[np.float64]:
    if unit == "month":
        local = times.local
        return np.diff((local.year * 12 + local.month).to_numpy(np.float64))
    return np.diff(times.utc).astype("m8[ns]").astype(np.float64) / 1e9


def spacing_of(times: Times, counted: NDArray[np.bool_]) -> Spacing:
    """The usual distance of rows in order of time: more than half of the distances that count equal it.

    Args:
        times: (N,)
        counted: (N - 1,) which distances count: those between rows of one series.
    """
    apart = _distances(times, "second")[counted]
    if not apart.size:
        return Spacing(0.0, "none")
    days = apart / _DAY
    unit: Unit = "month" if np.median(days) >= _SHORTEST_MONTH and (days % 7 != 0).any() else "second"
    apart = _distances(times, unit)[counted]
    values, counts = np.unique(apart, return_counts=True)
    usual = int(np.argmax(counts))
    if 2 * counts[usual] <= len(apart) or values[usual] <= 0:
        return Spacing(0.0, "none")
    return Spacing(float(values[usual]), unit)


def duration(amount: float, unit: Unit) -> str:
    """A distance in words.

    Example:
        >>> duration(7200, "second"), duration(1, "month")
        ('2 hours', '1 month')
    """
    size, word = 1.0, "month"
    if unit == "second":
        size, word = next(
            ((size, word) for size, word in ((_DAY, "day"), (3600.0, "hour"), (60.0, "minute")) if amount % size == 0),
            (1.0, "second"),
        )
    return f"{amount / size:g} {word}{'s' * (amount != size)}"


def later(
    utc: NDArray[np.datetime64], zone: str, spacing: Spacing, rows: int, day: int = 0, frequency: str = ""
) -> NDArray[Any]:
    """The times of later rows, as texts (N,) in ISO 8601.

    Distances of months and of whole days are counted on the clock of the zone, so that noon stays noon where clocks
    change.

    Args:
        utc: (N,) as :attr:`Times.utc`.
        zone: The zone that the times name, or empty.
        spacing: The distance of the rows.
        rows: How many rows later.
        day: For months, the day of the month; its last day in months that are shorter.
        frequency: The frequency in pandas that takes the place of the distance; empty for none.

    Example:
        >>> later(np.array(["2020-01-31", "2020-02-29"], "M8[ns]"), "", Spacing(1, "month"), 1, day=31).tolist()
        ['2020-02-29', '2020-03-31']
        >>> later(np.array(["2020-01-31T23:00"], "M8[ns]"), "UTC", Spacing(3600, "second"), 2).tolist()
        ['2020-02-01T01:00:00+00:00']
    """
    amount = spacing.step * rows
    by_clock = bool(frequency) or spacing.unit == "month" or spacing.step % _DAY == 0
    clock = Times("", utc, zone, ISO).local if by_clock else pd.DatetimeIndex(utc)
    if frequency:
        clock = later_by(clock, frequency, rows)
    elif spacing.unit == "month":
        months = (clock.to_period("M") + int(amount)).to_timestamp()
        days = np.minimum(day, months.days_in_month) - 1
        clock = months + pd.to_timedelta(days, unit="D") + (clock - clock.normalize())
    else:
        clock += pd.Timedelta(seconds=amount)
    unit: _Shown = "D" if by_clock and (clock.normalize() == clock).all() else _finest(clock)
    if not zone:
        return np.asarray(np.datetime_as_string(clock.to_numpy(), unit=unit))
    if by_clock:
        first = np.ones(len(clock), np.bool_)  # of two equal times, as clocks are set back
        clock = (
            clock.tz_localize(zone, ambiguous=first, nonexistent="shift_forward").tz_convert("UTC").tz_localize(None)
        )
    local = Times("", clock.to_numpy(), zone, ISO).local
    texts = np.datetime_as_string(local.to_numpy(), unit="s" if unit == "D" else unit)
    minutes, which = np.unique((local - clock).total_seconds().to_numpy().astype(np.int64) // 60, return_inverse=True)
    offsets = np.array([f"{'-' if each < 0 else '+'}{abs(each) // 60:02d}:{abs(each) % 60:02d}" for each in minutes])
    return np.char.add(texts, offsets[which])


def _finest(clock: pd.DatetimeIndex) -> _Shown:
    """The greatest unit of which all times are multiples."""
    nanoseconds = clock.to_numpy().astype("M8[ns]").astype(np.int64)
    units: tuple[tuple[_Shown, int], ...] = (("s", 10**9), ("ms", 10**6), ("us", 10**3))
    return next((unit for unit, size in units if not (nanoseconds % size).any()), "ns")
