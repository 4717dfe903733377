"""Arrange a table before anything is filled: rows in order, the training part, the inputs, and the missing cells."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.recipe import Derived, Missing
from seqtasks.errors import DataError, UsageError
from seqtasks.spec.parameter import is_plain, quote
from seqtasks.tables import cell
from seqtasks.tables.columns import CellError, Columns
from seqtasks.tables.kinds import all_numbers, categories, is_real
from seqtasks.tables.order import Ordered, ordered
from seqtasks.tables.phases import UNITS
from seqtasks.tables.times import find_time, read_times
from seqtasks.tables.unfit_groups import UnfitGroups, test_rows

AUTO, NONE = "auto", "none"
FILL: Final = (
    "missing=forward fills each with the last known value; missing=interpolate, mask and drop are alternatives."
)
_ANSWER: Final = ("with ahead=0 the network would read the answer", "")
Counting = Callable[[Columns, str, bool, Collection[str]], NDArray[np.bool_]]


@final
@dataclass(frozen=True, slots=True)
class Settings:
    """What a user asks of a table.

    Args:
        targets: The columns to predict.
        horizons: How many rows ahead.
        inputs: The columns seen; empty for all that can be.
        labels: Whether the targets are columns of labels; None to find out.
        time: The column of times, ``auto`` or ``none``.
        calendar: The calendar units that are inputs.
        missing: What is done about missing values.
        categories: The greatest number of labels of a text column that are inputs.
        known: The columns that are known in advance.
        test_share: The share of the rows, the last ones of each group, that is the test part.
        group: The column whose labels tell several series apart; empty for one series.
        separator: The character between the cells of the file, or ``auto``.
        decimal: The decimal mark of the file, or ``auto``.
        query: The query of the database, or empty.
    """

    targets: tuple[str, ...]
    horizons: Sequence[int] = (1,)
    inputs: tuple[str, ...] = ()
    labels: bool | None = None
    time: str = AUTO
    calendar: tuple[str, ...] = ()
    missing: Missing = "error"
    categories: int = 20
    known: tuple[str, ...] = ()
    test_share: float = 0.2
    group: str = ""
    separator: str = AUTO
    decimal: str = AUTO
    query: str = ""


@final
@dataclass(frozen=True, eq=False)
class Arranged:
    """A table in order, with its inputs chosen, in which missing cells are known and not yet filled.

    Args:
        table: The rows in order; with ``missing=drop``, those that are complete.
        choice: Which columns are inputs, and how.
        labelled: Whether the target is a column of labels.
        training: (N,) which rows are the training part: the first ones of each group.
        missing: The columns that are used, and (N,) where each has no value.
        dropped: How many rows are left out because a value is missing.
        notes: Sentences on what was chosen or changed.
    """

    table: Ordered
    choice: "Choice"
    labelled: bool
    training: NDArray[np.bool_]
    missing: dict[str, NDArray[np.bool_]]
    dropped: int
    notes: tuple[str, ...]


def arrange(columns: Columns, settings: Settings, counting: Counting | None = None) -> Arranged:
    """Order the rows, choose the inputs, and find the missing cells.

    Args:
        columns: The table.
        settings: What is asked of it.
        counting: A function of a table, a column, whether it holds labels, and the targets, which returns where a
            value is missing. The default raises a CellError for a cell that is not a number.

    Raises:
        UsageError: If a column does not exist, or settings contradict each other.
        DataError: If the data cannot be used as the settings ask.
    """
    counting = counting or checked_missing
    _check_columns(columns, settings)
    table, notes = _in_order(columns, settings)
    labelled = _labelled(table.columns, settings)
    unfit = UnfitGroups(columns.file, table.panel, settings.targets, max(settings.horizons), settings.test_share)
    dropped = 0
    while True:  # the rows that are left decide what the training part is, and that what an input is
        table = unfit.without_short(table)
        training = _training(table, settings)
        choice = Choice(table, settings, labelled, training)
        missing = {name: counting(table.columns, name, name in choice.labels, settings.targets) for name in choice.used}
        incomplete = np.logical_or.reduce([*missing.values()])
        if settings.missing == "drop" and incomplete.any():
            table, dropped = _without(table, incomplete), dropped + int(incomplete.sum())
            continue
        fit = (
            table
            if labelled
            else unfit.without_flat(table, {name: training & ~missing[name] for name in settings.targets})
        )
        if fit is table:
            break
        table = fit
    if dropped:
        notes += (_dropped(table.columns, dropped, columns.rows),)
    return Arranged(table, choice, labelled, training, missing, dropped, (*notes, *unfit.notes))


def _training(table: Ordered, settings: Settings) -> NDArray[np.bool_]:
    """(N,) which rows are for training: all but the last share of each group.

    Raises:
        DataError: If there is one series, and none of these rows has a target.
    """
    columns, panel, ahead = table.columns, table.panel, max(settings.horizons)
    test = test_rows(panel.counts, settings.test_share)
    training = panel.places < (panel.counts - test)[panel.codes]
    if training.sum() <= ahead and not panel.column:
        raise DataError(
            f"{columns.file} has {columns.rows} {'row' if columns.rows == 1 else 'rows'}, of which {test[0]} for the "
            f"test; none of the other {training.sum()} has a training target {ahead} ahead.",
            "Add rows, or choose a smaller test_share or ahead.",
        )
    return training


def _check_columns(columns: Columns, settings: Settings) -> None:
    for name in (*settings.targets, *settings.inputs, *settings.known):
        columns.column(name)
    unknown = next((unit for unit in settings.calendar if unit not in UNITS), None)
    if unknown is not None:
        raise UsageError(f"calendar has no unit {unknown}.", f"Its units are {', '.join(UNITS)}.")
    if settings.known and max(settings.horizons) == 0:
        raise UsageError("With ahead=0 every input is known in advance.", "Leave known out, or choose ahead=1 or more.")
    if settings.known and settings.missing == "drop":
        raise UsageError(
            "missing=drop and known cannot be used together: rows are counted ahead, and rows would be left out.",
            "Choose missing=forward, interpolate or mask.",
        )
    if settings.group:
        _check_group(columns, settings)
    for target in settings.targets:
        if target in settings.known:
            raise UsageError(f"The target {target} cannot be known in advance.", "Leave it out of known.")
        if checked_missing(columns, target, True, settings.targets).all():
            raise DataError(f"{columns.file}: column {target} is empty in every row.", "Choose another target.")


def _labelled(columns: Columns, settings: Settings) -> bool:
    """Whether the target is a column of labels; several targets are numbers.

    Raises:
        UsageError: If one of several is a column of labels.
    """
    if settings.labels is not None:
        return settings.labels
    labelled = [name for name in settings.targets if not is_real(columns, name)]
    if labelled and len(settings.targets) > 1:
        raise UsageError(
            f"{columns.file}: target {labelled[0]} is a column of labels, and several targets must all be numbers.",
            "Choose one target, or columns of numbers; kind=real takes two numbers, such as 0 and 1, as numbers.",
        )
    return bool(labelled)


def _check_group(columns: Columns, settings: Settings) -> None:
    columns.column(settings.group)
    other = {settings.time: "the time", **dict.fromkeys(settings.targets, "the target")}.get(settings.group)
    if other is not None:
        raise UsageError(
            f"Column {settings.group} is {other} and the group.", "Name the column whose labels tell the series apart."
        )
    if settings.group in settings.known:
        raise UsageError(
            f"Column {settings.group} is the group, which is the same in all rows of a series, and it is in known.",
            "Leave it out of known; inputs= makes an input of each of its labels.",
        )


def _in_order(columns: Columns, settings: Settings) -> tuple[Ordered, tuple[str, ...]]:
    """The rows by time, and a note on a choice that was made."""
    name, note = settings.time, ""
    if name == AUTO:
        name, note = find_time(columns, {*settings.targets, settings.group, *settings.inputs, *settings.known})
    if name in ("", NONE):
        if settings.calendar:
            raise UsageError(
                f"{columns.file}: calendar={','.join(settings.calendar)} needs a column of times.",
                "Name it: time=COLUMN.",
            )
        return ordered(columns, None, settings.group), (note,) if note else ()
    found = ordered(columns, read_times(columns, name), settings.group)
    if settings.time == AUTO and not settings.calendar:
        note = f"Column {name} holds the times of the rows; calendar=hour,weekday,month uses them as inputs."
    return found, (note,) if note else ()


@final
class Choice:
    """Which columns are inputs, and how.

    Args:
        table: The rows in order.
        settings: What is asked for.
        labelled: Whether the target is a column of labels.
        training: (N,) which rows are for training.
    """

    def __init__(self, table: Ordered, settings: Settings, labelled: bool, training: NDArray[np.bool_]) -> None:
        self._settings = settings
        self._time = table.times.column if table.times is not None else ""
        self._columns = table.columns
        self._training = training
        self.left_out: dict[str, tuple[str, str]] = {}  # why not, and what to do about it
        self.inputs: dict[str, tuple[str, ...]] = {}  # the labels of each input, none of a number
        for name in settings.inputs or [
            name for name in table.columns.arrays if name not in (self._time, settings.group)
        ]:
            self._consider(name, labelled)
        self.known = tuple(dict.fromkeys(settings.known))
        for name in self.known:
            self._consider(name, labelled)
        if not self.inputs and not settings.calendar:
            raise DataError(
                f"{table.columns.file} has no column to predict from.",
                " ".join(dict.fromkeys(self._sentence(name) for name in self.left_out)),
            )
        self.labels = {name for name, labels in self.inputs.items() if labels}
        if labelled:
            self.labels.update(settings.targets)
        self.used = [*dict.fromkeys([*self.inputs, *settings.targets])]

    def _consider(self, name: str, labelled: bool) -> None:
        """Decide whether a column is an input, and how."""
        settings, columns = self._settings, self._columns
        if name in settings.targets:
            if max(settings.horizons) == 0:
                self.left_out[name] = _ANSWER
                return
            if labelled and not all_numbers(columns, name):
                self._labels(name)
                return
        if columns.is_numeric(name) and name != settings.group:
            self.inputs[name] = ()
        else:
            self._labels(name)

    def _labels(self, name: str) -> None:
        labels, reason, remedy = categories(self._columns, name, self._training, self._settings.categories)
        if labels:
            self.inputs[name] = labels
        elif name in self._settings.inputs or name in self._settings.known:
            message = f"{self._columns.file}: column {name} cannot be an input: {reason}. {remedy}"
            raise DataError(message.rstrip(), "Leave it out.")
        else:
            self.left_out[name] = reason, remedy

    def _sentence(self, name: str) -> str:
        """Why a column is not an input."""
        if self.left_out[name] == _ANSWER:
            return "With ahead=0 the target cannot be an input."
        reason, remedy = self.left_out[name]
        return f"Column {name} is not an input, because {reason}. {remedy}".rstrip()

    def derived(self, incomplete: Sequence[str]) -> tuple[Derived, ...]:
        """The columns to compute.

        Args:
            incomplete: The columns in which a value is missing in the training part.
        """
        made: list[Derived] = []
        for name, labels in self.inputs.items():
            present = [Derived(f"{name}={label}", name, "category", label) for label in labels]
            made += present
            if name in self.known:
                ahead = [str(rows) for rows in self._settings.horizons]
                made += [
                    Derived(f"{one}+{rows}", one, "known", rows)
                    for one in ([each.name for each in present] or [name])
                    for rows in ahead
                ]
            if self._settings.missing == "mask" and name in incomplete:
                made.append(Derived(f"missing({name})", name, "missing"))
        for unit in dict.fromkeys(self._settings.calendar):
            made += [
                Derived(f"sin({unit})", self._time, "sine", unit),
                Derived(f"cos({unit})", self._time, "cosine", unit),
            ]
        return tuple(made)

    def names(self, made: Sequence[Derived]) -> tuple[str, ...]:
        """The names of the inputs, those of a column next to one another."""
        replaced = {one.column for one in made if one.part == "known"}
        found: list[str] = []
        for name, labels in self.inputs.items():
            if not labels and name not in self.known:
                found.append(name)
            found += [
                one.name for one in made if one.column == name and one.part == "category" and one.name not in replaced
            ]
            own = {name, *(one.name for one in made if one.column == name)}
            found += [one.name for one in made if one.part == "known" and one.column in own]
            found += [one.name for one in made if one.part == "missing" and one.column == name]
        return (*found, *(one.name for one in made if one.part in ("sine", "cosine")))

    def notes(self, columns: Columns) -> tuple[str, ...]:
        """Which columns are left out without having been asked for, and why."""
        return () if self._settings.inputs else tuple(self._sentences(columns))

    def _sentences(self, columns: Columns) -> Iterator[str]:
        left_out = [name for name, why in self.left_out.items() if why != _ANSWER]
        if not left_out and not columns.unnamed:
            return
        yield from map(self._sentence, left_out)
        if columns.unnamed:
            one = columns.unnamed == 1
            which = "A column without a name is not an input" if one else f"{columns.unnamed} columns have no name"
            yield f"{which}. To use {'it' if one else 'them'}, write a name in the first line."
        chosen = ",".join(name if is_plain(name) else quote(name) for name in self.inputs)
        yield f"The inputs are {', '.join(self.inputs)}; inputs={chosen} chooses them without these notes."


def checked_missing(columns: Columns, name: str, labels: bool, targets: Collection[str]) -> NDArray[np.bool_]:
    """Which cells of a column are missing.

    Raises:
        CellError: If a cell of a column of numbers is neither a number nor missing.
    """
    array = columns.column(name)
    if not labels:
        try:
            return np.isnan(columns.values(name))
        except CellError as error:
            if name not in targets:
                raise
            # other inputs, which its hint proposes, are no remedy for a target
            hint = cell.advice(str(columns.written(name)[error.row])) or "Correct the cell or remove the row."
            raise CellError(error.message, f"{hint} For labels, choose kind=class.", error.row) from error
    if array.dtype.kind == "f":
        return np.isnan(array)
    return np.asarray(array == "", np.bool_) if array.dtype.kind == "O" else np.zeros(len(array), np.bool_)


def missing_cells(columns: Columns, name: str, labels: bool, targets: Collection[str] = ()) -> NDArray[np.bool_]:
    """Which cells of a column are missing, whatever the others hold.

    Args:
        columns: The table.
        name: The column.
        labels: Whether it holds labels: then only an empty cell is missing, not a word such as NA.
        targets: The targets, for messages.

    Example:
        >>> missing_cells(Columns("f.csv", {"x": np.array(["1", "NA", "oops"], object)}), "x", labels=False).tolist()
        [False, True, False]
    """
    array = columns.column(name)
    if array.dtype.kind == "O" and not labels:
        return np.array([cell.is_missing(text) for text in array.tolist()], np.bool_)
    return checked_missing(columns, name, True, targets) if array.dtype.kind != "M" else np.isnat(array)


def _dropped(columns: Columns, gone: int, rows: int) -> str:
    count = f"{gone} row{'s' * (gone != 1)} with a missing value"
    return f"{columns.file}: {count} of {rows} {'is' if gone == 1 else 'are'} left out."


def _without(table: Ordered, dropped: NDArray[np.bool_]) -> Ordered:
    """The table without some rows."""
    left = ~dropped
    if not left.any():
        raise DataError(f"{table.columns.file}: every row has a missing value.", FILL)
    return table.take(left)
