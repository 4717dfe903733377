"""Predictions are the network's outputs in the user's units and labels, for any pieces of rows."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Encoding, Output, Shapes
from seqtasks.errors import DataError
from seqtasks.files import prediction
from seqtasks.files.forecast import as_table
from seqtasks.files.store import Stored
from seqtasks.tables import text
from seqtasks.tables.csv_file import stream_columns

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
WEATHER = Encoding(("temp", "wind"), (10.0, 0.0), (5.0, 2.0), (Output("load", 1, 100.0, 20.0),))


def stored(shapes, encoding):
    host = Host.start([PLUGIN])
    network = host.make("models", host.spec("models", "elman:units=4")).build(shapes, 5)
    return Stored(network, encoding, "elman:units=4", "t")


def csv(path, header, rows):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)


def tables(network, pieces):
    return [as_table(network.encoding, each, coverage=0.9) for each in prediction.predictions(network, pieces)]


def flat(network, pieces):
    return [row for table in tables(network, pieces) for row in zip(*table.values(), strict=True)]


def names(network, rows):
    return list(tables(network, stream_columns(rows))[0])


@pytest.fixture
def weather():
    """A network of two columns that predicts a third."""
    return stored(Shapes(2, 1), WEATHER)


@pytest.mark.parametrize("rows", [1, 100, 1000])
def test_values_in_the_columns_own_unit(tmp_path, monkeypatch, weather, rows):
    """One pass of the network over the scaled columns, scaled back; the state is carried from piece to piece."""
    monkeypatch.setattr(text, "BLOCK", 1000)
    x = np.random.default_rng(0).normal(10, 5, (rows, 2)).round(3)
    path = csv(tmp_path / "a.csv", "wind,odd,temp", [f"{b},word,{a}" for a, b in x])
    got = np.array(flat(weather, stream_columns(path)))[:, 0]
    scaled = ((x - [10, 0]) / [5, 2]).astype(np.float32)[None]
    assert got == pytest.approx(100 + 20 * weather.network(scaled)[0, :, 0], rel=1e-6)
    assert names(weather, path) == ["load"]


def test_binary(tmp_path):
    """The label, then the probability of each: p = 1 / (1 + exp(-logit))."""
    network = stored(
        Shapes(1, 1, "binary"), Encoding(("x",), (0.0,), (1.0,), (Output("rain"),), classes=("dry", "wet"))
    )
    path = csv(tmp_path / "a.csv", "x", ["-2", "0.5", "3"])
    rows = flat(network, stream_columns(path))
    p = 1 / (1 + np.exp(-network.network(np.float32([[[-2], [0.5], [3]]]))[0, :, 0].astype(float)))
    assert names(network, path) == ["rain", "p(dry)", "p(wet)"]
    assert [row[0] for row in rows] == ["wet" if one > 0.5 else "dry" for one in p]
    assert [row[2] for row in rows] == pytest.approx(p)
    assert [row[1] + row[2] for row in rows] == pytest.approx([1, 1, 1])


def test_classes_of_symbols(tmp_path):
    """The most probable label, and probabilities that sum to 1: softmax of the logits."""
    network = stored(Shapes(3, 3, "class", True), Encoding.plain(Shapes(3, 3, "class", True)))
    path = csv(tmp_path / "a.csv", "x", ["2", "0", "1", "1"])
    rows = flat(network, stream_columns(path))
    logits = network.network(np.int32([[[2], [0], [1], [1]]]))[0].astype(float)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert names(network, path) == ["y", "p(0)", "p(1)", "p(2)"]
    assert [row[0] for row in rows] == [str(k) for k in p.argmax(axis=1)]
    assert np.array([row[1:] for row in rows]) == pytest.approx(p)


def test_huge_logits_are_certain():
    """No overflow: a logit of 1e30 is a probability of 1."""
    network = stored(Shapes(1, 1, "binary"), Encoding(("x",), (0.0,), (1.0,), (Output("y"),), classes=("0", "1")))
    for sign, label in ((1, "1"), (-1, "0")):
        w, u, v = network.network.weights()
        network.network.load([np.abs(w), 0 * u, np.full_like(v, sign * 1e30)])
        [row] = flat(network, stream_columns_of("x\n1\n"))
        assert row[0] == label
        assert sorted(row[1:]) == [0, 1]


def stream_columns_of(text):
    stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(text.encode()))
    try:
        yield from stream_columns("-")
    finally:
        sys.stdin = stdin


def test_standard_input(weather):
    """``-`` reads standard input, and is named so in errors."""
    assert len(flat(weather, stream_columns_of("temp,wind\n1,2\n3,4\n"))) == 2
    with pytest.raises(DataError, match=r"^standard input: column wind, row 2 is empty, not a finite number"):
        flat(weather, stream_columns_of("temp,wind\n1,2\n3,\n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("temp,wnd\n1,2\n", "has no column wind, which the network was trained on"),
        ("temp,wind\n1,2\nx,4\n", 'column temp, row 2 is "x", not a finite number'),
        ("temp,wind\n1,2\n3,inf\n", 'column wind, row 2 is "inf", not a finite number'),
        ("temp,wind\n1,nan\n", "column wind, row 1 is"),
        ("temp,wind\n1,1e300\n", "column wind, row 1 is 1e+300, too large"),
        ("temp,wind\n1,2\n3,4,5\n", "row 2 has 3 cells; the first line has 2 names."),
        ("temp,wind\n", "holds no rows"),
        ("", "is empty."),
    ],
)
def test_bad_files(tmp_path, weather, text, words):
    """Each is one sentence with the file, the column and the row in it."""
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        flat(weather, stream_columns(str(path)))
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint


NOT_FINITE = 'FILE: column {}, row {} is "?", not a finite number.'
BAD = {
    "a-cell": (["1,2", "3,4", "5,?"], 2, NOT_FINITE.format("wind", 3)),
    "a-cell-of-the-later-column-first": (["1,2", "3,?", "?,6"], 1, NOT_FINITE.format("wind", 2)),
    "a-cell-of-the-earlier-column-first": (["1,2", "?,4", "5,?"], 1, NOT_FINITE.format("temp", 2)),
    "two-cells-of-a-row": (["1,2", "?,?"], 1, NOT_FINITE.format("temp", 2)),
    "the-first-row": (["?,2", "1,2"], 0, NOT_FINITE.format("temp", 1)),
    "too-large": (["1,2", "1e300,4", "?,6"], 1, "FILE: column temp, row 2 is 1e+300, too large."),
    "a-short-row": (["1,2", "3", "5,?"], 1, "FILE: row 2 has 1 cell; the first line has 2 names."),
    "a-stray-quotation-mark": (
        ["1,2", '3,"4', "5,?"],
        1,
        "FILE: row 2 opens a cell with a quotation mark and does not close it.",
    ),
}


@pytest.mark.parametrize(("lines", "good", "message"), BAD.values(), ids=BAD)
def test_all_rows_before_the_first_bad_one_are_predicted(tmp_path, weather, lines, good, message):
    """A file and a pipe that sends row after row give the same predictions, and the same error names the same row."""
    path = csv(tmp_path / "a.csv", "temp,wind", lines)
    scaled = np.float32([[[-1.8, 1], [-1.4, 2]]])
    expected = (100 + 20 * weather.network(scaled)[0, :good, 0]).tolist()
    for pieces, name in ((stream_columns(path), path), (row_by_row("temp,wind", lines), "standard input")):
        rows = []
        with pytest.raises(DataError) as caught:
            rows.extend(row for piece in prediction.predictions(weather, pieces) for row in piece.values[:, 0])
        assert rows == pytest.approx(expected, rel=1e-6)
        assert caught.value.message.replace(name, "FILE") == message


def row_by_row(head, lines):
    """A pipe that sends one line after the other."""
    blocks = [f"{line}\n".encode() for line in (head, *lines)]
    pipe = SimpleNamespace(read1=lambda _size: blocks.pop(0) if blocks else b"")
    stdin, sys.stdin = sys.stdin, SimpleNamespace(buffer=pipe)
    try:
        yield from stream_columns("-")
    finally:
        sys.stdin = stdin


@pytest.mark.parametrize("cell", ["3", "-1", "0.5"])
def test_no_symbol(tmp_path, cell):
    """Symbols are the integers that the network knows."""
    network = stored(Shapes(3, 3, "class", True), Encoding.plain(Shapes(3, 3, "class", True)))
    with pytest.raises(DataError, match=f"column x, row 2 is {cell}, not a symbol") as caught:
        flat(network, stream_columns(csv(tmp_path / "a.csv", "x", ["2", cell])))
    assert caught.value.hint == "Use an integer from 0 to 2."
