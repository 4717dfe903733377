"""Reading CSV, Parquet and NPZ files."""

import sys
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seqtasks.errors import DataError, MissingExtraError
from seqtasks.files.column_file import read_columns

finite = st.floats(allow_nan=False, allow_infinity=False)
tables = hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=finite)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


def written(folder, text, name="f.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def refusal(path):
    with pytest.raises(DataError) as caught:
        read_columns(path)
    return caught.value.message.replace(path, "FILE"), caught.value.hint


def assert_columns_or_sentence(path):
    try:
        outcome = read_columns(path)
    except DataError as error:
        outcome = error
    if isinstance(outcome, DataError):
        assert outcome.message.startswith(path)
        assert outcome.hint
    else:
        assert outcome.rows > 0


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
@given(values=tables)
def test_numbers_come_back_to_the_bit(folder, suffix, values):
    """What pandas or NumPy wrote is read without a rounding."""
    path = folder / f"table{suffix}"
    frame = pd.DataFrame(values, columns=[f"c{i}" for i in range(values.shape[1])])
    writers = {
        ".csv": lambda: frame.to_csv(path, index=False),
        ".parquet": lambda: frame.to_parquet(path),
        ".npz": lambda: np.savez(path, **{name: frame[name].to_numpy() for name in frame}),
    }
    writers[suffix]()
    columns = read_columns(str(path))
    assert columns.numeric == tuple(frame.columns)
    for name in frame.columns:
        np.testing.assert_array_equal(columns.numbers(name), frame[name].to_numpy())


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_columns_or_a_sentence(folder, suffix, content):
    """No file whatever gives another error than one of ours."""
    path = written(folder, content, f"noise{suffix}")
    assert_columns_or_sentence(path)


@pytest.mark.parametrize("suffix", [".parquet", ".npz"])
@given(data=st.data())
def test_a_damaged_file_is_columns_or_a_sentence(folder, suffix, data):
    """A valid file with a few bytes changed is read or refused, never a crash."""
    buffer = BytesIO()
    frame = pd.DataFrame({"x": np.arange(9.0), "y": list("abcabcabc")})
    if suffix == ".npz":
        np.savez(buffer, x=frame["x"].to_numpy(), y=frame["y"].to_numpy(dtype="U1"))
    else:
        frame.to_parquet(buffer)
    content = bytearray(buffer.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    assert_columns_or_sentence(written(folder, bytes(content), f"damaged{suffix}"))


def test_texts_bools_and_missing_cells_of_a_csv(folder):
    """Texts stay texts, NA among them; bools are bools; a missing number is NaN."""
    columns = read_columns(written(folder, "day,dry,rain\nNA,True,1\nTue,False,\n"))
    assert columns.column("day").tolist() == ["NA", "Tue"]
    assert columns.column("dry").tolist() == [True, False]
    np.testing.assert_array_equal(columns.column("rain"), [1.0, np.nan])


def test_row_numbers_without_a_name_are_left_out(folder):
    """The index that pandas writes is no column."""
    path = folder / "index.csv"
    pd.DataFrame({"x": [1, 2]}).to_csv(path)
    assert list(read_columns(str(path)).arrays) == ["x"]


def test_columns_of_a_matrix_are_numbered(folder):
    """An array a of shape (N, 2) is a0 and a1."""
    path = folder / "matrix.npz"
    np.savez(path, a=np.array([[1, 2], [3, 4], [5, 6]]), b=np.array([7, 8, 9]))
    columns = read_columns(str(path))
    assert {name: array.tolist() for name, array in columns.arrays.items()} == {
        "a0": [1, 3, 5],
        "a1": [2, 4, 6],
        "b": [7, 8, 9],
    }


def test_parquet_dates_categories_and_nullable_numbers(folder):
    """Dates and categories are texts, nullable integers numbers, a missing one an empty text among them."""
    path = folder / "types.parquet"
    pd.DataFrame(
        {
            "when": pd.to_datetime(["2020-01-01", "2020-01-02"]),
            "what": pd.Categorical(["b", "a"]),
            "whole": pd.array([1, 2], dtype="Int64"),
            "gappy": pd.array([1, None], dtype="Int64"),
        }
    ).to_parquet(path)
    columns = read_columns(str(path))
    assert columns.column("when")[0].startswith("2020-01-01")
    assert columns.column("what").tolist() == ["b", "a"]
    assert columns.numbers("whole").tolist() == [1.0, 2.0]
    assert columns.column("gappy").tolist() == ["1", ""]


def test_the_home_folder_is_expanded(folder, monkeypatch):
    """A path may start with ~."""
    written(folder, "x\n1\n", "home.csv")
    monkeypatch.setenv("HOME", str(folder))
    assert read_columns("~/home.csv").numbers("x").tolist() == [1.0]


SAVE_AGAIN = "Open it with the program it came from and save it again."
CSV_REFUSALS = {
    "empty": ("", "FILE cannot be read: No columns to parse from file.", SAVE_AGAIN),
    "only-names": ("x,y\n", "FILE holds no rows.", "It needs a row per time step under the columns' names."),
    "name-twice": ("x,x\n1,2\n", "FILE has more than one column x.", "Give every column a name of its own."),
    "one-row-too-long": (
        "x,y\n1,2\n1,2,3\n",
        "FILE cannot be read: Error tokenizing data. C error: Expected 2 fields in line 3, saw 3.",
        SAVE_AGAIN,
    ),
    "all-rows-too-long": (
        "x,y\n1,2,3\n1,2,3\n",
        "FILE cannot be read: its rows have more cells than there are names in its first line.",
        SAVE_AGAIN,
    ),
}


@pytest.mark.parametrize(("text", "message", "hint"), CSV_REFUSALS.values(), ids=CSV_REFUSALS)
def test_a_csv_that_cannot_be_used_is_refused(folder, text, message, hint):
    """Each in one sentence with a hint."""
    assert refusal(written(folder, text)) == (message, hint)


def test_a_short_row_is_an_empty_cell(folder):
    """The row that is too short is named when its column is read."""
    columns = read_columns(written(folder, "x,y\n1,2\n3\n"))
    with pytest.raises(DataError, match="column y, row 2 is empty"):
        columns.numbers("y")


NPZ_REFUSALS = {
    "objects": (
        {"x": np.array([1, None])},
        "FILE cannot be read: Object arrays cannot be loaded when allow_pickle=False.",
        SAVE_AGAIN,
    ),
    "lengths": (
        {"x": np.zeros(5), "y": np.zeros(6)},
        "FILE: y has 6 rows and x has 5.",
        "Save arrays of one length, a row per time step.",
    ),
    "cube": (
        {"x": np.zeros((2, 3, 4))},
        "FILE cannot be read: array x has shape (2, 3, 4), not rows or rows by columns.",
        SAVE_AGAIN,
    ),
    "scalar": (
        {"x": np.array(3.0)},
        "FILE cannot be read: array x has shape (), not rows or rows by columns.",
        SAVE_AGAIN,
    ),
    "nothing": ({}, "FILE holds no rows.", "It needs a row per time step under the columns' names."),
}


@pytest.mark.parametrize(("arrays", "message", "hint"), NPZ_REFUSALS.values(), ids=NPZ_REFUSALS)
def test_an_npz_that_cannot_be_used_is_refused(folder, arrays, message, hint):
    """Each in one sentence with a hint; nothing is unpickled."""
    np.savez(folder / "refused.npz", **arrays)
    assert refusal(str(folder / "refused.npz")) == (message, hint)


def test_a_single_array_is_no_archive(folder):
    """A .npy file by another name is told apart."""
    with (folder / "single.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    message = "FILE cannot be read: it is a single array, not an NPZ archive of named ones."
    assert refusal(str(folder / "single.npz")) == (message, SAVE_AGAIN)


def test_files_that_are_not_there_or_not_files_are_refused(folder):
    """Missing, a folder, and a name that says nothing of its kind."""
    (folder / "folder.csv").mkdir()
    check = "Check the path; it starts in the folder you are in."
    assert refusal(str(folder / "none.csv")) == ("FILE does not exist.", check)
    assert refusal(str(folder / "folder.csv")) == ("FILE is a folder, not a file.", check)
    assert refusal(str(folder / "f.txt")) == (
        "FILE is not a CSV, Parquet or NPZ file by its name.",
        "Names end in .csv, .parquet, .npz.",
    )


@pytest.mark.parametrize(("suffix", "package"), [(".csv", "pandas"), (".parquet", "pyarrow")])
def test_a_missing_extra_is_named(folder, monkeypatch, suffix, package):
    """The sentence says what to install."""
    path = written(folder, "x\n1\n", f"extra{suffix}")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        read_columns(path)
    assert caught.value.message == f"This needs {package}, which is not installed."
    assert caught.value.hint == "pip install 'seqtasks[table]'"


def test_npz_needs_no_pandas(folder, monkeypatch):
    """NumPy's own format is read by NumPy alone."""
    np.savez(folder / "plain.npz", x=np.arange(3))
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert read_columns(str(folder / "plain.npz")).rows == 3
