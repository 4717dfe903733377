"""``seqtasks plugins``."""

import json
import os
import subprocess
import sys

import pytest


def test_what_each_brings_and_what_is_wrong(seqtasks, plugin):
    """Problems are this command's data, and not repeated on stderr."""
    done = seqtasks("plugins", "--plugin", plugin)
    assert (done.code, done.err) == (1, "")
    assert any(line.endswith("--plugin  gru, leaky") for line in done.out.splitlines())
    assert f"{plugin}: seqtasks_task is not a hook; the hooks are seqtasks_tasks" in done.out


def test_exit_code_says_whether_something_is_wrong(seqtasks, write, monkeypatch):
    """1 if a plugin is broken, with JSON too; a blocked plugin is not a problem. Other commands continue."""
    assert seqtasks("plugins").code == 0
    broken = write("broken.py", "1 / 0")
    assert [seqtasks("plugins", *words, "--plugin", broken).code for words in ((), ("--json",))] == [1, 1]
    assert seqtasks("plugins", "--plugin", "absent.py").code == 1
    assert seqtasks("list", "--plugin", broken).code == 0
    monkeypatch.setenv("SEQTASKS_BLOCK", "broken")
    assert seqtasks("plugins", "--plugin", broken).code == 0


def test_plugin_for_another_interface_is_told_of_once(seqtasks, write):
    """That its entries are set aside while commands go on; why, where one is used and by seqtasks plugins."""
    text = "from seqtasks import Entry, hookimpl\nSEQTASKS_INTERFACE = 999\n"
    text += "@hookimpl\ndef seqtasks_tasks():\n    yield Entry('thing', 'A thing.', 'textwrap:wrap')\n"
    foreign = write("foreign.py", text)
    aside = f"Plugin {foreign}: its entries are set aside. Run seqtasks plugins to see why.\n"
    assert seqtasks("list", "--plugin", foreign).err == aside
    done = seqtasks("show", "thing", "--plugin", foreign)
    assert done.err.startswith(f"{aside}Error: The task thing is provided by {foreign}, which was made for plugin ")
    assert done.err.count("interface 999") == 2  # in the error and, as what to install, in its hint
    assert f"{foreign}: was made for plugin interface 999" in seqtasks("plugins", "--plugin", foreign).out


def test_debug_shows_the_traceback_of_a_broken_plugin(seqtasks, write, monkeypatch):
    """On stderr, so that what is listed stays data."""
    broken = write("broken.py", "1 / 0")
    plain = seqtasks("plugins", "--plugin", broken)
    monkeypatch.setenv("SEQTASKS_DEBUG", "1")
    done = seqtasks("plugins", "--plugin", broken)
    assert (plain.err, done.out) == ("", plain.out)
    assert f'  File "{broken}", line 1, in <module>\n' in done.err
    assert done.err.endswith("ZeroDivisionError: division by zero\n")


def test_json(seqtasks, plugin, monkeypatch):
    """Each plugin with its names by kind; a blocked one provides none."""
    builtin, mixed = json.loads(seqtasks("plugins", "--json", "--plugin", plugin).out)
    assert builtin["name"] == "seqtasks"
    readout = ["ridge", "rls"]
    assert builtin["trainers"] == ["batch", "online", "rtrl", "snap", "rflo", "uoro", "kf-rtrl", "diagonal", *readout]
    assert (mixed["tasks"], mixed["cells"], mixed["models"]) == (["gru"], ["leaky"], [])
    assert len(mixed["problems"]) == 1
    monkeypatch.setenv("SEQTASKS_BLOCK", "mixed")
    mixed = json.loads(seqtasks("plugins", "--json", "--plugin", plugin).out)[1]
    assert (mixed["blocked"], mixed["tasks"], mixed["problems"]) == (True, [], [])


@pytest.mark.tensorflow
@pytest.mark.parametrize("command", [("list", "tasks"), ("plugins",), ("show", "prev-bit")], ids=" ".join)
def test_a_plugin_that_imports_keras_at_its_top_prints_nothing(tmp_path, command):
    """TensorFlow writes to file descriptor 2 as it is imported; the user sees none of it."""
    (tmp_path / "eager.py").write_text("import keras\n\nlayer = keras.layers.Dense(1)\nlayer.build((1, 1))\n")
    environ = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-m", "seqtasks", *command, "--plugin", str(tmp_path / "eager.py")],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
    )
    assert done.stderr == ""
    assert "prev-bit" in done.stdout
