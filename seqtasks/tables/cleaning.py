"""Make a table clean for training: rows in order, missing values filled, and every input a column of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.recipe import Derived, Fills, Missing, Recipe
from seqtasks.errors import DataError
from seqtasks.tables import derived as derive
from seqtasks.tables import filling
from seqtasks.tables.arrangement import FILL, Settings, arrange
from seqtasks.tables.columns import Columns
from seqtasks.tables.panel import Panel

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
        recipe: How rows of another file become the same columns.
        fills: For each group, the number or label before the first known one of each column.
        notes: Sentences on what was left out or changed.
    """

    columns: Columns
    inputs: tuple[str, ...]
    observed: dict[str, NDArray[np.bool_]]
    labelled: bool
    panel: Panel
    training: NDArray[np.bool_]
    recipe: Recipe
    fills: tuple[Fills, ...]
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
    recipe = Recipe(
        derived=derived,
        missing=settings.missing,
        fills=() if panel.column else fills[0],
        group=panel.column,
        time=table.times.column if table.times is not None else "",
        format=table.times.format if table.times is not None else "",
        zone=table.times.zone if table.times is not None else "",
        step=table.spacing.step,
        unit=table.spacing.unit,
        regular=table.times is not None
        and settings.missing != "drop"
        and table.spacing.is_usual(table.times, panel.neighbours),
        day=int(table.times.local.day.max()) if table.times is not None and table.spacing.unit == "month" else 0,
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
        recipe=recipe,
        fills=fills,
        notes=(*arranged.notes, *table.notes, *choice.notes(filled)),
    )


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
