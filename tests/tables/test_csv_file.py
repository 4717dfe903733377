"""Reading CSV from files and pipes: one behaviour."""

import bz2
import gzip
import lzma
import shlex
import subprocess
import sys
import zipfile
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.tables import csv_file, text


class EveryColumn:
    """The names of all columns."""

    def __contains__(self, name):
        return True


def stream_columns(path):
    """The cells as they are written."""
    return csv_file.stream_columns(path, written=EveryColumn())


class Pipe:
    """Bytes that come as they are cut here."""

    def __init__(self, *blocks):
        self.blocks = [block for block in blocks if block]

    def read1(self, _size):
        return self.blocks.pop(0) if self.blocks else b""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("csv")


@pytest.fixture
def piped(monkeypatch):
    """``piped(pipe)`` reads it as standard input."""

    def read(pipe):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=pipe))
        return stream_columns("-")

    return read


def in_file(folder, content, name="f.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def outcome(pieces, name):
    """All names, all rows, and the error, if one ends them; the file's name left out."""
    names, rows, places = None, [], []
    try:
        for piece in pieces:
            assert names in (None, list(piece.arrays))
            names = list(piece.arrays)
            places.append(piece.first == len(rows))
            rows += zip(*(array.tolist() for array in piece.arrays.values()), strict=True)
    except DataError as error:
        start, named, message = error.message.partition(name)
        return names, rows, all(places), start + message if named else error.message
    return names, rows, all(places), None


def read(folder, content):
    path = in_file(folder, content)
    return outcome(stream_columns(path), path)


pieces_of_text = st.sampled_from(
    ["\n", "\r\n", "\r", ",", ",", ";", "\t", '"', '""', " ", "x", "y", "1", "2.5", "é", "\ufeff", "\0", "True", "nan"]
)
texts = st.lists(pieces_of_text, max_size=30).map("".join) | st.lists(
    st.lists(st.sampled_from(["1", "-2", "", "a b", '"c\nd"', '"e"f', '5" pipe', '"']), min_size=1, max_size=3).map(
        ",".join
    ),
    max_size=8,
).map(lambda rows: "\n".join(["x,y", *rows]))
contents = st.builds(
    lambda mark, text, codec, tail: mark + text.encode(codec) + tail,
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe"]),
    texts,
    st.sampled_from(["utf-8", "utf-8", "utf-16-le", "latin-1"]).filter(bool),
    st.sampled_from([b"", b"\n", b"\r\n", b"\xff"]),
)


@given(data=st.data())
def test_pipe_and_file_agree(folder, data):
    """However odd a text is and however it is cut, the same rows come before the same error."""
    try:
        content = data.draw(contents)
    except UnicodeEncodeError:
        content = data.draw(texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=6)))
    blocks = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    by_byte = [bytes([byte]) for byte in content]
    expected = read(folder, content)
    stdin = sys.stdin
    try:
        for pipe in (Pipe(*blocks), Pipe(*by_byte)):
            sys.stdin = SimpleNamespace(buffer=pipe)
            assert outcome(stream_columns("-"), "standard input")[:3] == expected[:3]
            sys.stdin = SimpleNamespace(buffer=Pipe(*blocks))
            assert outcome(stream_columns("-"), "standard input")[3] == expected[3]
    finally:
        sys.stdin = stdin


ODD = {
    "blank-first-line": "\n\nx,y\n1,2\n",
    "blank-lines": "x,y\n\n1,2\n   \n\n",
    "crlf": "x,y\r\n1,2\r\n",
    "cr": "x,y\r1,2\r",
    "no-newline-at-the-end": "x,y\n1,2",
    "utf-8-mark": b"\xef\xbb\xbfx,y\n1,2\n",
    "utf-16-mark": "\ufeffx,y\n1,2\n".encode("utf-16-le"),
    "utf-16-be-mark": "\ufeffx,y\n1,2\n".encode("utf-16-be"),
    "utf-32-mark": "x,y\n1,2\n".encode("utf-32"),
    "spaces-around-names": " x , y\n1,2\n",
    "quoted": '"x","y"\n"1","2"\n',
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_odd_texts_that_are_right(folder, content):
    """Each is one row under two names."""
    assert read(folder, content) == (["x", "y"], [("1", "2")], True, None)


def test_cells_are_as_written(folder):
    """Nothing is stripped or rewritten; quotation marks inside a cell, and line ends inside them, are text."""
    content = 'x,y\n 01 ,5" pipe\n"a\r\nb","c ""d"""\n'
    assert read(folder, content)[1] == [(" 01 ", '5" pipe'), ("a\nb", 'c "d"')]


def test_a_blank_line_of_one_column_is_an_empty_cell_if_a_row_follows(folder):
    """Spreadsheets write it so; at the end it is nothing."""
    assert read(folder, 'x\n1\n\n\n2\n""\n\n')[1] == [("1",), ("",), ("",), ("2",), ("",)]
    assert read(folder, "x\n1\n\n2\n\xff".encode("latin-1"))[3] == ": row 4 is not UTF-8 text."


def test_columns_without_names_are_left_out_and_counted(folder):
    """What pandas writes first is an index."""
    [piece] = stream_columns(in_file(folder, ",x,,y\n0,1,2,3\n"))
    assert (list(piece.arrays), piece.unnamed) == (["x", "y"], 2)


REFUSED = {
    "empty": ("", [], " is empty."),
    "only-blank-lines": ("\n \n", [], " is empty."),
    "only-names": ("x,y\n", [], " holds no rows."),
    "no-names": (",\n1,2\n", [], " has no name in its first line."),
    "name-twice": ("x,x \n1,2\n", [], " has more than one column x."),
    "row-too-long": ("x,y\n1,2\n3,4,5\n", [("1", "2")], ": row 2 has 3 cells; the first line has 2 names."),
    "row-too-short": ("x,y\n1,2\n\n3\n4,5", [("1", "2")], ": row 2 has 1 cell; the first line has 2 names."),
    "one-name": ("x\n1,000\n", [], ": row 1 has 2 cells; the first line has 1 name."),
    "open-quotation": (
        'x,y\n1,2\n3,"4\n5,6\n',
        [("1", "2")],
        ": row 2 opens a cell with a quotation mark and does not close it.",
    ),
    "text-after-quotation": (
        'x,y\n1,2\n"3"a,4\n',
        [("1", "2")],
        ": row 2 has text after the quotation mark that closes a cell.",
    ),
    "endless-quotation": (
        'x,y\n1,"' + "2\n" * 70_000,
        [],
        ": row 1 has a cell of more than 131072 characters.",
    ),
    "latin-1": ("x,y\n1,2\nJosé,3\n".encode("latin-1"), [("1", "2")], ": row 2 is not UTF-8 text."),
    "latin-1-names": ("größe,y\n1,2\n".encode("latin-1"), [], ": the first line is not UTF-8 text."),
    "half-a-character": (b"x,y\n1,2\n3,\xc3", [("1", "2")], ": row 2 is not UTF-8 text."),
    "zero-byte": ("x,y\n1,2\n\0,3\n", [("1", "2")], ": row 2 holds a zero byte, which text does not."),
    "utf-16": ("x,y\n1,2\n".encode("utf-16-le"), [], " is UTF-16 without a byte order mark."),
    "utf-16-be": ("x,y\n1,2\n".encode("utf-16-be"), [], " is UTF-16 without a byte order mark."),
    "zstandard": (b"(\xb5/\xfd\0\0", [], " is compressed with Zstandard."),
    "pickle": (b"\x80\x04\x95\0\0", [], ": the first line is not UTF-8 text."),
    "program": (b"\x7fELF\x02\x01\x01\0\0\0", [], ": the first line holds a zero byte, which text does not."),
    "archive": (b"PK\x03\x04\x14\0\0\0", [], " is an archive, such as a workbook, a ZIP or an NPZ file, not CSV."),
    "two-separators-fit": (
        "a;b,c\n1;2,3\n",
        [],
        " can be read with commas or semicolons between its cells.",
    ),
    "semicolons-and-a-short-row": ("x;y\n1;2\n3\n", [("1", "2")], ": row 2 has 1 cell; the first line has 2 names."),
}


@pytest.mark.parametrize(("content", "rows", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused(folder, content, rows, message):
    """One sentence names the cause and the row, after all rows before it."""
    assert read(folder, content)[1::2] == (rows, message)


def hint(path):
    with pytest.raises(DataError) as caught:
        list(stream_columns(path))
    return caught.value.hint


SEPARATED = {
    "decimal-commas": ("x;y\n1,5;a\n", [("1,5", "a")], [1.5]),
    "decimal-commas-later": ("x;y\n1;a\n-2,25;b\n", [("1", "a"), ("-2,25", "b")], [1.0, -2.25]),
    "decimal-points": ("x;y\n1.5;a\n", [("1.5", "a")], [1.5]),
    "tabs": ("x\ty\n1.5\t01\n", [("1.5", "01")], [1.5]),
    "bars": ("x|y\n1|a b\n", [("1", "a b")], [1.0]),
    "a-comma-in-a-text": ('x;y\n1;"a,b"\n', [("1", "a,b")], [1.0]),
    "a-comma-in-a-name": ("x;load, MW\n1;2\n", [("1", "2")], [1.0]),
    "a-semicolon-in-a-name": ("x,a;b\n1,2\n", [("1", "2")], [1.0]),
    "text-after-blank-lines": ("\n\nx;y\n\n1;2\n", [("1", "2")], [1.0]),
}


@pytest.mark.parametrize(("content", "cells", "numbers"), SEPARATED.values(), ids=SEPARATED)
def test_separators_and_decimal_commas_are_found(folder, piped, content, cells, numbers):
    """From the line of names and the first rows, in a file as in a pipe that brings byte after byte."""
    assert read(folder, content)[1] == cells
    assert outcome(piped(Pipe(*(bytes([byte]) for byte in content.encode()))), "standard input")[1] == cells
    for pieces in (csv_file.stream_columns(in_file(folder, content)), csv_pipe(content)):
        assert np.concatenate([piece.numbers("x") for piece in pieces]).tolist() == numbers


def csv_pipe(content):
    """The columns of a pipe that brings line after line."""
    stdin, sys.stdin = sys.stdin, SimpleNamespace(buffer=Pipe(*content.encode().splitlines(keepends=True)))
    try:
        yield from csv_file.stream_columns("-")
    finally:
        sys.stdin = stdin


def test_the_separator_and_the_decimal_mark_can_be_chosen(folder):
    """Where two fit, and where a comma may separate thousands."""
    path = in_file(folder, "a;b,c\n1;2,3\n")
    assert [list(next(csv_file.stream_columns(path, mark)).arrays) for mark in (",", ";")] == [
        ["a;b", "c"],
        ["a", "b,c"],
    ]
    path = in_file(folder, "a;b\n1,000;2\n")
    assert next(csv_file.stream_columns(path, decimal=",")).numbers("a").tolist() == [1.0]
    assert next(csv_file.stream_columns(path)).column("a").tolist() == ["1,000"]


def packed(content, how):
    if how != "zip":
        return {"gzip": gzip, "bz2": bz2, "xz": lzma}[how].compress(content)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("f.csv", content)
    return buffer.getvalue()


@pytest.mark.parametrize("how", ["gzip", "bz2", "xz", "zip"])
def test_compressed_files_are_read(folder, how):
    """By their first bytes, whatever their name."""
    rows = [(str(i), str(2 * i)) for i in range(1000)]
    content = "x,y\n" + "".join(f"{a},{b}\n" for a, b in rows)
    assert read(folder, packed(content.encode(), how))[1] == rows


@pytest.mark.parametrize("how", ["gzip", "bz2", "xz"])
def test_a_damaged_compressed_file_is_refused(folder, how):
    """Cut in the middle."""
    content = packed(b"x,y\n" + np.random.default_rng(0).bytes(3000).hex(",").encode(), how)
    assert read(folder, content[: len(content) // 2])[3].startswith(" cannot be read: ")


def test_the_hints_of_encodings_name_the_command(folder):
    """Of Latin-1 and of UTF-16, for a file and for a pipe."""
    path = in_file(folder, "ä\n1\n".encode("latin-1"), "my data.csv")
    quoted = shlex.quote(path)
    assert hint(path) == (f"If it is Latin-1, type iconv -f LATIN1 -t UTF-8 {quoted} > NEW.csv, and use NEW.csv.")
    path = in_file(folder, "x\n1\n".encode("utf-16-be"))
    assert hint(path) == f"To read it, type iconv -f UTF-16BE -t UTF-8 {path} > NEW.csv, and use NEW.csv."


def test_the_hint_of_a_pipe_names_a_pipe(piped):
    """There is no file to rewrite."""
    with pytest.raises(DataError) as caught:
        list(piped(Pipe(b"\xe9\n1\n")))
    assert caught.value.hint == "If it is Latin-1, pipe it through iconv -f LATIN1 -t UTF-8."


def test_parquet_and_numpy_by_the_name_of_a_csv_are_refused(folder):
    """Each is named, with how to make a CSV of it."""
    pd.DataFrame({"x": [1]}).to_parquet(folder / "parquet.csv")
    with (folder / "npy.csv").open("wb") as file:
        np.save(file, np.arange(3))
    for name, message in (("parquet.csv", " is a Parquet file, not CSV."), ("npy.csv", " is a NumPy array, not CSV.")):
        path = str(folder / name)
        assert outcome(stream_columns(path), path)[3] == message
        assert "NEW.csv" in hint(path)


def test_a_pipe_of_another_format_is_refused_in_words_of_a_pipe(piped):
    """There is no file to name in a command."""
    with pytest.raises(DataError, match=r"^standard input is compressed with gzip\.") as caught:
        list(piped(Pipe(gzip.compress(b"x\n1\n"))))
    assert caught.value.hint == "Pipe CSV into the command."


def test_files_that_are_not_there_or_are_folders_are_refused(folder):
    """Each in one sentence."""
    for path, message in ((f"{folder}/no.csv", " does not exist."), (str(folder), " is a folder, not a file.")):
        assert outcome(stream_columns(path), path)[3] == message


def test_the_home_folder_is_expanded(folder, monkeypatch):
    """A path may start with ~."""
    in_file(folder, "x\n1\n", "home.csv")
    monkeypatch.setenv("HOME", str(folder))
    assert outcome(stream_columns("~/home.csv"), "~")[1] == [("1",)]


def test_closed_standard_input_is_refused(monkeypatch):
    """A process may be started without one."""
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError, match=r"^Standard input is closed\."):
        next(stream_columns("-"))


def test_rows_are_passed_on_as_they_come(piped):
    """Whole rows at once, a row that is cut when it is whole, one with a line end in a cell when that is closed."""
    pipe = Pipe(b"x,t\n", b"1,a\n2,", b'b" c\n', b'3,"c\n', b'd"\n4,e\n', b"\n", b"5,f")
    seen = [
        (piece.first, piece.column("x").tolist(), piece.column("t").tolist(), len(pipe.blocks)) for piece in piped(pipe)
    ]
    assert seen == [
        (0, ["1"], ["a"], 5),
        (1, ["2"], ['b" c'], 4),
        (2, ["3", "4"], ["c\nd", "e"], 2),
        (4, ["5"], ["f"], 0),
    ]


@pytest.mark.parametrize("block", [5, 7, 64, 2**12])
@pytest.mark.parametrize("rows", [1, 2, 100, 1025])
def test_every_row_is_read_once_however_long_blocks_are(folder, piped, monkeypatch, rows, block):
    """In order, and in pieces that know their place, from a file as from a pipe."""
    monkeypatch.setattr(text, "BLOCK", block)
    content = ("x,y\n" + "".join(f"{i},{i * 2}\n" for i in range(rows))).encode()
    expected = (["x", "y"], [(str(i), str(i * 2)) for i in range(rows)], True, None)
    assert read(folder, content) == expected
    assert outcome(piped(BytesIO(content)), "standard input") == expected


@pytest.mark.parametrize("around", [-2, -1, 0, 1, 2])
def test_a_block_may_end_anywhere(folder, monkeypatch, around):
    """Inside a character, before or after a line end, inside a CRLF."""
    monkeypatch.setattr(text, "BLOCK", 2**16)
    row = "é" * 30
    for end in ("\n", "\r\n"):
        content = f"x{end}{'a' * (2**16 - 2 * len(end) - 1 + around)}{end}{row}{end}é1".encode()
        assert [cells for (cells,) in read(folder, content)[1][1:]] == [row, "é1"]


def test_a_wide_row_is_one_row(folder):
    """As many columns as anyone has."""
    names, cells = [f"c{i}" for i in range(20_000)], [str(i) for i in range(20_000)]
    assert read(folder, f"{','.join(names)}\n{','.join(cells)}\n") == (names, [tuple(cells)], True, None)


def test_what_is_not_a_plain_file_is_read_too(folder):
    """Such as the other end of another command, ``seqtasks predict NET <(command)``."""
    code = "import sys; from seqtasks.tables.csv_file import stream_columns\n"
    code += "print([piece.column('x').tolist() for piece in stream_columns(sys.argv[1])])"
    command = f"{sys.executable} -c {shlex.quote(code)} <(printf 'x\\n1\\n2\\n')"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "[[1, 2]]\n"
