"""Columns longer than the head that decides how they are read."""

import numpy as np
import pandas as pd
import pytest

from seqtasks.tables.columns import Columns
from seqtasks.tables.frame import array_of
from seqtasks.tables.kinds import HEAD, is_real


@pytest.mark.parametrize("rows", [1, HEAD - 1, HEAD, HEAD + 1, 3 * HEAD])
def test_equal_texts_of_a_column_are_one_object(rows):
    """A column of a few labels takes the memory of its labels, and a missing cell is an empty text."""
    texts = (["north", None, "south"] * rows)[:rows]
    array = array_of(pd.Series(texts, dtype="str"))
    assert array.tolist() == [text or "" for text in texts]
    if rows > 1:
        assert len({id(text) for text in array}) <= len(set(texts))


def test_a_column_of_many_texts_is_read_as_they_are():
    """No two cells of the column are equal."""
    texts = [f"{i}" for i in range(2 * HEAD)]
    assert array_of(pd.Series(texts, dtype="str")).tolist() == texts


@pytest.mark.parametrize("row", [2, HEAD - 1, HEAD, HEAD + 1])
def test_a_third_value_makes_a_column_real_wherever_it_is(row):
    """Two values are labels, three are numbers, even if the third comes late."""
    values = np.tile([0.0, 1.0], HEAD)
    assert not is_real(Columns("f.csv", {"x": values}), "x")
    values[row] = 2.0
    assert is_real(Columns("f.csv", {"x": values}), "x")
