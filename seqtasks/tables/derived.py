"""Compute columns of numbers from other columns."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqtasks.core.recipe import Derived
from seqtasks.tables.columns import Array, Columns
from seqtasks.tables.panel import Panel
from seqtasks.tables.phases import phase
from seqtasks.tables.times import Times


def compute(
    recipe: Iterable[Derived],
    columns: Columns,
    times: Times | None,
    missing: Mapping[str, NDArray[np.bool_]],
    panel: Panel,
) -> dict[str, Array]:
    """The computed columns by name, each (N,).

    Args:
        recipe: What to compute; a column may be computed from one before it.
        columns: The complete columns.
        times: The times of the rows, if there are any.
        missing: Which cells of the columns were missing.
        panel: Which rows belong to which group: no later row is one of another group.
    """
    arrays: dict[str, Array] = {}
    coded: dict[str, tuple[NDArray[np.intp], dict[str, int]]] = {}  # each label once, not each cell for each label
    for one in recipe:
        match one.part:
            case "category":
                if one.column not in coded:
                    codes, found = pd.factorize(columns.written(one.column))
                    coded[one.column] = codes, {str(label): code for code, label in enumerate(found.tolist())}
                codes, places = coded[one.column]
                arrays[one.name] = (codes == places.get(one.detail, -1)).astype(np.float64)
            case "missing":
                arrays[one.name] = missing[one.column].astype(np.float64)
            case "known":
                values = arrays[one.column] if one.column in arrays else columns.numbers(one.column)
                arrays[one.name] = values[panel.after(int(one.detail))]
            case "sine" | "cosine":
                assert times is not None  # checked where the recipe was made
                arrays[one.name] = phase(times.local, one.detail, one.part)
    return arrays
