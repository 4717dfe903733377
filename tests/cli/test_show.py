"""``seqtasks show``."""

import json
import math
import subprocess
import sys

import pytest
from matplotlib.image import imread


def test_task_is_drawn_with_its_settings(seqtasks):
    """Summary, law, settings, eight aligned steps, yardsticks and depth."""
    done = seqtasks("show", "delay:lag=2")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("delay:lag=2 (task)\n\nThe input of ``lag`` steps ago")
    assert "y[t] = 1 - x[t - lag]" in done.out
    assert "symbols  an integer, at least 2, or none" in done.out
    assert "Example" not in done.out
    table = [line.split() for line in done.out[done.out.index("t  x  y") :].splitlines()[1:9]]
    x = [int(row[1]) for row in table]
    y = [row[2] for row in table]
    assert [row[0] for row in table] == [str(t) for t in range(8)]
    assert y == ["(1)", "(1)", *(str(1 - bit) for bit in x[:6])]
    assert done.out.endswith(
        "(y) is not counted in the loss.\nLoss: chance 0.1875, memoryless 0.1875, optimum 0.\n"
        "Depth: gradients must flow through 3 cell evaluations.\n"
    )


def test_task_as_json(seqtasks):
    """The same as data: settings with their limits, steps with their weights."""
    (shown,) = json.loads(seqtasks("show", "delay:lag=2", "--json").out)
    assert (shown["name"], shown["kind"], shown["spec"]) == ("delay", "task", "delay:lag=2")
    assert shown["recorded"] == "delay:lag=2,symbols=none,p=0.25,negate=true"
    assert shown["steps"]["weights"] == [0, 0, 1, 1, 1, 1, 1, 1]
    assert shown["yardsticks"] == {"chance": 0.1875, "memoryless": 0.1875, "optimum": 0.0}
    assert shown["depth"] == 3
    lag = shown["parameters"][0]
    assert (lag["name"], lag["type"], lag["default"], lag["required"], lag["range"]["low"]) == (
        "lag",
        "int",
        1,
        False,
        0,
    )


def test_model_and_optimizer(seqtasks):
    """A model's settings and, on the shelves no plugin fills, an optimizer's."""
    done = seqtasks("show", "gru")
    assert "gru (model)" in done.out
    assert "glorot-uniform" in done.out
    assert "t  x  y" not in done.out
    assert "learning_rate" in seqtasks("show", "adam").out


def test_name_on_several_shelves(seqtasks, plugin):
    """All are shown."""
    done = seqtasks("show", "gru", "--plugin", plugin)
    assert done.out.startswith("gru (task)\n")
    assert "\ngru (model)\n" in done.out


def test_cell(seqtasks, plugin):
    """A cell is shown as the model that it makes."""
    done = seqtasks("show", "leaky", "--plugin", plugin)
    assert done.out.startswith("leaky (cell)\n\nA leaky cell: h' = h/2 + x.\n")
    shown = [line.split()[0] for line in done.out.splitlines()[5:]]
    assert shown == ["units", "leak", "layers", "readout", "dropout", "readout_initializer"]


def test_task_that_needs_settings_is_not_drawn(seqtasks):
    """A table cannot be drawn before its file is named."""
    done = seqtasks("show", "table")
    assert done.code == 0
    assert "To see steps of table, set what is required: seqtasks show table:KEY=VALUE" in done.out


def test_columns_that_a_table_leaves_out_are_shown(seqtasks, tmp_path):
    """Under the steps, and as data."""
    path = tmp_path / "t.csv"
    path.write_text("y,day\n" + "".join(f"{i * i % 61},d{i}\n" for i in range(60)))
    done = seqtasks("show", f"table:path={path},target=y")
    notes = [
        'Column day is not an input, because it has 48 labels, such as "d0", and categories=20 is the bound. '
        "Join rare labels; a larger categories= raises the bound: each label is an input.",
        "The inputs are y; inputs=y chooses them without these notes.",
    ]
    assert done.out.splitlines()[-2:] == notes
    (shown,) = json.loads(seqtasks("show", f"table:path={path},target=y", "--json").out)
    assert shown["notes"] == notes


def test_task_that_cannot_be_made_says_why(seqtasks):
    """The reason stands where the steps would."""
    done = seqtasks("show", "table:path=absent.csv,target=y")
    assert done.code == 0
    assert "cannot be shown: " in done.out
    assert "absent.csv" in done.out


def test_mistyped_name(seqtasks):
    """Exit code 2, the nearest name, the next command, nothing on stdout."""
    done = seqtasks("show", "prev-bti")
    assert (done.code, done.out) == (2, "")
    assert (
        done.err
        == "Error: Nothing is named 'prev-bti'.\nHint: Did you mean prev-bit? seqtasks list shows every name.\n"
    )


def test_mistyped_name_may_be_a_broken_plugin_s(seqtasks, plugin):
    """A plugin with problems is named as a possible reason."""
    done = seqtasks("show", "prev-bti", "--plugin", plugin)
    assert f"Not everything of {plugin} is in use: seqtasks plugins says why." in done.err


def test_mistyped_setting(seqtasks):
    """An unknown key names what is allowed."""
    done = seqtasks("show", "delay:lagg=2")
    assert done.code == 2
    assert done.err.startswith(
        "Error: delay has no parameter 'lagg'.\nHint: Did you mean lag? delay takes lag, symbols"
    )


@pytest.fixture
def hours(tmp_path):
    """A file of hours: a daily cycle, a missing cell, a gap, and a column of remarks."""
    path = tmp_path / "hours.csv"
    load = ["" if n == 30 else f"{5 + math.sin(n * math.pi / 12) + n % 5:.3f}" for n in range(200)]
    lines = [f"2024-01-{1 + n // 24:02} {n % 24:02}:00,{load[n]},r{n}" for n in range(200) if not 50 <= n < 60]
    path.write_text("\n".join(["at,load,remark", *lines]) + "\n")
    return str(path)


def test_a_table_is_described_after_its_settings(seqtasks, hours):
    """Rows, times, gaps, each column, the period, the reference, and both parts, and then the steps."""
    done = seqtasks("show", f"table:path={hours},target=load,missing=forward")
    assert (done.code, done.err) == (0, "")
    shown = done.out[done.out.index("\nrows") + 1 : done.out.index("\nt  x")]
    assert shown == (
        "rows       190\n"
        "times      2024-01-01 00:00:00 to 2024-01-09 07:00:00 in column at, usually 1 hour apart\n"
        "gaps       1; it lasts 11 hours, after 2024-01-03 01:00:00\n"
        "\n"
        "column  holds         missing  used as\n"
        "at      times         0        times of the rows\n"
        "load    numbers       1        target, input\n"
        'remark  labels (152)  0        left out: it has 152 labels, such as "r0", and categories=20 is the bound\n'
        "\n"
        "period     5 rows (5 hours), found\n"
        "reference  seasonal persistence, the value a period ago\n"
        "training   152 rows, 2024-01-01 00:00:00 to 2024-01-07 17:00:00\n"
        "test       38 rows, 2024-01-07 18:00:00 to 2024-01-09 07:00:00\n"
    )
    assert len(done.out[done.out.index("\nt  x") :].split("Loss:")[0].splitlines()) == 10


def test_groups_are_counted_in_the_description(seqtasks, tmp_path):
    """How many there are, how many rows they have, and in which one the longest gap is."""
    path = tmp_path / "shops.csv"
    rows = [(day, shop) for day in range(1, 31) for shop in "ABC" if (shop, day) not in {("B", 9), ("C", 1), ("C", 2)}]
    lines = [f"{shop},2024-01-{day:02},{day * ord(shop) % 7}" for day, shop in rows]
    path.write_text("\n".join(["shop,day,sold", *lines]) + "\n")
    shown = seqtasks("show", f"table:path={path},target=sold,group=shop").out
    assert (
        "rows       87\n"
        "groups     3 labels in column shop, 28 to 30 rows each, the median 29\n"
        "times      2024-01-01 00:00:00 to 2024-01-30 00:00:00 in column day, usually 1 day apart\n"
        "gaps       1; it lasts 2 days, after 2024-01-08 00:00:00 in group B\n"
    ) in shown
    assert "shop    labels (3)  0        labels of the groups\n" in shown
    equal = f"table:path={path},target=sold,group=shop,time=none,inputs=sold"
    path.write_text(
        "\n".join(["shop,sold", *(line.replace(line[1:13], ",") for line in lines if line[0] != "C")]) + "\n"
    )
    shown = seqtasks("show", equal).out
    assert "groups     2 labels in column shop, 29 to 30 rows each, the median 29.5\n" in shown
    assert "times      none: the rows of each group are in the order of the file\n" in shown
    assert "training   47 rows\ntest       12 rows\n" in shown


def test_a_table_is_described_even_if_values_are_missing(seqtasks, hours):
    """The error stands in the place of the steps, below the description that helps to mend it."""
    done = seqtasks("show", f"table:path={hours},target=load")
    assert done.code == 0
    assert "load    numbers       1        target, input\n" in done.out
    assert "reference" not in done.out[done.out.index("\nrows") :]
    assert done.out.splitlines()[-1].endswith(
        "hours.csv: 1 value is missing: 1 in column load (row 31). To fill them in, choose one: missing=forward fills "
        "each with the last known value; missing=interpolate, mask and drop are alternatives."
    )


def test_rows_without_times_and_columns_without_names(seqtasks, tmp_path):
    """Numbers of rows in place of times, and a line for the column that has no name."""
    path = tmp_path / "t.csv"
    path.write_text(",y\n" + "".join(f"{n},{n * n % 11}\n" for n in range(60)))
    out = seqtasks("show", f"table:path={path},target=y").out
    assert "times      none: the rows are in the order of the file\n" in out
    assert "left out: it has no name" in out
    assert "training   48 rows, rows 1 to 48\ntest       12 rows, rows 49 to 60\n" in out


def test_the_description_is_data_too(seqtasks, hours):
    """The facts of the text, and why there are no steps; a law has no such facts."""
    (shown,) = json.loads(seqtasks("show", f"table:path={hours},target=load", "--json").out)
    found = shown["overview"]
    assert (found["rows"], found["dropped"], found["period"], found["references"]) == (190, 0, 5, [])
    assert found["time"]["gaps"] == 1
    assert found["columns"][1] == {
        "name": "load",
        "content": "numbers",
        "labels": None,
        "missing": 1,
        "uses": ["target", "input"],
        "reason": "",
    }
    assert found["test"] == {"rows": 38, "first": "2024-01-07 18:00:00", "last": "2024-01-09 07:00:00"}
    assert "1 value is missing" in shown["not_drawn"]
    (law,) = json.loads(seqtasks("show", "prev-bit", "--json").out)
    assert law["overview"] is None


def test_plot_draws_the_target(seqtasks, hours, tmp_path):
    """Even where values are missing; a file of another kind is replaced with --force only."""
    spec, path = f"table:path={hours},target=load", tmp_path / "a.png"
    assert seqtasks("show", spec, "--plot", str(path)).code == 0
    assert imread(path).shape[:2] == (360, 900)
    path.write_text("mine")
    refused = seqtasks("show", spec, "--plot", str(path))
    assert (refused.code, path.read_text()) == (2, "mine")
    assert "exists and is not a PNG picture.\nHint: Name another file, or add --force" in refused.err
    assert seqtasks("show", spec, "--plot", str(path), "--force").code == 0
    assert imread(path).shape[:2] == (360, 900)


@pytest.mark.parametrize("name", ["prev-bit", "gru", "tasks", "table"])
def test_plot_needs_a_table(seqtasks, tmp_path, name):
    """An error before anything is printed, with the command to type."""
    path = tmp_path / "a.png"
    done = seqtasks("show", name, "--plot", str(path))
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"Error: --plot draws the target of a table, and {name} has none.\n"
        "Hint: Leave out --plot, or name a table: seqtasks show table:path=FILE,target=COLUMN --plot series.png\n"
    )
    assert not path.exists()


def test_plot_of_a_file_that_cannot_be_read_is_its_error(seqtasks, tmp_path):
    """Exit code 1 and no picture."""
    done = seqtasks("show", "table:path=absent.csv,target=y", "--plot", str(tmp_path / "a.svg"))
    assert (done.code, done.out) == (1, "")
    assert "absent.csv does not exist" in done.err
    assert seqtasks("show", "prev-bit", "--plot", "a.gif").code == 2


def test_show_of_a_law_stays_light():
    """It loads neither pandas nor Matplotlib."""
    code = (
        "import sys\nfrom seqtasks.__main__ import main\nsys.argv = ['seqtasks', 'show', 'prev-bit']\n"
        "import atexit\n"
        "atexit.register(lambda: print(sorted({'pandas', 'matplotlib', 'tensorflow'} & set(sys.modules))))\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "t  x  y" in done.stdout
    assert done.stdout.endswith("[]\n")
