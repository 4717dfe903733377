"""The target column of a table: a standardised number, or one of the classes of the training part."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Kind, Output
from seqtasks.errors import DataError, UsageError
from seqtasks.tables.cleaning import Clean
from seqtasks.tables.columns import Columns
from seqtasks.tables.kinds import TWO, in_order
from seqtasks.tables.panel import Panel
from seqtasks.tasks.group_scaling import GroupScaling, levels_of
from seqtasks.tasks.horizons import Horizons
from seqtasks.tasks.table_reference import (
    Choice,
    Reference,
    candidates,
    chosen,
    period_of,
    references,
    relative,
    repeats,
)

SHIFT: Final = 0.5  # of a standard deviation between the halves of the training part: the level moves


class AbstractTarget(ABC):
    """A column as targets, one for each step: the rows that have a target ``horizons.last`` ahead."""

    kind: Kind
    classes: tuple[str, ...]

    @property
    @abstractmethod
    def values(self) -> NDArray[Any]:
        """(steps, O) float32, or classes (steps, 1) int32."""

    @property
    @abstractmethod
    def outputs(self) -> tuple[Output, ...]:
        """What each output of a network means; of several groups, in the unit of each."""

    @abstractmethod
    def unit(self, code: int) -> tuple[tuple[float, float], ...]:
        """The mean and the scale of each output in a group."""

    @property
    @abstractmethod
    def lags(self) -> dict[str, tuple[int, ...]]:
        """For each column, over how many rows its own changes help a network; 0 for its value."""

    @property
    def periods(self) -> dict[str, int | None]:
        """After how many rows each column repeats itself; None if it does not, or is a label."""
        return {}

    @property
    def reference_names(self) -> dict[str, tuple[str, ...]]:
        """For each column of numbers, the forecasts that it is learned as the deviation from, each once."""
        return {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is unusual."""
        return ()

    @property
    def own(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Targets (steps, O) and scales, (steps, O) or (1, O), in the column's own unit; None for labels."""
        return None

    @abstractmethod
    def baselines(self, rows: NDArray[np.intp]) -> dict[str, float]:
        """The mean losses of the forecasts that need no network from some rows, by their names."""

    @abstractmethod
    def baseline_outputs(self) -> dict[str, NDArray[np.float64]]:
        """The outputs (steps, O), or (O,) for labels, of the forecasts that need no network, by their names."""


def _scaling(
    reference: Reference,
    values: NDArray[np.float64],
    known: NDArray[np.bool_],
    panel: Panel,
    levels: NDArray[np.float64],
) -> GroupScaling:
    """The mean and the scale of the deviations from a reference in the training part.

    Args:
        reference: The forecast.
        values: (N,) the column.
        known: (N,) which of its values count.
        panel: The training rows.
        levels: (G,) as :func:`levels_of` the column.
    """
    counted = known & (panel.places >= reference.first)
    scaling = GroupScaling.by_group(reference.errors(values, 0.0, panel), counted, panel, levels)
    if reference.lag is None:
        return scaling
    numbers = np.add.reduceat(counted, panel.firsts, dtype=np.intp)
    return scaling.without_chance_means(numbers / reference.lag)


@final
@dataclass(frozen=True, eq=False)
class RealTarget(AbstractTarget):
    """A number, as its standardised deviation from a reference forecast.

        target_h(t) = (y(t + h) - reference_h(t) - mean_h) / scale_h        mean and scale of the group's training part

    The mean deviation from an earlier value is the drift of the series. It is 0 unless it is at least two standard
    errors, because differences over ``lag`` rows overlap, and a small part of them is independent.

    Args:
        column: Its name.
        columns: The table.
        numbers: The column (N,).
        seen: (N,) which numbers of the training part are not filled in. Others count in no statistic.
        panel: Which rows belong to which group.
        horizons: How many rows ahead.
        period: After how many rows it repeats itself, or None.
        season: The period of seasonal persistence. None if there is no period, or if one was found that repeats itself
            exactly: then no network could be better.
        references: One for each horizon, the same for all groups.
        scalings: Of the deviations from them.
    """

    column: str
    columns: Columns
    numbers: NDArray[np.float64]
    seen: NDArray[np.bool_]
    panel: Panel
    horizons: Horizons
    period: int | None
    season: int | None
    references: tuple[Reference, ...]
    scalings: tuple[GroupScaling, ...]
    classes: tuple[str, ...] = ()
    kind = "real"

    @classmethod
    def of(cls, table: Clean, column: str, horizons: Horizons, choice: Choice, period: int | None) -> Self:
        """Choose the references and standardise by the training part.

        Args:
            table: The table.
            column: The column's name.
            horizons: How many rows ahead.
            choice: Which reference.
            period: The period; None to find it.

        Raises:
            UsageError: If the period is as long as the training part or longer.
            DataError: If a cell is not a number, or the training part is constant.
        """
        numbers, training = table.columns.numbers(column), table.training
        own, known, part = numbers[training], table.observed[column][training], table.panel.take(training)
        if (own[known] == own[known][0]).all():
            raise _constant(table, column)
        rows = int(part.counts.max())
        if period is not None and period >= rows:
            raise UsageError(
                f"period is {period}, and the training part of {table.columns.file} has {rows} rows"
                f"{' in the longest group' if part.column else ''}.",
                f"Choose a period of at most {rows - 1}, or leave it out.",
            )
        alike = relative(own, known, part)
        found = period_of(alike, known, part) if period is None else period
        exact = period is None and found is not None and repeats(alike, known, found, part)
        season = None if exact else found
        picked = tuple(chosen(choice, candidates(ahead, season), alike, known, part) for ahead in horizons)
        levels = levels_of(own, known, part)
        scalings = tuple(_scaling(one, own, known, part, levels) for one in picked)
        seen = table.observed[column] & training
        return cls(column, table.columns, numbers, seen, table.panel, horizons, found, season, picked, scalings)

    @property
    def values(self) -> NDArray[np.float32]:
        """(steps, O)."""
        steps, each = self.panel.with_later(self.horizons.last), []
        for one, scaling in zip(self.references, self.scalings, strict=True):
            rows = steps + one.ahead
            errors = one.errors(self.numbers, 0.0, self.panel)[rows]
            each.append(scaling.standardised(errors, self.columns, self.column, rows, self.panel.codes[rows]))
        return np.stack(each, axis=1).astype(np.float32)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """An output for each horizon."""
        units = ((0.0, 1.0),) * len(self.references) if self.panel.column else self.unit(0)
        return tuple(
            Output(self.column, one.ahead, mean, scale, one.back, change=one.change)
            for one, (mean, scale) in zip(self.references, units, strict=True)
        )

    def unit(self, code: int) -> tuple[tuple[float, float], ...]:
        """The mean and scale of the deviations from each reference, in the group ``code``."""
        return tuple((one.mean, one.scale) for one in (scaling.of_group(code) for scaling in self.scalings))

    @property
    def periods(self) -> dict[str, int | None]:
        """The period of the target, by its column."""
        return {self.column: self.period}

    @property
    def reference_names(self) -> dict[str, tuple[str, ...]]:
        """The names of the reference forecasts, by column."""
        return {self.column: tuple(dict.fromkeys(one.name for one in self.references))}

    @property
    def lags(self) -> dict[str, tuple[int, ...]]:
        """The value alone where the mean is the reference; else the changes from one row ago and from a period ago.

        The value itself stays an input unless its level moves: a network that saw other levels does not extrapolate.
        """
        if all(one.lag is None for one in self.references):
            return {self.column: (0,)}
        changes = (1,) if self.period is None or self.period == 1 else (1, self.period)
        moves = [_moves(own) for own in self._own if own.size]
        return {self.column: changes if 2 * sum(moves) > len(moves) else (0, *changes)}

    @property
    def notes(self) -> tuple[str, ...]:
        """That the column repeats itself exactly, where it does."""
        if self.season == self.period:
            return ()
        return (
            f"Column {self.column} repeats itself exactly every {self.period} rows, so the value {self.period} rows "
            f"ago is no yardstick; period={self.period} makes it one.",
        )

    @property
    def own(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The column at each horizon (steps, O), and the scales of the deviations, (steps, O) or (1, O)."""
        steps = self.panel.with_later(self.horizons.last)
        codes = self.panel.codes[steps if self.panel.column else steps[:1]]
        scales = [scaling.scales[codes] for scaling in self.scalings]
        return np.stack([self.numbers[steps + ahead] for ahead in self.horizons], axis=1), np.stack(scales, axis=1)

    def baselines(self, rows: NDArray[np.intp]) -> dict[str, float]:
        """Mean squared errors in units of the outputs, averaged over the horizons.

        loss = mean over h, t of (y(t + h) - forecast_h(t))^2 / scale_h^2
        """
        return {name: float(np.mean(np.square(errors))) for name, errors in self._baseline_errors(rows).items()}

    def baseline_outputs(self) -> dict[str, NDArray[np.float64]]:
        """(steps, O): target_h(t) - (y(t + h) - forecast_h(t)) / scale_h."""
        errors = self._baseline_errors(self.panel.with_later(self.horizons.last))
        return {name: self.values - each for name, each in errors.items()}

    def _baseline_errors(self, rows: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
        """(rows, O) in units of the outputs, of the forecasts that all horizons have."""
        means = np.array([own.mean() if own.size else 0.0 for own in self._own])[self.panel.codes]
        errors: dict[str, list[NDArray[np.float64]]] = {}
        for ahead, scaling in zip(self.horizons, self.scalings, strict=True):
            scales = scaling.scales[self.panel.codes[rows]]
            for one in references(ahead, self.season):
                found = one.errors(self.numbers, means, self.panel)[rows + ahead] / scales
                errors.setdefault(one.name, []).append(found)
        return {name: np.stack(each, axis=1) for name, each in errors.items() if len(each) == len(self.horizons)}

    @property
    def _own(self) -> list[NDArray[np.float64]]:
        """The known numbers of the training part of each group."""
        return [self.numbers[rows][self.seen[rows]] for rows in self.panel.slices()]


def _moves(values: NDArray[np.float64]) -> bool:
    """Whether the level of a series is another in its second half."""
    earlier, later = np.array_split(values, 2)
    return bool(later.size and abs(later.mean() - earlier.mean()) > SHIFT * values.std())


@final
@dataclass(frozen=True, eq=False)
class ClassTarget(AbstractTarget):
    """One of the classes; of two, the second is the one whose probability is predicted.

    Args:
        column: Its name.
        codes: (N,) which class.
        seen: (N,) which codes of the training part are not filled in.
        panel: Which rows belong to which group.
        classes: Their labels as the file has them, numbers ascending, texts in alphabetical order.
        kind: ``binary`` or ``class``.
        ahead: How many rows ahead.
    """

    column: str
    codes: NDArray[np.intp]
    seen: NDArray[np.bool_]
    panel: Panel
    classes: tuple[str, ...]
    kind: Kind
    ahead: int

    @property
    def values(self) -> NDArray[Any]:
        """(steps, 1)."""
        rows = self.panel.with_later(self.ahead) + self.ahead
        return self.codes[rows, None].astype(np.float32 if self.kind == "binary" else np.int32)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """One, whatever the number of labels."""
        return (Output(self.column, self.ahead),)

    def unit(self, code: int) -> tuple[tuple[float, float], ...]:
        """None: 0 and 1."""
        return ((0.0, 1.0),)

    @property
    def lags(self) -> dict[str, tuple[int, ...]]:
        """The label alone."""
        return {self.column: (0,)}

    def baselines(self, rows: NDArray[np.intp]) -> dict[str, float]:
        """The cross-entropy of the training part's frequencies."""
        return {"frequencies": float(-np.log(self._frequencies[self.codes[rows + self.ahead]]).mean())}

    def baseline_outputs(self) -> dict[str, NDArray[np.float64]]:
        """The logits of the training part's frequencies."""
        logits = np.log(self._frequencies)
        return {"frequencies": logits[1:] - logits[:1] if self.kind == "binary" else logits}

    @property
    def _frequencies(self) -> NDArray[np.float64]:
        seen = self.codes[self.seen]
        return np.bincount(seen, minlength=len(self.classes)) / seen.size


def target_of(
    table: Clean, name: str, kind: str, horizons: Horizons, choice: Choice, period: int | None
) -> AbstractTarget:
    """A column as targets of a kind, ``auto`` taking two labels as binary, other numbers as real, texts as class.

    Args:
        table: The table.
        name: The column.
        kind: ``auto``, ``real``, ``binary`` or ``class``.
        horizons: How many rows ahead.
        choice: Which reference a real target has.
        period: Its period; None to find it.

    Raises:
        UsageError: If there is no such column, or labels are to be forecast for several rows.
        DataError: If it cannot be of the kind, or the training part does not show what there is to learn.
    """
    if not table.labelled:
        return RealTarget.of(table, name, horizons, choice, period)
    if len(horizons) > 1:
        raise UsageError(
            f"ahead={horizons.first}-{horizons.last} is for numbers, and {name} is a column of labels.",
            f"Choose one number of rows, such as ahead={horizons.last}.",
        )
    return _labelled(table, name, kind, horizons.first)


def _labelled(table: Clean, name: str, kind: str, ahead: int) -> ClassTarget:
    columns, known = table.columns, table.observed[name] & table.training
    labels = columns.labels(name).tolist()
    classes = tuple(in_order(set(labels)))
    place = {label: code for code, label in enumerate(classes)}
    codes = np.array([place[label] for label in labels], np.intp)
    seen = codes[known]
    if (seen == seen[0]).all():
        raise _constant(table, name)
    if kind == "binary" and len(classes) != TWO:
        raise DataError(
            f"{columns.file}: column {name} has {len(classes)} labels, not two.",
            "Leave kind out, or choose kind=class.",
        )
    unseen = np.flatnonzero(table.observed[name] & ~np.isin(codes, seen))
    if unseen.size:
        last = columns.number(int(np.flatnonzero(table.training)[-1]))
        raise columns.bad_cell(
            name,
            int(unseen[0]),
            f"is {labels[unseen[0]]}, a class the training part does not have",
            "Choose a smaller test_share, or join rare classes."
            if table.panel.column
            else f"The training part ends with row {last}: choose a smaller test_share, or join rare classes.",
        )
    of_kind: Kind = "binary" if kind != "class" and len(classes) == TWO else "class"
    return ClassTarget(name, codes, known, table.panel, classes, of_kind, ahead)


def _constant(table: Clean, name: str) -> DataError:
    label = table.columns.labels(name)[int(np.argmax(table.observed[name]))]
    return DataError(
        f"{table.columns.file}: column {name} is {label} in every row of the training part.",
        "Choose a target that varies, or a smaller test_share.",
    )
