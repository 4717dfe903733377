"""``seqtasks show``."""

import json


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
        "Join rare labels, or raise the bound: each label is an input.",
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
