"""What a user's data hold: rows, times, columns, and how they are used. Plain values, to be printed and drawn."""

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal, final

from numpy.typing import NDArray

Content = Literal["numbers", "labels", "times", "empty"]
Use = Literal["time", "group", "target", "input", "known"]


@final
@dataclass(frozen=True, slots=True)
class ColumnOverview:
    """A column of a file.

    Args:
        name: Its name.
        content: ``numbers``, ``labels`` (texts), ``times``, or ``empty``.
        labels: How many different labels it has in the training part; None if it holds no labels.
        missing: How many of its cells hold no value.
        uses: What it is used for: ``time`` (its times order the rows), ``group`` (its labels tell series apart),
            ``target``, ``input``, and ``known`` (an input that is known in advance). A column of times is an input if
            the calendar is. Empty if it is left out.
        reason: Why it is left out; empty if it is used.

    Example:
        >>> ColumnOverview("load", "numbers", None, missing=6, uses=("target", "input")).uses
        ('target', 'input')
    """

    name: str
    content: Content
    labels: int | None
    missing: int
    uses: tuple[Use, ...] = ()
    reason: str = ""


@final
@dataclass(frozen=True, slots=True)
class TimeOverview:
    """The times of rows.

    Args:
        column: The column that holds them.
        zone: The time zone that they name; empty if they name none.
        first: The earliest.
        last: The latest.
        apart: The usual distance of two rows, in words; empty if no distance is usual.
        gaps: How often two rows are farther apart.
        longest: The longest gap, in words; empty if there is none.
        after: The time of the row before it.
        group: The label of its group; empty if there is one series.
    """

    column: str
    zone: str
    first: str
    last: str
    apart: str
    gaps: int = 0
    longest: str = ""
    after: str = ""
    group: str = ""


@final
@dataclass(frozen=True, slots=True)
class GroupsOverview:
    """The series of a table that has several.

    Args:
        column: The column that holds their labels.
        labels: The labels of the groups that are used.
        rows: How many rows each has.
        training: How many of them, the first ones, are the training part.

    Example:
        >>> GroupsOverview("store", ("A", "B", "C"), rows=(10, 40, 30), training=(8, 32, 24)).lengths
        (10, 30.0, 40)
    """

    column: str
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    training: tuple[int, ...]

    @property
    def lengths(self) -> tuple[int, float, int]:
        """The least number of rows, the median, and the greatest."""
        return min(self.rows), float(median(self.rows)), max(self.rows)


@final
@dataclass(frozen=True, slots=True)
class Part:
    """The training part or the test part.

    Args:
        rows: How many rows it has.
        first: The time of its first row, or the number of this row in the table, from 1; empty where several groups
            have no times.
        last: Those of its last row.
    """

    rows: int
    first: str
    last: str


@final
@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The target of a table, row by row; of several groups, one after another.

    Args:
        name: The column.
        values: (N,) numbers, NaN where the target is missing; for labels, their places in ``labels``.
        labels: The labels in the order of the axis; empty for numbers.
        at: (N,) the times of the rows, or their numbers, from 1.
        axis: The column of times, or ``row``.
    """

    name: str
    values: NDArray[Any]
    labels: tuple[str, ...]
    at: NDArray[Any]
    axis: str


@final
@dataclass(frozen=True, slots=True, eq=False)
class TargetOverview:
    """A target of a table.

    Args:
        name: The column.
        period: After how many rows it repeats itself; None if it shows no period, or is a label.
        period_in_time: The period in words, if rows have a usual distance; else empty.
        references: The forecasts from which the network learns the deviation, as a rule one for all horizons; empty for
            labels, and where missing values prevent the choice.
        series: Its values, to draw them.
    """

    name: str
    period: int | None
    period_in_time: str
    references: tuple[str, ...]
    series: Series = field(repr=False)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """A user's data and how a task uses them.

    Args:
        rows: How many rows are used.
        dropped: How many rows are left out because a value is missing.
        time: The times of the rows; None if they have none.
        columns: The columns of the file.
        unnamed: How many further columns have no name and are left out.
        period_is_set: Whether the user set the period.
        targets: The targets.
        training: The training part.
        test: The test part.
        groups: The groups; None if there is one series.
    """

    rows: int
    dropped: int
    time: TimeOverview | None
    columns: tuple[ColumnOverview, ...]
    unnamed: int
    period_is_set: bool
    targets: tuple[TargetOverview, ...]
    training: Part
    test: Part
    groups: GroupsOverview | None = None

    @property
    def period(self) -> int | None:
        """That of the first target."""
        return self.targets[0].period

    @property
    def period_in_time(self) -> str:
        """That of the first target."""
        return self.targets[0].period_in_time

    @property
    def references(self) -> tuple[str, ...]:
        """The reference forecasts of the first target."""
        return self.targets[0].references

    @property
    def series(self) -> Series:
        """The first target, to draw it."""
        return self.targets[0].series

    def record(self) -> dict[str, Any]:
        """The overview as plain values, without the series."""
        found = asdict(self)
        for target in found["targets"]:
            del target["series"]
        first = {name: found["targets"][0][name] for name in ("period", "period_in_time", "references")}
        return found | first
