"""Columns as numbers and as labels, and what is wrong with a cell in them."""

import numpy as np
import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.tables.columns import CellError, Columns, stored

OTHERS = "n a run, inputs=COLUMN,COLUMN leaves other columns out."
HINT = f"Correct the cell or remove the row; i{OTHERS}"


def texts(*cells):
    return Columns("f.csv", {"x": np.array(cells, object)})


@pytest.fixture
def columns():
    return Columns(
        "f.csv",
        {
            "rain": np.array([1.5, np.nan, np.inf]),
            "mixed": np.array(["1", "2", "two"], object),
            "day": np.array(["Mon", "", "Wed"], object),
            "count": np.array([1, 2, 3]),
            "dry": np.array([True, False, True]),
            "wet": np.array(["FALSE", "", "true"], object),
            "none": np.array([np.nan] * 3),
        },
    )


def test_numeric_columns_are_those_with_a_number_in_them(columns):
    """One bad cell does not hide a column of numbers or truth values; one of texts, or of nothing, is not numeric."""
    assert [name for name in columns.arrays if columns.is_numeric(name)] == ["rain", "mixed", "count", "dry", "wet"]


@pytest.mark.parametrize(
    ("name", "reason"), [("day", ('row 1 is "Mon", not a number', "")), ("none", ("every cell is empty", ""))]
)
def test_the_reason_why_a_column_is_not_numeric(columns, name, reason):
    """The first cell that is not empty is shown."""
    assert columns.why_not_numeric(name) == reason


def test_numbers_are_double_precision(columns):
    """Integers and bools become numbers, and so do truth values that are written."""
    np.testing.assert_array_equal(columns.numbers("count"), [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(columns.numbers("dry"), [1.0, 0.0, 1.0])
    np.testing.assert_array_equal(texts("True", "0.5", "false", "FALSE").numbers("x"), [1.0, 0.5, 0.0, 0.0])
    assert columns.numbers("count").dtype == np.float64


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1", 1.0), ("01", 1.0), (" -2.5e3\t", -2500.0), ("+.5", 0.5), ("5.", 5.0), ("1E-400", 0.0), ("-0", 0.0)],
)
def test_decimal_numbers_are_read(cell, number):
    """With an exponent, leading zeros, and spaces around them."""
    assert texts(cell).numbers("x").tolist() == [number]


ODD = {
    "2000_01": HINT,
    "infinity": HINT,
    "inf": HINT,
    "1e400": HINT,
    "nan": f"It is the sentinel of a missing value: fill it in or remove the row. I{OTHERS}",
    "#N/A": f"It is the sentinel of a missing value: fill it in or remove the row. I{OTHERS}",
    "-": f"It is the sentinel of a missing value: fill it in or remove the row. I{OTHERS}",
    "٣": HINT,
    "0x1p3": HINT,
    "\N{NO-BREAK SPACE}1": HINT,
    "1 2": HINT,
    "1,000": f"Write numbers with a decimal point and without thousands separators, such as 1234.5. I{OTHERS}",
    "-3,5": f"Write numbers with a decimal point and without thousands separators, such as 1234.5. I{OTHERS}",
    "1.234.567,5": f"Write numbers with a decimal point and without thousands separators, such as 1234.5. I{OTHERS}",
    "1 234,5": f"Write numbers with a decimal point and without thousands separators, such as 1234.5. I{OTHERS}",
    "1'000'000": f"Write numbers with a decimal point and without thousands separators, such as 1234.5. I{OTHERS}",
    "12.5 %": f"Write numbers without a percent sign. I{OTHERS}",
    "2020-01-31": f"For times, time= names the column, and calendar=hour uses it as an input. I{OTHERS}",
    "31.1.2020 10:00": f"For times, time= names the column, and calendar=hour uses it as an input. I{OTHERS}",
}


@pytest.mark.parametrize(("cell", "hint"), ODD.items(), ids=ODD)
def test_what_only_python_or_a_spreadsheet_takes_for_a_number_is_text(cell, hint):
    """It is a label as it is written, and where a number is needed an error with what to write."""
    columns = texts("1", cell)
    assert columns.labels("x").tolist() == ["1", cell]
    assert not texts(cell).is_numeric("x") or cell == "1e400"
    with pytest.raises(CellError) as caught:
        columns.numbers("x")
    assert caught.value.message == f'f.csv: column x, row 2 is "{cell}", not a finite number.'
    assert (caught.value.hint, caught.value.row) == (hint, 1)


@pytest.mark.parametrize(
    "cells",
    [
        np.array(["1", "10000000000000001"], object),
        np.array([1, 10000000000000001]),
        np.array([1, 2**64 - 1], np.uint64),
        np.array([1, 2**63 - 1]),
        np.array(["1", " -9007199254740993"], object),
    ],
    ids=str,
)
def test_an_integer_that_no_float_equals_is_refused_as_a_number_and_exact_as_a_label(cells):
    """Beyond 2**53 only some integers are floats."""
    columns = Columns("f.csv", {"x": cells})
    exact = columns.labels("x").tolist()
    assert exact == [str(cell) for cell in cells.tolist()]
    with pytest.raises(CellError) as caught:
        columns.numbers("x")
    assert caught.value.message == (
        f"f.csv: column x, row 2 is {exact[1]}, an integer that no double-precision number equals."
    )
    assert caught.value.hint == f"Subtract or divide so that integers stay below 2**53; i{OTHERS}"


@pytest.mark.parametrize("cell", ["9007199254740992", "10000000000000002", "1e16", "-9007199254740994", str(2**80)])
def test_large_integers_that_are_floats_are_numbers(cell):
    """Nothing is lost of these."""
    assert texts(cell).numbers("x")[0] == int(float(cell))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rain", "f.csv: column rain, row 2 is empty, not a finite number."),
        ("mixed", 'f.csv: column mixed, row 3 is "two", not a finite number.'),
        ("day", 'f.csv: column day, row 1 is "Mon", not a finite number.'),
        ("wet", "f.csv: column wet, row 2 is empty, not a finite number."),
    ],
)
def test_a_cell_that_is_not_a_number_is_named(columns, name, message):
    """File, column, row and what is there."""
    with pytest.raises(DataError) as caught:
        columns.numbers(name)
    assert (caught.value.message, caught.value.hint) == (message, HINT)


def test_an_infinite_cell_is_named():
    """Infinity is not a number to learn from."""
    with pytest.raises(DataError, match=r'(?m)^f.csv: column x, row 2 is "-inf", not a finite number\.$'):
        Columns("f.csv", {"x": np.array([1.0, -np.inf])}).numbers("x")


def test_labels_are_as_written(columns):
    """Texts, integers, bools and floats of any width; 0.0 and -0.0 are one number."""
    assert texts("01", "1", "1.0", " a", "True").labels("x").tolist() == ["01", "1", "1.0", " a", "True"]
    assert columns.labels("count").tolist() == ["1", "2", "3"]
    assert columns.labels("dry").tolist() == ["True", "False", "True"]
    for width in (np.float16, np.float32, np.float64):
        found = Columns("f.npz", {"x": np.array([0.1, 1, 0.0, -0.0], width)}).labels("x")
        assert found.tolist() == ["0.1", "1.0", "0.0", "0.0"]


@pytest.mark.parametrize("name", ["day", "rain"])
def test_a_missing_label_is_named(columns, name):
    """An empty cell is not a class."""
    with pytest.raises(DataError, match=rf"(?m)^f.csv: column {name}, row 2 is empty, not a label\.$") as caught:
        columns.labels(name)
    assert caught.value.hint == "Fill it in or remove the row."


def test_a_missing_column_is_named_with_the_nearest(columns):
    """A slip of the finger is put right."""
    with pytest.raises(UsageError) as caught:
        columns.column("rian")
    assert caught.value.message == "f.csv has no column rian."
    assert caught.value.hint == "Did you mean rain? Its columns are rain, mixed, day, count, dry, wet, none."


@pytest.mark.parametrize(
    ("array", "labels"),
    [
        (np.array(["a", "01"]), ["a", "01"]),
        (np.array([b"a", "é".encode()]), ["a", "é"]),
        (np.array(["2020-01-01T10", "NaT"], "M8[h]"), ["2020-01-01T10", ""]),
        (np.array([3, 4], "m8[D]"), ["3 days", "4 days"]),
    ],
    ids=["text", "bytes", "time", "duration"],
)
def test_other_types_are_texts(array, labels):
    """A time that is missing is an empty text."""
    assert Columns("f.npz", {"x": stored(array)}).written("x").tolist() == labels


def test_a_type_that_is_neither_numbers_nor_texts_is_refused():
    """Complex numbers have no order and no one value."""
    with pytest.raises(TypeError, match="it holds an array of type complex128, which is neither numbers nor texts"):
        stored(np.array([1j]))
