"""Named columns and what is wrong with a cell in them."""

import numpy as np
import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.files.columns import Columns, numbers_or_texts

HINT = "Correct the cell or remove the row; in a run, inputs=COLUMN,COLUMN leaves other columns out."


@pytest.fixture
def columns():
    return Columns(
        "f.csv",
        {
            "rain": np.array([1.5, np.nan, np.inf]),
            "mixed": np.array(["1", "2", "two"]),
            "day": np.array(["Mon", "", "Wed"]),
            "count": np.array([1, 2, 3]),
            "dry": np.array([True, False, True]),
        },
    )


def test_numeric_columns_are_those_with_a_number_in_them(columns):
    """One bad cell does not hide a column; a text without numbers is none."""
    assert columns.numeric == ("rain", "mixed", "count", "dry")


def test_numbers_are_double_precision(columns):
    """Integers and bools become numbers."""
    np.testing.assert_array_equal(columns.numbers("count"), [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(columns.numbers("dry"), [1.0, 0.0, 1.0])
    assert columns.numbers("count").dtype == np.float64


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rain", "f.csv: column rain, row 2 is empty, not a finite number."),
        ("mixed", 'f.csv: column mixed, row 3 is "two", not a finite number.'),
        ("day", 'f.csv: column day, row 1 is "Mon", not a finite number.'),
    ],
)
def test_a_cell_that_is_no_number_is_named(columns, name, message):
    """File, column, row and what is there."""
    with pytest.raises(DataError) as caught:
        columns.numbers(name)
    assert (caught.value.message, caught.value.hint) == (message, HINT)


def test_an_infinite_cell_is_named():
    """Infinity is no number to learn from."""
    with pytest.raises(DataError, match=r'(?m)^f.csv: column x, row 2 is "-inf", not a finite number\.$'):
        Columns("f.csv", {"x": np.array([1.0, -np.inf])}).numbers("x")


def test_a_missing_text_is_named(columns):
    """An empty cell is no class."""
    with pytest.raises(DataError, match=r"(?m)^f.csv: column day, row 2 is empty, not a text\.$"):
        columns.texts("day")


def test_a_missing_column_is_named_with_the_nearest(columns):
    """A slip of the finger is put right."""
    with pytest.raises(UsageError) as caught:
        columns.column("rian")
    assert caught.value.message == "f.csv has no column rian."
    assert caught.value.hint == "Did you mean rain? Its columns are rain, mixed, day, count, dry."


def test_texts_that_are_all_numbers_are_numbers():
    """A column is text as soon as one cell is."""
    np.testing.assert_array_equal(numbers_or_texts(np.array(["1", "2.5"])), [1.0, 2.5])
    np.testing.assert_array_equal(numbers_or_texts(np.array(["1", "b"], object)), ["1", "b"])
