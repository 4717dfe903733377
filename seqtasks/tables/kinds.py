"""What a column of a table is: numbers, labels, or neither."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqtasks.spec.parameter import quote
from seqtasks.tables import cell
from seqtasks.tables.columns import CellError, Columns

TWO = 2  # labels of a binary target
HEAD = 1000  # rows that are looked at first


def is_real(columns: Columns, name: str) -> bool:
    """Whether a column is read as numbers: one with a text among its numbers, too, so that the text is named.

    Two different values are labels, not numbers.
    """
    array = columns.column(name)
    if array.dtype.kind in "bM":
        return False
    if array.dtype.kind == "O":
        texts = [text for text in pd.unique(array).tolist() if text]
        numeric = [not math.isnan(number) for number in cell.numbers(texts)]
        return any(numeric) and not (all(numeric) and len(texts) == TWO)
    numbers = array[~np.isnan(array)] if array.dtype.kind == "f" else array
    distinct = len(np.unique(numbers[:HEAD]))
    if distinct <= TWO:  # the others may be different; to sort a long column takes as long as a third of its reading
        distinct = len(np.unique(numbers))
    return distinct > TWO or (distinct < TWO and len(set(columns.written(name)) - {""}) != TWO)


def all_numbers(columns: Columns, name: str) -> bool:
    """Whether every cell of a column is a number or missing."""
    try:
        columns.values(name)
    except CellError:
        return False
    return True


def categories(
    columns: Columns, name: str, training: NDArray[np.bool_], bound: int
) -> tuple[tuple[str, ...], str, str]:
    """The labels of a text column that can be one input each, in alphabetical order; else why not, and a remedy.

    Args:
        columns: The table.
        name: The column.
        training: (N,) which rows count.
        bound: The greatest number of labels.

    Example:
        >>> sky = Columns("f.csv", {"sky": np.array(["dry", "wet"] * 5, object)})
        >>> categories(sky, "sky", np.arange(10) < 8, bound=20)
        (('dry', 'wet'), '', '')
    """
    array = columns.column(name)
    if array.dtype.kind in "biuf":  # numbers that are labels
        array = columns.written(name)
    reason, advice = columns.why_not_numeric(name)
    labels = sorted(set(pd.unique(array[training]).tolist()) - {""}) if array.dtype.kind == "O" else []
    odd = next((found for text in labels if not cell.is_missing(text) and (found := cell.advice(text))), "")
    numbers = "To use it, replace the labels by numbers."
    if odd or not labels:
        return (), reason, odd or advice or numbers
    if len(labels) == 1:
        return (), f"every cell is {quote(labels[0])}", "A column with a single label carries no information."
    many = f"it has {len(labels)} labels, such as {quote(labels[0])}"
    if len(labels) > bound:
        remedy = "Join rare labels; a larger categories= raises the bound: each label is an input."
        return (), f"{many}, and categories={bound} is the bound", remedy
    if 2 * len(labels) > (rows := int(training.sum())):
        return (), f"{many}, in {rows} rows", numbers
    return tuple(labels), "", ""


def in_order(labels: set[str]) -> list[str]:
    """Numbers ascending, if all are numbers; else texts in alphabetical order."""
    if any(math.isnan(cell.number(label)) for label in labels):
        return sorted(labels)
    whole = {label: cell.whole(label) for label in labels}
    return sorted(labels, key=lambda label: (cell.number(label) if (n := whole[label]) is None else n, label))
