"""How the columns of a user's table become clean columns of numbers: recorded in training, repeated in prediction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self, cast, final, get_args

Missing = Literal["error", "forward", "interpolate", "mask", "drop"]
Part = Literal["category", "sine", "cosine", "missing", "known"]
Unit = Literal["second", "month", "none"]
Fills = tuple[tuple[str, float | str], ...]


@final
@dataclass(frozen=True, slots=True)
class Derived:
    """A column of numbers that is computed from another column.

    Args:
        name: Its own name.
        column: The column that it is computed from.
        part: ``category`` is 1 where the column is ``detail``, else 0. ``sine`` and ``cosine`` are those of the
            phase of the calendar unit ``detail``. ``missing`` is 1 where the column is missing, else 0. ``known`` is
            the column's value ``detail`` rows later.
        detail: A label, a calendar unit, or a number of rows.
    """

    name: str
    column: str
    part: Part
    detail: str = ""


@final
@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done to the rows of a file before they are inputs.

    Args:
        derived: The columns that are computed.
        missing: What is done about missing values.
        fills: For each column in which a missing value is filled, the number or label before the first known one.
            Where rows have groups, each group has its own.
        group: The column whose labels tell several series apart; empty for one series.
        time: The column of times; empty if the rows have none.
        format: How the times are written: a format of ``strptime``, ``ISO8601``, or ``second`` for Unix time.
        zone: The time zone of all times; empty if they name none.
        step: The usual distance between two rows in ``unit``; 0 if it is not regular. Where rows have groups, each has
            its own step, unit, and day.
        unit: ``second``, or ``month`` for rows that are months apart.
        enforced: Whether rows of another file must be ``step`` apart, except for single gaps. It is false where those
            of the training are not, so that the table itself is never refused. Each group has its own.
        regular: Whether a row some rows later is as many steps later: few rows have another distance.
        day: For steps of months, the day of the month on which rows are; 31 for its end.
        frequency: The frequency in pandas that rows follow where they are at no one distance, such as B for business
            days; else empty.
        separator: The character between the cells of a file, or ``auto``.
        decimal: The decimal mark of a file, or ``auto``.
        usual: The decimal mark of ``auto`` as long as no number shows one.
        query: The query whose rows are those of a database; empty for its only table.
    """

    derived: tuple[Derived, ...] = ()
    missing: Missing = "error"
    fills: Fills = ()
    group: str = ""
    time: str = ""
    format: str = ""
    zone: str = ""
    step: float = 0.0
    unit: Unit = "none"
    enforced: bool = True
    regular: bool = False
    day: int = 0
    frequency: str = ""
    separator: str = "auto"
    decimal: str = "auto"
    usual: str = "."
    query: str = ""

    @property
    def known(self) -> int:
        """How many later rows a row's inputs need."""
        return max((int(one.detail) for one in self.derived if one.part == "known"), default=0)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """The recipe of a file, checked.

        Raises:
            ValueError: If a field is not what a recipe holds.
            TypeError: If a field is missing or unknown.
        """
        derived = tuple(
            Derived(**cast(Any, {key: str(value) for key, value in one.items()})) for one in fields["derived"]
        )
        fills = fills_of(fields["fills"])
        enforced = bool(fields.get("enforced", True))  # absent from files of versions that always refused
        texts = {key: str(fields[key]) for key in _TEXTS}
        texts |= {
            key: str(fields.get(key, "")) for key in ("group", "frequency")
        }  # absent from files of versions without
        numbers = {"step": float(fields["step"]), "regular": bool(fields["regular"]), "day": int(fields["day"])}
        found = cls(derived=derived, fills=fills, enforced=enforced, **cast(Any, numbers | texts))
        if found.missing not in get_args(Missing) or found.unit not in get_args(Unit):
            raise ValueError(f"its recipe holds {found.missing} and {found.unit}")
        if not 0 <= found.day <= LONGEST_MONTH:
            raise ValueError(f"its recipe has the day {found.day} of a month")
        if any(one.part not in get_args(Part) for one in derived) or found.known < 0:
            raise ValueError("its recipe computes columns in an unknown way")
        return found


def fills_of(fields: Iterable[Any]) -> Fills:
    """The values of a file that fill in missing ones, checked.

    Raises:
        ValueError: If one is neither a number nor a label.
    """
    fills = tuple((str(name), value) for name, value in fields)
    if not all(isinstance(value, str | float | int) for _, value in fills):
        raise ValueError("its recipe fills in what is neither a number nor a label")
    return fills


@final
@dataclass(frozen=True, slots=True)
class GroupRecipe:
    """What each of several groups has of its own in a :class:`Recipe`.

    Args:
        fills: As of the recipe.
        step: As of the recipe.
        unit: As of the recipe.
        day: As of the recipe.
        enforced: As of the recipe.
    """

    fills: Fills = ()
    step: float = 0.0
    unit: Unit = "none"
    day: int = 0
    enforced: bool = True

    def applied(self, common: Recipe) -> Recipe:
        """The recipe of the group, from what all groups have in common."""
        own = {"fills": self.fills, "step": self.step, "unit": self.unit, "day": self.day, "enforced": self.enforced}
        return replace(common, **cast(Any, own))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """That of a file, checked.

        Raises:
            ValueError: If a field is not what a recipe holds.
        """
        enforced = bool(fields.get("enforced", True))  # absent as from the recipe
        found = cls(fills_of(fields["fills"]), float(fields["step"]), fields["unit"], int(fields["day"]), enforced)
        if found.unit not in get_args(Unit) or not 0 <= found.day <= LONGEST_MONTH:
            raise ValueError(f"its recipe holds {found.unit} and {found.day}")
        return found


@final
@dataclass(frozen=True, slots=True)
class TrainedPart:
    """The rows of a series that a network was trained on: the first ones.

    Args:
        rows: How many there are.
        time: The time of the last of them, in UTC as of ISO 8601; empty if rows have no times.
        inputs: What the network saw of the last row that it learned, which is as many rows before the last of all as
            the farthest target lies ahead; empty if it learned none.
    """

    rows: int
    time: str
    inputs: tuple[float, ...]

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """That of a file, checked.

        Raises:
            ValueError: If a field is not what it should be.
        """
        return cls(int(fields["rows"]), str(fields["time"]), tuple(map(float, fields["inputs"])))


LONGEST_MONTH: Final = 31  # days
_TEXTS: Final = ("missing", "time", "format", "zone", "unit", "separator", "decimal", "usual", "query")
