"""``seqtasks predict``: a saved network on a user's rows."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.files import network_file, store

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
ROWS = 9000  # several pieces


@pytest.fixture
def net(seqtasks, tmp_path):
    """``net("same-bit")`` saves a network for that task and returns its file's path."""

    def make(task):
        path = str(tmp_path / "a.net")
        words = ("--model", "elman", "--trainer", "still", "--steps", "20", "--plugin", PLUGIN, "--save", path)
        done = seqtasks("run", task, *words)
        assert done.code == 0, done.err
        return path

    return make


@pytest.fixture
def bits(tmp_path):
    """A CSV file with a column of bits and a column of words, and the bits."""
    x = np.random.default_rng(1).integers(0, 2, ROWS)
    path = tmp_path / "bits.csv"
    path.write_text("word,x\n" + "".join(f"w{i},{bit}\n" for i, bit in enumerate(x)))
    return str(path), x


def network(path):
    return store.load(path, Host.start([PLUGIN])).network


def test_csv(seqtasks, net, bits):
    """A row for each row, equal to the network's outputs to seven digits; the state is carried over all pieces."""
    path, (data, x) = net("same-bit"), bits
    done = seqtasks("predict", path, data, "--plugin", PLUGIN)
    assert (done.code, done.err) == (0, "")
    rows = list(csv.reader(io.StringIO(done.out)))
    wanted = network(path)(x[None, :, None].astype(np.float32))[0, :, 0]
    assert rows[0] == ["y"]
    assert np.array([float(y) for (y,) in rows[1:]]) == pytest.approx(wanted, rel=1e-6)


def test_json(seqtasks, net, bits):
    """The same as one list of objects, numbers unrounded."""
    path, (data, x) = net("same-bit"), bits
    rows = json.loads(seqtasks("predict", path, data, "--plugin", PLUGIN, "--json").out)
    wanted = network(path)(x[None, :, None].astype(np.float32))[0, :, 0]
    assert [row["y"] for row in rows] == wanted.astype(float).tolist()


def test_json_has_no_nan(seqtasks, net, bits, tmp_path):
    """A network that ran away predicts null."""
    path = net("same-bit")
    host = Host.start([PLUGIN])
    stored = store.load(path, host)
    broken = [np.full_like(array, np.nan) for array in stored.network.weights()]
    stored.network.load(broken)
    store.save(network_file.target(path, False), stored, host, versions={})
    (tmp_path / "one.csv").write_text("x\n1\n")
    done = seqtasks("predict", path, str(tmp_path / "one.csv"), "--plugin", PLUGIN, "--json")
    assert json.loads(done.out) == [{"y": None}]


def test_labels_and_probabilities(seqtasks, net, tmp_path):
    """A network for classes of symbols prints the likeliest and the probability of each."""
    path = net("delay:symbols=3")
    (tmp_path / "s.csv").write_text("x\n2\n0\n1\n")
    rows = list(csv.DictReader(io.StringIO(seqtasks("predict", path, str(tmp_path / "s.csv"), "--plugin", PLUGIN).out)))
    assert list(rows[0]) == ["y", "p(0)", "p(1)", "p(2)"]
    for row in rows:
        probabilities = [float(row[f"p({k})"]) for k in range(3)]
        assert sum(probabilities) == pytest.approx(1, abs=1e-6)
        assert int(row["y"]) == int(np.argmax(probabilities))


def test_table_in_its_own_unit(seqtasks, net, tmp_path):
    """A network of a table takes the table's columns by name and gives the target's own unit."""
    x = np.random.default_rng(2).normal(50, 9, (100, 2)).round(2)
    data = tmp_path / "t.csv"
    data.write_text("load,temp\n" + "".join(f"{a},{b}\n" for a, b in x))
    path = net(f"table:path={data},target=load,inputs=temp")
    stored = store.load(path, Host.start([PLUGIN]))
    e = stored.encoding
    assert (e.columns, e.target) == (("temp",), "load")
    train = x[:80]
    assert (e.means[0], e.outputs[0].mean) == pytest.approx((train[:, 1].mean(), train[:, 0].mean()), abs=0.2)
    done = seqtasks("predict", path, str(data), "--plugin", PLUGIN)
    scaled = ((x[:, 1:] - e.means) / e.scales).astype(np.float32)[None]
    wanted = stored.network(scaled)[0, :, 0] * e.outputs[0].scale + e.outputs[0].mean
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert list(rows[0]) == ["row", "ahead", "load"]
    assert [int(row["row"]) for row in rows] == [*range(1, 101)]
    assert np.array([row["load"] for row in rows], float) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "rows", "message"),
    [
        (
            "word,z\na,1\n",
            0,
            (
                "has no column x, which the network was trained on.",
                "Add the column. The network needs x; the file has word, z.",
            ),
        ),
        ("x\n1\n?\n", 1, ('column x, row 2 is "?", not a finite number.', "It is the sentinel of a missing value")),
        ("x\n" + "1\n" * 5000 + "a\n", 5000, ('column x, row 5001 is "a", not a finite number.', "Correct the cell")),
        ("x\n", 0, ("holds no rows.", "Add a row for each time step")),
        ("", 0, ("is empty.", "Write the column names in the first line")),
        (
            "x;z,a\n1;2,3\n",
            0,
            ("can be read with commas or semicolons between its cells.", "Choose one: sep=comma or sep=semicolon."),
        ),
        ("x,z\n1,2\n3\n", 1, ("row 2 has 1 cell; the first line has 2 names.", "Write one cell for each name")),
    ],
)
def test_bad_data(seqtasks, net, tmp_path, monkeypatch, text, rows, message):
    """Exit code 1, the file, the column and the row, after all rows before it; of a pipe as of a file."""
    path, data = net("same-bit"), str(tmp_path / "b.csv")
    Path(data).write_text(text)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    done = [seqtasks("predict", path, source, "--plugin", PLUGIN) for source in (data, "-")]
    assert done[0].code == done[1].code == 1
    assert done[0].out == done[1].out
    assert done[0].out.count("\n") == (rows + 1 if rows else 0)
    assert done[0].err.replace(data, "standard input") == done[1].err
    first, second = done[0].err.splitlines()
    assert first.startswith(f"Error: {data}")
    assert first.endswith(message[0])
    assert second.startswith(f"Hint: {message[1]}")


@pytest.mark.parametrize(
    "labels",
    [("01", "1", "2"), ("10000000000000001", "10000000000000002", "x"), ("2000_01", "2000_02", 'a,"b"')],
    ids=["zeros", "large", "text"],
)
def test_labels_are_printed_as_the_table_has_them(seqtasks, net, tmp_path, labels):
    """Through the network file, into the names and cells of CSV and JSON."""
    data = tmp_path / "t.csv"
    with data.open("w", newline="") as file:
        csv.writer(file).writerows([["y", "x"], *([labels[i % 3], i % 5] for i in range(60))])
    path = net(f"table:path={data},target=y,inputs=x,kind=class")
    rows = list(csv.DictReader(io.StringIO(seqtasks("predict", path, str(data), "--plugin", PLUGIN).out)))
    assert list(rows[0]) == ["row", "ahead", "y", *(f"p({label})" for label in labels)]
    objects = json.loads(seqtasks("predict", path, str(data), "--plugin", PLUGIN, "--json").out)
    for row, record in zip(rows, objects, strict=True):
        assert row["y"] == record["y"] == max(labels, key=lambda label: record[f"p({label})"])


def test_columns_in_another_order_and_others_beside_them(seqtasks, net, tmp_path):
    """Columns are found by name."""
    a, b, path = tmp_path / "a.csv", tmp_path / "b.csv", net("echo:lags=1,2")
    a.write_text("x\n1\n0\n1\n")
    b.write_text("word,x,\nu,1,\nv,0,\nw,1,\n")
    done = [seqtasks("predict", path, str(data), "--plugin", PLUGIN) for data in (a, b)]
    assert done[0].code == 0
    assert done[0] == done[1]


@pytest.mark.parametrize("words", [("no.net", "no.csv"), (__file__, "no.csv")])
def test_no_network(seqtasks, words):
    """A missing or a foreign file is named, before the data is looked at."""
    done = seqtasks("predict", *words)
    assert (done.code, done.out) == (1, "")
    assert words[0] in done.err
    assert done.err.endswith("Hint: Write one with seqtasks run ... --save FILE.\n")


def test_missing_plugin(seqtasks, net):
    """The model's plugin is asked for."""
    path = net("same-bit")
    done = seqtasks("predict", path, "no.csv")
    assert (done.code, done.out) == (1, "")
    assert "needs the model elman" in done.err
    assert "name it with --plugin" in done.err


def piped(net, stdin, tail=""):
    command = f"{sys.executable} -m seqtasks predict {net} - --plugin {PLUGIN} {tail}"
    return subprocess.run(["bash", "-c", command], input=stdin, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tail", ["", "--json"])
def test_broken_pipe_is_quiet(net, tail):
    """``| head -1`` ends it without a word."""
    done = piped(net("same-bit"), "x\n" + "1\n" * 50_000, f"{tail} | head -1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout in ("y\n", "[\n")


def test_rows_are_answered_while_the_pipe_stays_open(net):
    """A live stream: the answer to the first rows comes before the last row is sent."""
    process = subprocess.Popen(
        [sys.executable, "-m", "seqtasks", "predict", net("same-bit"), "-", "--plugin", PLUGIN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        process.stdin.write("x\n0\n1\n")
        process.stdin.flush()
        first = [process.stdout.readline() for _ in range(3)]
        out, _ = process.communicate("1\n")
    assert first[0] == "y\n"
    assert float(first[1]) != float(first[2])
    assert out.count("\n") == 1


def test_memory_does_not_grow_with_the_rows(net):
    """From 20 000 rows to 400 000 the greatest memory of the process grows by less than 30 MiB."""

    def peak(rows):
        code = (
            "import resource, sys\n"
            "from seqtasks.__main__ import main\n"
            f"sys.argv = ['seqtasks', 'predict', {path!r}, '-', '--plugin', {PLUGIN!r}]\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], input="x\n" + "1\n" * rows, capture_output=True, text=True, check=True
        )
        assert done.stdout.count("\n") == rows + 1
        return int(done.stderr)

    path = net("same-bit")
    assert peak(400_000) - peak(20_000) < 30 * 1024


@pytest.mark.tensorflow
def test_network_of_keras_layers(seqtasks, tmp_path, bits):
    """The same numbers as the network that was trained, read back by another command."""
    path, (data, x) = str(tmp_path / "k.net"), bits
    seqtasks("run", "prev-bit", "--model", "gru:units=3", "--steps", "200", "--save", path)
    done = seqtasks("predict", path, data)
    assert (done.code, done.err) == (0, "")
    wanted = network(path)(x[None, :, None].astype(np.float32))[0, :, 0]
    assert np.array(done.out.splitlines()[1:], float) == pytest.approx(wanted, rel=1e-6)


def test_a_decimal_mark_and_a_query_hold_for_prediction_too(seqtasks, net, tmp_path):
    """As they were chosen for the training: other rows show no mark, and the database has more than one table."""
    y = np.round(np.random.default_rng(0).normal(0, 50, 60)).astype(int)  # 7,5 means 7.5; 1,000 means 1
    (tmp_path / "a.csv").write_text("y;x\n" + "".join(f"{v},0;{i % 7}\n" for i, v in enumerate(y)))
    path = net(f"table:path={tmp_path}/a.csv,target=y,decimal=comma,sep=semicolon")
    (tmp_path / "point.csv").write_text("y;x\n1.000;3\n")
    refused = seqtasks("predict", path, str(tmp_path / "point.csv"), "--plugin", PLUGIN)
    assert refused.code == 1
    assert 'column y, row 1 is "1.000", not a finite number' in refused.err
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as base:
        base.execute("create table rows (y real, x real)")
        base.execute("create table others (z real)")
        base.executemany("insert into rows values (?, ?)", [(float(v), i % 7) for i, v in enumerate(y)])
        base.commit()
    query = "select y, x from rows where x < 5"
    path = net(f'table:path={tmp_path}/a.sqlite,target=y,query="{query}"')
    done = seqtasks("predict", path, str(tmp_path / "a.sqlite"), "--plugin", PLUGIN)
    assert (done.code, len(done.out.splitlines())) == (0, 1 + sum(i % 7 < 5 for i in range(60)))


@pytest.fixture
def hourly(seqtasks, tmp_path):
    """A network that forecasts two hours of a table with times, and the table's file."""
    rows = [f"2020-01-{1 + i // 24:02d} {i % 24:02d}:00,{i % 7 + i % 3}" for i in range(200)]
    (tmp_path / "a.csv").write_text("\n".join(["t,y", *rows]) + "\n")
    path = str(tmp_path / "a.net")
    words = ("--model", "elman", "--trainer", "still", "--steps", "20", "--plugin", PLUGIN, "--save", path)
    done = seqtasks("run", f"table:path={tmp_path}/a.csv,target=y,ahead=1-2", *words)
    assert done.code == 0, done.err
    return path, str(tmp_path / "a.csv")


def test_forecasts_of_the_last_row(seqtasks, hourly):
    """With the times that are forecast."""
    done = seqtasks("predict", *hourly, "--last", "--plugin", PLUGIN)
    lines = [line.split(",")[:2] for line in done.out.splitlines()]
    assert lines == [["t", "ahead"], ["2020-01-09T08:00:00", "1"], ["2020-01-09T09:00:00", "2"]]
    found = json.loads(seqtasks("predict", *hourly, "--last", "--json", "--plugin", PLUGIN).out)
    assert [(row["t"], row["ahead"]) for row in found] == [(line[0], int(line[1])) for line in lines[1:]]


def test_forecasts_are_drawn(seqtasks, hourly, tmp_path):
    """A file of another kind is not replaced, which is found before anything is printed."""
    path = tmp_path / "f.png"
    done = seqtasks("predict", *hourly, "--plot", str(path), "--plugin", PLUGIN)
    assert (done.code, len(done.out.splitlines())) == (0, 401)
    assert path.read_bytes().startswith(b"\x89PNG")
    path.write_text("mine")
    done = seqtasks("predict", *hourly, "--plot", str(path), "--plugin", PLUGIN)
    assert (done.code, done.out, path.read_text()) == (2, "", "mine")


def test_an_interval_that_the_network_does_not_have_is_refused(seqtasks, hourly):
    """With what it has, or where intervals come from."""
    done = seqtasks("predict", *hourly, "--interval", "0.9", "--plugin", PLUGIN)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"Error: {hourly[0]} has no intervals.\n"
        "Hint: They come with a table whose trainer has a validation part, such as batch:validation=0.2.\n"
    )


def test_no_row_that_can_be_predicted_is_an_empty_list(seqtasks, net, tmp_path):
    """Where training dropped rows with a missing value; no picture is drawn."""
    rows = [f"{i % 7},{i % 5}" for i in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(["y,x", "1,", *rows]) + "\n")
    path = net(f"table:path={tmp_path}/a.csv,target=y,missing=drop")
    (tmp_path / "b.csv").write_text("y,x\n1,\n2,\n")
    words = ("--json", "--plot", str(tmp_path / "b.png"), "--plugin", PLUGIN)
    done = seqtasks("predict", path, str(tmp_path / "b.csv"), *words)
    assert (done.code, json.loads(done.out)) == (0, [])
    assert "rows with a missing value get no prediction" in done.err
    assert not (tmp_path / "b.png").exists()


def test_sequences_of_an_npz_file(seqtasks, net, tmp_path):
    """A line for each sequence as CSV; the same numbers in an NPZ file; and options of rows are refused."""
    x = np.random.default_rng(0).normal(size=(40, 6, 2))
    data, out = str(tmp_path / "trips.npz"), str(tmp_path / "out.npz")
    np.savez(data, X=x, y=np.where(x[:, 0, 0] > 0, "a", "b"))
    words = ("predict", net(f"sequences:path={data}"), data, "--plugin", PLUGIN)
    rows = list(csv.DictReader(io.StringIO(seqtasks(*words).out)))
    assert [row["sequence"] for row in rows] == [str(n) for n in range(1, 41)]
    assert (seqtasks(*words, "--npz", out).code, [*rows[0]]) == (0, ["sequence", "y", "p(a)", "p(b)"])
    with np.load(out) as arrays:
        assert arrays["y"].tolist() == [row["y"] for row in rows]
        assert arrays["p"] == pytest.approx(np.array([[row["p(a)"], row["p(b)"]] for row in rows], float), rel=1e-6)
    refused = seqtasks(*words, "--last")
    assert (refused.code, refused.err.splitlines()[0]) == (
        2,
        "Error: --last is for the rows of a table, and the data are sequences.",
    )
    assert seqtasks(*words, "--npz", str(tmp_path / "out.csv")).code == 2
