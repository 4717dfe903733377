"""Make a table clean for training: rows in order, missing values filled, and every input a column of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.recipe import Derived, Fills, GroupRecipe, Missing, Recipe
from seqtasks.errors import DataError
from seqtasks.tables import derived as derive
from seqtasks.tables import filling
from seqtasks.tables.arrangement import FILL, Settings, arrange
from seqtasks.tables.columns import Columns
from seqtasks.tables.group_parts import overlapping, untested
from seqtasks.tables.order import Ordered
from seqtasks.tables.panel import Panel
from seqtasks.tables.times import Times

_SHOWN: Final = 3


@final
@dataclass(frozen=True, eq=False)
class Clean:
    """A table in which every column that is used is complete.

    Args:
        columns: The table, with further columns that are computed.
        inputs: The names of the columns that are seen, all of numbers.
        observed: For each target, (N,) whether it was known, not filled in.
        labelled: Whether the target is a column of labels.
        panel: Which rows belong to which group.
        training: (N,) which rows are the training part: the first ones of each group.
        times: The times of the rows; None if they have none.
        recipe: How rows of another file become the same columns.
        groups: What each group has of its own in the recipe.
        notes: Sentences on what was left out or changed.
    """

    columns: Columns
    inputs: tuple[str, ...]
    observed: dict[str, NDArray[np.bool_]]
    labelled: bool
    panel: Panel
    training: NDArray[np.bool_]
    times: Times | None
    recipe: Recipe
    groups: tuple[GroupRecipe, ...]
    notes: tuple[str, ...]


def clean(columns: Columns, settings: Settings) -> Clean:
    """Order the rows, choose the inputs, and fill or refuse missing values.

    Raises:
        UsageError: If a column does not exist, or settings contradict each other.
        DataError: If the data cannot be used as the settings ask.
    """
    arranged = arrange(columns, settings)
    table, choice, missing = arranged.table, arranged.choice, arranged.missing
    panel, training = table.panel, arranged.training
    _check_missing(table.columns, missing, settings.missing)
    filled, fills = filling.complete(
        table.columns, missing, choice.labels, settings.targets, panel, training, settings.missing
    )
    derived = choice.derived([name for name, each in missing.items() if each[training].any()])
    _check_names(columns, derived)
    arrays = derive.compute(derived, filled, table.times, missing, panel)
    groups = tuple(
        _of_group(table, label, rows, fills[n])
        for n, (label, rows) in enumerate(zip(panel.labels, panel.slices(), strict=True))
    )
    own = groups if not panel.column else (GroupRecipe(),)
    recipe = Recipe(
        derived=derived,
        missing=settings.missing,
        fills=own[0].fills,
        group=panel.column,
        time=table.times.column if table.times is not None else "",
        format=table.times.format if table.times is not None else "",
        zone=table.times.zone if table.times is not None else "",
        step=own[0].step,
        unit=own[0].unit,
        regular=table.regular and settings.missing != "drop",
        day=own[0].day,
        frequency=table.frequency,
        enforced=own[0].enforced,
        separator=settings.separator,
        decimal=settings.decimal,
        usual=columns.decimal,
        query=settings.query,
    )
    return Clean(
        columns=filled.replaced(arrays),
        inputs=choice.names(derived),
        observed={name: ~missing[name] for name in settings.targets},
        labelled=arranged.labelled,
        panel=panel,
        training=training,
        times=table.times,
        recipe=recipe,
        groups=groups,
        notes=(
            *arranged.notes,
            *untested(panel, settings.horizons, settings.test_share),
            *overlapping(table, training),
            *table.notes,
            *choice.notes(filled),
        ),
    )


def _of_group(table: Ordered, label: str, rows: slice, fills: Fills) -> GroupRecipe:
    spacing, times = table.spacings[label], table.times
    day = int(times.local[rows].day.max()) if times is not None and spacing.unit == "month" else 0
    return GroupRecipe(fills, spacing.step, spacing.unit, day, label in table.even)


def _check_names(columns: Columns, derived: Sequence[Derived]) -> None:
    """Check that no two columns have one name, whether of the file or computed."""
    names = set(columns.arrays)
    for one in derived:
        if one.name in names:
            raise DataError(
                f"{columns.file} has more than one column {one.name}; one is computed from column {one.column}.",
                f"Rename a column: {one.column}, or {one.name}.",
            )
        names.add(one.name)


def _check_missing(columns: Columns, missing: dict[str, NDArray[np.bool_]], policy: Missing) -> None:
    counted = {name: np.flatnonzero(each) for name, each in missing.items() if each.any()}
    if policy != "error" or not counted:
        return
    parts = []
    for name, rows in counted.items():
        shown = ", ".join(str(columns.number(row)) for row in rows[:_SHOWN].tolist()) + ", ..." * (rows.size > _SHOWN)
        parts.append(f"{rows.size} in column {name} (row{'s' * (rows.size > 1)} {shown})")
    total = sum(rows.size for rows in counted.values())
    verb = "1 value is" if total == 1 else f"{total} values are"
    raise DataError(f"{columns.file}: {verb} missing: {', '.join(parts)}.", f"To fill them in, choose one: {FILL}")
