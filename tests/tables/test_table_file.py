"""Reading CSV, Parquet and NPZ files."""

import csv
import sqlite3
import subprocess
import sys
from decimal import Decimal
from io import BytesIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seqtasks.errors import DataError
from seqtasks.tables.table_file import read_columns

finite = st.floats(allow_nan=False, allow_infinity=False)
LABELS = [
    "01",
    "1",
    "1.0",
    "10000000000000001",
    "2000_01",
    "NA",
    "nan",
    "inf",
    "True",
    " a",
    'b "c"',
    "d,e",
    "1e5",
    "٣",
]
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
    assert list(columns.arrays) == list(frame.columns)
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


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
@given(labels=st.lists(st.sampled_from(LABELS), min_size=1, max_size=8))
def test_labels_come_back_as_they_are_written(folder, suffix, labels):
    """No format rewrites a text, whatever number or missing value it looks like."""
    path = folder / f"labels{suffix}"
    if suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["x"], *([label] for label in labels)])
    elif suffix == ".parquet":
        pd.DataFrame({"x": labels}).to_parquet(path)
    else:
        np.savez(path, x=np.array(labels))
    assert read_columns(str(path)).labels("x").tolist() == labels


def test_cells_of_a_csv_are_as_written(folder):
    """NA is a text like others; only an empty cell is missing."""
    columns = read_columns(written(folder, "day,dry,rain\nNA,TRUE,1\nTue,False,\n"))
    assert {name: columns.written(name).tolist() for name in columns.arrays} == {
        "day": ["NA", "Tue"],
        "dry": ["TRUE", "False"],
        "rain": ["1", ""],
    }


def test_an_index_without_a_name_is_left_out_and_counted(folder):
    """The index that pandas writes to CSV is not a column; one with a name is, in Parquet, too."""
    frame, path = pd.DataFrame({"x": [1, 2]}), folder / "index"
    frame.to_csv(f"{path}.csv")
    frame.to_parquet(f"{path}.parquet")
    frame.set_index(pd.Index([5.5, 7])).to_parquet(f"{path}5.parquet")
    frame.set_index(pd.Index([5, 7], name="hour")).to_parquet(f"{path}6.parquet")
    found = [read_columns(f"{path}{end}") for end in (".csv", ".parquet", "5.parquet", "6.parquet")]
    assert [list(columns.arrays) for columns in found] == [["x"], ["x"], ["x"], ["hour", "x"]]
    assert [columns.unnamed for columns in found] == [1, 0, 1, 0]
    assert found[3].numbers("hour").tolist() == [5, 7]


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
    """Dates, categories, decimals and bytes are texts; integers next to a missing one are exact."""
    path = folder / "types.parquet"
    pd.DataFrame(
        {
            "when": pd.to_datetime(["2020-01-01", "2020-01-02"]),
            "what": pd.Categorical(["b", "a"]),
            "whole": pd.array([1, 2], dtype="Int64"),
            "gappy": pd.array([10000000000000001, None], dtype="Int64"),
            "plain": [1.5, None],
            "truth": [True, None],
            "money": [Decimal("1.50"), Decimal("0.25")],
            "bytes": [b"a", b"01"],
            "code": pd.Categorical([2, 1]),
            "narrow": np.float32([0.1, 1]),
        }
    ).to_parquet(path)
    columns = read_columns(str(path))
    assert columns.written("when")[0].startswith("2020-01-01")
    assert columns.column("what").tolist() == ["b", "a"]
    assert columns.numbers("whole").tolist() == [1.0, 2.0]
    assert columns.column("gappy").tolist() == ["10000000000000001", ""]
    np.testing.assert_array_equal(columns.column("plain"), [1.5, np.nan])
    assert columns.column("truth").tolist() == ["True", ""]
    assert columns.numbers("money").tolist() == [1.5, 0.25]
    assert columns.labels("bytes").tolist() == ["a", "01"]
    assert columns.labels("code").tolist() == ["2", "1"]
    assert columns.labels("narrow").tolist() == ["0.1", "1.0"]


def test_integers_of_parquet_beside_a_missing_one_are_exact(folder):
    """Also where the file was not written by pandas, which would make them floats."""
    path = str(folder / "arrow.parquet")
    pq.write_table(pa.table({"x": pa.array([10000000000000001, None, 3])}), path)
    assert read_columns(path).column("x").tolist() == ["10000000000000001", "", "3"]


def test_the_home_folder_is_expanded(folder, monkeypatch):
    """A path may start with ~."""
    written(folder, "x\n1\n", "home.csv")
    monkeypatch.setenv("HOME", str(folder))
    assert read_columns("~/home.csv").numbers("x").tolist() == [1.0]


SAVE_AGAIN = "Open it with the program it came from and save it again."
NPZ_REFUSALS = {
    "objects": (
        {"x": np.array([1, None])},
        "FILE cannot be read: Object arrays cannot be loaded when allow_pickle=False.",
        SAVE_AGAIN,
    ),
    "lengths": (
        {"x": np.zeros(5), "y": np.zeros(6)},
        "FILE: y has 6 rows and x has 5.",
        "Save arrays of equal length, with a row for each time step.",
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
    "complex": (
        {"x": np.array([1j])},
        "FILE cannot be read: it holds an array of type complex128, which is neither numbers nor texts.",
        SAVE_AGAIN,
    ),
    "bytes": (
        {"x": np.array([b"\xff"])},
        "FILE cannot be read: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte.",
        SAVE_AGAIN,
    ),
    "nothing": ({}, "FILE holds no rows.", "Add a row for each time step below the column names."),
}


@pytest.mark.parametrize(("arrays", "message", "hint"), NPZ_REFUSALS.values(), ids=NPZ_REFUSALS)
def test_an_npz_that_cannot_be_used_is_refused(folder, arrays, message, hint):
    """Each in one sentence with a hint; nothing is unpickled."""
    np.savez(folder / "refused.npz", **arrays)
    assert refusal(str(folder / "refused.npz")) == (message, hint)


def test_a_single_array_is_no_archive(folder):
    """A .npy file by another name is recognized."""
    with (folder / "single.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    message = "FILE cannot be read: it is a single array, not an NPZ archive of named ones."
    assert refusal(str(folder / "single.npz")) == (message, SAVE_AGAIN)


def test_text_by_the_name_of_an_archive_is_refused(folder):
    """Nobody is advised to unpickle it."""
    message = "FILE cannot be read: it is not an NPZ archive."
    assert refusal(written(folder, "x\n1\n", "text.npz")) == (message, SAVE_AGAIN)


def test_files_that_are_not_there_or_not_files_are_refused(folder):
    """Missing, a folder, and a name that says nothing of its kind."""
    (folder / "folder.csv").mkdir()
    check = "Check the path; it is relative to the current folder."
    assert refusal(str(folder / "none.csv")) == ("FILE does not exist.", check)
    assert refusal(str(folder / "folder.csv")) == ("FILE is a folder, not a file.", check)
    assert refusal(str(folder / "f.doc")) == (
        "FILE does not have the name of a table.",
        "Names end in .csv, .tsv, .txt, each also with .gz, .bz2, .xz, .zip, in .parquet, .feather, .npz, .sqlite, "
        ".sqlite3 or .db.",
    )


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_a_missing_extra_is_named(folder, suffix):
    """Both formats need pyarrow; the sentence names what to install."""
    code = "import sys; sys.modules['pyarrow'] = None\nfrom seqtasks.errors import MissingExtraError\n"
    code += "from seqtasks.tables.table_file import read_columns\n"
    code += "try: read_columns(sys.argv[1])\nexcept MissingExtraError as error: print(error.message, error.hint)"
    path = written(folder, "x\n1\n", f"extra{suffix}")
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout == "This needs pyarrow, which is not installed. pip install 'seqtasks[table]'\n"


@pytest.fixture
def database(folder):
    path = folder / "data.sqlite"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    pd.DataFrame({"t": [3, 1, 2], "load": [1.5, None, 2.5], "day": ["Mon", "01", None]}).to_sql(
        "loads", connection, index=False
    )
    connection.close()
    return str(path)


def test_a_query_of_a_database_is_a_table(database):
    """Read-only; without a query the only table is read."""
    columns = read_columns(database, query="select load, day from loads order by t")
    np.testing.assert_array_equal(columns.column("load"), [np.nan, 2.5, 1.5])
    assert columns.column("day").tolist() == ["01", "", "Mon"]
    assert read_columns(database).numbers("t").tolist() == [3, 1, 2]
    with pytest.raises(DataError, match="readonly database"):
        read_columns(database, query="insert into loads values (1, 2, 3)")
    assert read_columns(database).rows == 3


def test_a_database_of_several_tables_needs_a_query(database):
    """The hint is a query."""
    connection = sqlite3.connect(database)
    connection.execute("create table other (x)")
    connection.close()
    assert refusal(database) == (
        "FILE holds 2 tables: loads, other.",
        'Choose rows by a query, such as query="select * from loads".',
    )
    with pytest.raises(DataError, match=r"no such column: lod") as caught:
        read_columns(database, query="select lod from loads")
    assert caught.value.hint == "Correct the query."


def test_any_frame_is_the_same_table_in_every_format(folder):
    """Numbers, whole numbers, truth values and texts, as pandas writes them."""

    @settings(max_examples=40)  # an example writes and reads seven files
    @given(
        st.lists(
            st.tuples(finite, st.integers(-(2**53), 2**53), st.booleans(), st.text('ab,;" 01', max_size=4)),
            min_size=1,
            max_size=9,
        )
    )
    def check(rows):
        frame = pd.DataFrame(rows, columns=["x", "n", "b", "s"])
        writers = {
            "t.csv": lambda path: frame.to_csv(path, index=False),
            "t.csv.gz": lambda path: frame.to_csv(path, index=False),
            "t.csv.zip": lambda path: frame.to_csv(path, index=False),
            "t.tsv": lambda path: frame.to_csv(path, index=False, sep="\t"),
            "t.txt": lambda path: frame.to_csv(path, index=False, sep=";", decimal=","),
            "t.parquet": frame.to_parquet,
            "t.feather": frame.to_feather,
            "t.sqlite": lambda path: to_sqlite(frame, path),
            "t.npz": lambda path: np.savez(path, **{c: np.array(frame[c].tolist()) for c in frame}),
        }
        for name, write in writers.items():
            path = folder / name
            path.unlink(missing_ok=True)
            write(path)
            columns = read_columns(str(path))
            for column in ("x", "n", "b"):
                np.testing.assert_array_equal(columns.numbers(column), frame[column].to_numpy(float))
            assert columns.written("s").tolist() == frame["s"].tolist()

    check()


def to_sqlite(frame, path):
    connection = sqlite3.connect(path)
    frame.to_sql("t", connection, index=False)
    connection.close()
