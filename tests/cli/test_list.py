"""``seqtasks list``."""

import json
from pathlib import Path

import pytest


def test_everything_in_columns(seqtasks):
    """Each name with its kind and summary, one a line where stdout is no terminal."""
    done = seqtasks("list")
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert lines[0] == "name        kind     summary"
    assert "prev-bit    task     Output the previous bit, negated." in lines
    assert "online      trainer  One step at a time, gradients through a window." in lines


def test_one_kind_as_json(seqtasks):
    """JSON holds the kind asked for, with whose each name is."""
    done = seqtasks("list", "trainers", "--json")
    shown = json.loads(done.out)
    assert list(shown) == ["trainers"]
    names = ["batch", "diagonal", "kf-rtrl", "online", "rflo", "ridge", "rls", "rtrl", "snap", "uoro"]
    assert [(e["name"], e["plugin"]) for e in shown["trainers"]] == [(name, "seqtasks") for name in names]


def test_cells_stand_among_the_models_asked_for(seqtasks, plugin):
    """`list` shows a cell once, `list models` shows it as what --model takes."""
    shown = json.loads(seqtasks("list", "--json", "--plugin", plugin).out)
    assert [e["name"] for e in shown["models"]] == ["delay-line", "esn", "gru", "lstm", "simple-rnn"]
    assert {"name": "leaky", "summary": "A leaky cell.", "plugin": plugin} in shown["cells"]
    cells = [e["name"] for e in shown["cells"]]
    models = json.loads(seqtasks("list", "models", "--json", "--plugin", plugin).out)["models"]
    assert [e["name"] for e in models] == ["delay-line", "esn", "gru", "lstm", "simple-rnn", *cells]


def test_plugin_before_and_after_the_command(seqtasks, plugin):
    """Both places work, and a problem of a plugin is printed once, on stderr."""
    before, after = seqtasks("--plugin", plugin, "list", "cells"), seqtasks("list", "cells", "--plugin", plugin)
    assert before == after
    assert "leaky" in before.out
    assert before.err.count("seqtasks_task is not a hook") == 1
    assert before.err.startswith(f"Plugin {plugin}: ")


def test_unknown_kind(seqtasks):
    """An unknown kind is a usage error that names all kinds."""
    done = seqtasks("list", "networks")
    assert (done.code, done.out) == (2, "")
    assert "'networks' is not one of 'tasks', 'cells', 'models', 'trainers'" in done.err


@pytest.mark.parametrize(
    ("kind", "first", "last"), [("optimizers", "adadelta", "sgd"), ("initializers", "constant", "zeros")]
)
def test_names_of_keras(seqtasks, kind, first, last):
    """Keras's names are listed by their kind, and by ``show``, as text and as JSON."""
    done = seqtasks("list", kind)
    lines = done.out.splitlines()
    assert (done.code, done.err, lines[1].split()[:2]) == (0, "", [first, kind.removesuffix("s")])
    assert lines[-1].startswith(f"{last} ")
    assert seqtasks("show", kind) == done
    record = json.loads(seqtasks("list", kind, "--json").out)
    assert [record[kind][0][key] for key in ("name", "plugin")] == [first, "keras"]
    assert seqtasks("show", kind, "--json") == seqtasks("list", kind, "--json")


@pytest.mark.parametrize("kind", ["tasks", "cells", "models", "trainers"])
def test_show_lists_a_kind(seqtasks, kind):
    """As ``list`` does."""
    assert seqtasks("show", kind) == seqtasks("list", kind)


def test_wrong_optimizer_leads_to_the_list(seqtasks):
    """The hint is a command that lists them."""
    done = seqtasks("run", "prev-bit", "--model", "gru", "--trainer", "online:optimizer=adan")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("Hint: Did you mean adam? seqtasks list optimizers shows every name.\n")


def test_a_suite_is_listed_and_neither_shown_nor_checked(seqtasks, write):
    """Each command that cannot use it names the one that can."""
    file = write(
        "suites.py",
        "from seqtasks import Entry, hookimpl\n\n"
        "def memory(host):\n    return {'tasks': ['prev-bit'], 'models': ['gru']}\n\n"
        "@hookimpl\ndef seqtasks_suites():\n    yield Entry('memory', 'One.', f'{__name__}:memory')\n",
    )
    assert "memory     suite  One." in seqtasks("list", "suites", "--plugin", file).out
    shown = seqtasks("show", "memory", "--plugin", file)
    assert (shown.code, "memory is a suite: seqtasks bench memory runs it." in shown.err) == (2, True)
    checked = seqtasks("check", file)
    assert "The suite memory has no checks. seqtasks bench memory checks it" in checked.out + checked.err
    assert json.loads(seqtasks("plugins", "--plugin", file, "--json").out)[-1]["suites"] == ["memory"]


def test_an_observer_is_listed_shown_and_not_checked(seqtasks):
    """With its settings; a file of observers alone has nothing to check, which is no failure."""
    file = str(Path(__file__).parents[1] / "support" / "watching_plugin.py")
    assert [
        e["name"] for e in json.loads(seqtasks("list", "observers", "--json", "--plugin", file).out)["observers"]
    ] == ["watching"]
    assert "watching (observer)" in seqtasks("show", "watching", "--plugin", file).out
    checked = seqtasks("check", file)
    assert checked.code == 0
    assert "The observer watching has no checks. seqtasks run TASK --model MODEL --observe watching" in (
        checked.out + checked.err
    )
