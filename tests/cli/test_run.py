"""``seqtasks run``: what is typed wrongly, what goes wrong later, and what is printed, drawn and saved."""

import json
import math
import os
import re
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.cli import run
from seqtasks.files import store
from seqtasks.running.result import Result

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
FAST = ("--model", "elman", "--trainer", "still", "--plugin", PLUGIN)
FIELDS = {
    "task",
    "model",
    "trainer",
    "seed",
    "steps",
    "updates",
    "parameters",
    "loss",
    "loss_error",
    "chance",
    "memoryless",
    "optimum",
    "skill",
    "solved",
    "steps_per_second",
    "seconds",
    "history",
    "versions",
}
TIMES = ("seconds", "steps_per_second")


def json_of(text):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


TYPED = [
    ("prev-bt --model gru", "There is no task named 'prev-bt'.", "Did you mean prev-bit?"),
    ("prev-bit --model gur", "There is no model named 'gur'.", "Did you mean gru?"),
    ("prev-bit --model gru --trainer onlin", "There is no trainer named 'onlin'.", "Did you mean online?"),
    ("prev-bit --model gru:unit=3", "gru has no parameter 'unit'.", "Did you mean units?"),
    ("prev-bit --model gru:units=0", "gru: units=0 is out of range.", "units takes an integer, at least 1."),
    ("prev-bit --model gru:units=1e3", "gru: units=1e3 is not an integer.", "units takes an integer"),
    ("prev-bit --model gru --units 0", "gru: units=0 is out of range.", "units takes an integer, at least 1."),
    ("prev-bit --model gru:units=2 --units 3", "units is 2 in 'gru:units=2' and 3 in --units.", "Leave out one"),
    ("prev-bit --model gru:kernel_initializer=foo", "There is no initializer named 'foo'.", "seqtasks list init"),
    ("prev-bit --model gru --steps -1", "steps is -1.", "steps takes an integer from 1 to"),
    ("prev-bit --model gru --steps 0", "steps is 0.", "steps takes an integer from 1 to"),
    (f"prev-bit --model gru --steps {10**20}", f"steps is {10**20}.", "steps takes an integer from 1 to"),
    ("prev-bit --model gru --epochs 0", "epochs is 0.", "epochs takes an integer from 1 to"),
    ("prev-bit --model gru --epochs 1 --steps 1", "steps and epochs both set the budget", "Leave one of them out."),
    ("prev-bit --model gru --seed -1", "seed is -1.", "seed takes an integer from 0 to"),
    ("prev-bit --model gru --learning-rate 0", "The learning rate is 0.0.", "Use a finite number above 0"),
    ("prev-bit --model gru --learning-rate nan", "The learning rate is nan.", "Use a finite number above 0"),
    ("prev-bit --model gru --learning-rate inf", "The learning rate is inf.", "Use a finite number above 0"),
    ("prev-bit --model gru -t online:optimizer.learning_rate=nan", "adam: learning_rate=nan is not a number.", "above"),
    ("prev-bit --model gru -t online:optimizer.learning_rate=0", "adam: learning_rate=0.0 is out of range.", "above 0"),
    ("prev-bit --model gru -t online:window=0", "online: window=0 is out of range.", "at least 1"),
    ("prev-bit --model gru -t online:lanes=-2", "online: lanes=-2 is out of range.", "at least 1"),
    ("delay:lag=-3 --model gru", "delay: lag=-3 is out of range.", "at least 0"),
    ("same-bit:p=1.5 --model gru", "same-bit: p=1.5 is out of range.", "above 0, below 1"),
    ("same-bit:p=nan --model gru", "same-bit: p=nan is not a number.", "above 0, below 1"),
    ("table:target=a --model gru", "table needs path.", "Write table:path="),
    ("prev-bit --model gru --save /nowhere/a", "The folder /nowhere does not exist.", "mkdir -p /nowhere"),
    ("prev-bit --model gru --save /", "/ is a folder.", "Name a file in it"),
    (
        "prev-bit --model gru --save /dev/null --force",
        "/dev/null is a device or a pipe, not a file.",
        "Name a regular file.",
    ),
    ("prev-bit --model gru --save a.png --plot a.png", "save and plot both name a.png.", "Name two files."),
    ("prev-bit --model gru --replicas 0", "replicas is 0.", "replicas takes an integer from 1 to"),
    (
        "prev-bit --model gru --metric r2 --metric f1_marco",
        "scikit-learn has no scorer 'f1_marco'.",
        "Did you mean f1_macro? The names are ",
    ),
    (
        "prev-bit --model gru --metric f1_macro --save a.net",
        "The metric f1_macro does not fit the test data: it compares labels, and the targets are numbers.",
        ", neg_mean_absolute_error, ",
    ),
    ("prev-bit --model gru --dtype half", "dtype is 'half'.", "dtype takes one of: float32, float64."),
    (
        "prev-bit --model gru --replicas 2 --save a.net",
        "A network file holds one network, but this run trains 2.",
        "To save one of them",
    ),
    (
        "prev-bit --model gru --plot a.pdf",
        "The name of the picture 'a.pdf' ends in neither .png nor .svg.",
        "Name it a.png",
    ),
]


@pytest.fixture
def without_tensorflow(monkeypatch):
    """Importing TensorFlow fails, and with it Keras, as if they were not there."""
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    for name in [
        name for name in sys.modules if name.partition(".")[0] == "keras" or name.startswith("seqtasks.keras")
    ]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize(("words", "message", "hint"), TYPED)
def test_typed_wrongly(seqtasks, without_tensorflow, tmp_path, monkeypatch, words, message, hint):
    """One sentence and a hint, exit code 2, nothing written, and TensorFlow is not needed to say so."""
    monkeypatch.chdir(tmp_path)
    done = seqtasks("run", *words.split())
    assert (done.code, done.out) == (2, "")
    first, second = done.err.splitlines()
    assert first.startswith(f"Error: {message}"), first
    assert second.startswith("Hint: ")
    assert hint in second
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("spec", ["", ":", "gru:units", "gru:=3", "gru:units=3,units=4", "gru:units=3,,", 'gru:"'])
def test_specs_of_no_form(seqtasks, without_tensorflow, spec):
    """Exit code 2 and a hint, never an unforeseen error."""
    done = seqtasks("run", "prev-bit", "--model", spec)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: ")
    assert "\nHint: " in done.err
    assert "Unexpected" not in done.err


def test_model_is_required(seqtasks):
    """Typer says so, with exit code 2."""
    done = seqtasks("run", "prev-bit")
    assert (done.code, done.out) == (2, "")
    assert "Missing option '--model'" in done.err


@pytest.mark.parametrize("model", ["gru", "indrnn"], ids=["model", "cell"])
def test_other_back_end(model):
    """Named in the environment, it is refused before Keras is imported, which could not import it."""
    words = ["run", "prev-bit", "--model", model]
    environment = os.environ | {"KERAS_BACKEND": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-m", "seqtasks", *words], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: KERAS_BACKEND is 'nonsense'; seqtasks needs Keras on TensorFlow.\nHint: ")


def test_networks_without_keras_run_whatever_its_back_end(seqtasks, without_tensorflow, monkeypatch):
    """A model of a plugin that computes with NumPy alone."""
    monkeypatch.setitem(os.environ, "KERAS_BACKEND", "jax")
    done = seqtasks("run", "same-bit", *FAST, "--steps", "20", "--json")
    assert (done.code, done.err) == (0, "")
    assert set(json_of(done.out)["versions"]) == {"python", "seqtasks", "numpy"}


def test_the_terminal_tells_what_is_loaded(seqtasks, monkeypatch):
    """The model by its name, for any library."""
    phases = []

    class Display:
        def __init__(self, doing):
            phases.append(doing)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def doing(self, what):
            phases.append(what)

        def show(self, *_):
            pass

    monkeypatch.setattr("seqtasks.display.live.Display", Display)
    monkeypatch.setattr("seqtasks.cli.run.quiet", nullcontext)  # which puts another stream in stderr's place
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert seqtasks("run", "prev-bit", *FAST, "--steps", "20").code == 0
    assert phases == ["loading elman", "compiling", "evaluating on fresh data"]


def test_existing_file_is_kept(seqtasks, without_tensorflow, tmp_path):
    """A file of another kind is refused before the run, and is what it was."""
    (tmp_path / "thesis.txt").write_text("years")
    done = seqtasks("run", "prev-bit", "--model", "gru", "--save", str(tmp_path / "thesis.txt"))
    assert (done.code, done.out) == (2, "")
    assert "thesis.txt exists and is not a seqtasks network." in done.err
    assert (tmp_path / "thesis.txt").read_text() == "years"


def test_record(seqtasks):
    """Every field of the design, in JSON that round-trips, with consistent values."""
    done = seqtasks("run", "delay:lag=2", *FAST, "--steps", "500", "--seed", "4", "--json")
    record = json_of(done.out)
    assert done.code == 0
    assert set(record) >= FIELDS
    assert (record["task"], record["model"]) == ("delay:lag=2,symbols=none,p=0.25,negate=true", "elman:units=3")
    assert (record["seed"], record["steps"], record["parameters"]) == (4, 500, 15)
    assert (record["chance"], record["memoryless"], record["optimum"]) == (0.1875, 0.1875, 0.0)
    assert record["skill"] == pytest.approx((0.1875 - record["loss"]) / 0.1875)
    assert record["solved"] is False
    assert set(record["seconds"]) == {"load", "compile", "train", "evaluate"}
    assert record["history"]["step"][-1] == 500
    assert len(record["history"]["step"]) == len(record["history"]["loss"]) == 498  # the first 2 do not count
    assert set(record["versions"]) == {"python", "seqtasks", "numpy"}
    assert Result.from_json(done.out).to_json() + "\n" == done.out


def test_history_is_bounded(seqtasks):
    """At most 1000 points, the last at the last step."""
    record = json_of(seqtasks("run", "prev-bit", *FAST, "--steps", "2500", "--json").out)
    assert len(record["history"]["step"]) <= 1000
    assert record["history"]["step"][-1] == 2500


def test_window_shorter_than_the_task(seqtasks):
    """One line on stderr says so before training; none where it reaches."""
    assert seqtasks("run", "delay:lag=3", *FAST, "--steps", "9").err == (
        "Gradients are truncated after 1 step, but delay needs 4. Use --trainer online:window=4 or --trainer rtrl.\n"
    )
    assert seqtasks("run", "same-bit", *FAST, "--steps", "9").err == ""


def test_steps_that_were_learned_meanwhile_are_no_beginning(seqtasks, monkeypatch):
    """However long the terminal takes, a run that was not resumed does not say that it goes on from somewhere."""

    def late(event, request, notes=run.notes):
        time.sleep(0.5)  # far longer than the nine steps take
        return notes(event, request)

    monkeypatch.setattr(run, "notes", late)
    assert seqtasks("run", "same-bit", *FAST, "--steps", "9").err == ""


def test_report(seqtasks):
    """A line each for what was run, the loss, its yardsticks and the verdict."""
    done = seqtasks("run", "same-bit", *FAST, "--steps", "1200", "--seed", "4")
    lines = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    assert (lines["task"], lines["model"]) == ("same-bit", "elman, 15 weights")
    assert lines["trainer"] == "still, 1,200 steps, 7 updates, seed 4"
    assert lines["memoryless"].startswith("0  ")
    assert "not solved (0 is chance, 1 the optimum, solved from 0.95)" in lines["skill"]


def test_save_and_plot(seqtasks, tmp_path):
    """The network that was judged, and a picture; both named on stderr."""
    net, png = tmp_path / "a.net", tmp_path / "a.png"
    done = seqtasks("run", "same-bit", *FAST, "--seed", "4", "--save", str(net), "--plot", str(png))
    assert done.err == f"Network saved: {net}\nCurve drawn: {png}\n"
    back = store.load(net, Host.start([PLUGIN]))
    assert (back.model, back.task) == ("elman:units=3", "same-bit:p=0.25")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert sorted(os.listdir(tmp_path)) == ["a.net", "a.png"]


def test_a_precision_that_a_model_does_not_have(seqtasks):
    """One sentence, and what the model supports."""
    done = seqtasks("run", "same-bit", *FAST, "--dtype", "float64")
    assert done.code == 2
    assert done.err == (
        "Error: The model elman does not compute in float64.\nHint: Use dtype=float32, or another model.\n"
    )


@pytest.mark.parametrize("blow", ["1e9", "1e38"])
def test_divergence(seqtasks, tmp_path, blow):
    """Exit code 1; the record has null for a loss that is not finite, and an older network file stays."""
    net = tmp_path / "a.net"
    seqtasks("run", "same-bit", *FAST, "--save", str(net))
    before = net.read_bytes()
    words = ("same-bit", "--model", "elman", "--plugin", PLUGIN, "--trainer", f"still:blow={blow}", "--save", str(net))
    done = seqtasks("run", *words, "--json")
    record = json_of(done.out)
    assert (done.code, record["status"], record["solved"]) == (1, "diverged", False)
    assert record["loss"] is None or record["loss"] > 1000 * 0.1875
    assert done.err == f"The network diverged and was not saved to {net}. Try a smaller learning rate.\n"
    assert net.read_bytes() == before
    assert "diverged: the loss is not finite or above 1000 times chance" in seqtasks("run", *words).out


def test_record_survives_a_full_disk(seqtasks, tmp_path, monkeypatch):
    """The error and the record are printed, and the exit code is 1."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = seqtasks("run", "same-bit", *FAST, "--save", str(tmp_path / "a.net"), "--json")
    assert done.code == 1
    assert json_of(done.out)["status"] == "done"
    assert f"Error: {tmp_path}/a.net cannot be written: No space left on device.\n" in done.err
    assert os.listdir(tmp_path) == []


def test_what_c_code_said_is_shown_when_nobody_foresaw_the_failure(seqtasks, monkeypatch):
    """Held back while all is well, shown before an unforeseen error, and not before a foreseen one."""
    from seqtasks.running import session  # noqa: PLC0415 - patched below

    def fails(self):
        os.write(2, b"chatter\n")
        raise RuntimeError("odd")

    monkeypatch.setattr(session.Session, "judged", fails)
    assert seqtasks("run", "same-bit", *FAST).err == (
        "chatter\nError: Unexpected RuntimeError: odd\nHint: Set SEQTASKS_DEBUG=1 to see the traceback.\n"
    )


def test_what_a_plugin_writes_while_its_settings_are_read_is_shown(seqtasks, tmp_path, monkeypatch):
    """Its task has no class in its source text, so that it is imported before the run starts."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "loud_task.py").write_text(
        "import os\nfrom seqtasks.tasks.prev_bit import PrevBit\n"
        'os.write(2, b"LoudWarning: old data\\n")\nLoud = type("Loud", (PrevBit,), {})\n'
    )
    (tmp_path / "loud_plugin.py").write_text(
        "from seqtasks import Entry, hookimpl\n"
        '@hookimpl\ndef seqtasks_tasks():\n    yield Entry("loud", "", "loud_task:Loud")\n'
    )
    done = seqtasks("run", "loud", *FAST, "--plugin", str(tmp_path / "loud_plugin.py"), "--steps", "9")
    assert done.code == 0
    assert done.err.startswith("LoudWarning: old data\n")


TABLES = [
    ("", "is empty"),
    ("a,b\n", "holds no rows"),
    ("a,b\n1,2\n", None),
    ("a,b\n1,2\n3,4,5\n", "row 2 has 3 cells; the first line has 2 names."),
    ("a,b\n1,2,3\n3,4,5\n", "row 1 has 3 cells; the first line has 2 names."),
    ("a,b\n1,2\n3,x\n" + "5,6\n" * 50, 'column b, row 2 is "x", not a finite number'),
    ("a,b\n1,2\n3,\n" + "5,6\n" * 50, "1 value is missing: 1 in column b (row 2"),
    ("a,b\n" + "5,6\n" * 50, None),
    ("a,b\n" + "1,1e300\n2,-1e300\n" * 50, None),
    ("a,a\n1,2\n3,4\n", "more than one column a"),
]


@pytest.mark.parametrize(("text", "words"), TABLES)
def test_tables(seqtasks, tmp_path, text, words):
    """Empty, single-row, ragged, non-numeric, missing, constant, huge, ambiguous: a sentence and 1, or a result."""
    path = tmp_path / "a.csv"
    path.write_text(text)
    done = seqtasks("run", f"table:path={path},target=a", *FAST, "--steps", "30", "--json")
    assert done.code in (0, 1, 2)
    assert "Unexpected" not in done.err
    if words is not None:
        assert (done.code, done.out) == (1, "")
    if done.code == 0:
        assert math.isfinite(json_of(done.out)["loss"])
    else:
        assert (words or "") in done.err
        assert str(path) in done.err
        assert "\nHint: " in done.err


def test_columns_that_are_left_out_are_named_on_stderr(seqtasks, tmp_path):
    """A line for each, and one that chooses the inputs; inputs= leaves nothing to name."""
    path = tmp_path / "a.csv"
    values = np.random.default_rng(0).integers(9, size=100)  # no baseline forecasts them
    path.write_text("a,day,b\n" + "".join(f'{a},Mon,"{n},000"\n' for n, a in enumerate(values, 1)))
    done = seqtasks("run", f"table:path={path},target=a,kind=real", *FAST, "--steps", "30", "--json")
    assert done.code == 0
    assert done.err.splitlines() == [
        'Column day is not an input, because every cell is "Mon". A column with a single label carries no information.',
        'Column b is not an input, because row 1 is "1,000", not a number. '
        "Write numbers with a decimal point and without thousands separators, such as 1234.5.",
        "The inputs are a; inputs=a chooses them without these notes.",
        f"Warning: {Result.from_json(done.out).warning}",
    ]
    done = seqtasks("run", f"table:path={path},target=a,kind=real,inputs=a", *FAST, "--steps", "30", "--json")
    assert (done.code, done.err) == (0, f"Warning: {Result.from_json(done.out).warning}\n")


@pytest.mark.parametrize("record", [(), ("--json",)], ids=["report", "json"])
def test_a_run_that_ends_below_a_forecast_without_a_network(seqtasks, tmp_path, record):
    """One warning on stderr, once, that names the best forecast; standard output has the report or the record alone."""
    path = tmp_path / "a.csv"
    path.write_text("a\n" + "".join(f"{n}\n" for n in np.random.default_rng(0).integers(9, size=100)))
    done = seqtasks("run", f"table:path={path},target=a,kind=real", *FAST, "--steps", "30", *record)
    assert done.code == 0
    assert re.fullmatch(
        r"Warning: The loss \d\.\d{4} is above that of mean, a forecast without a network: \d\.\d{4}\. "
        r"Train for more steps, or try the default trainer of the task, fewer units, or other inputs\. "
        r"Otherwise, use that forecast\.\n",
        done.err,
    )
    assert "Warning" not in done.out


def environment(**more):
    return os.environ | {"SEQTASKS_BLOCK": "*"} | more


def whole(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", "seqtasks", "run", *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        **options,
    )


@pytest.mark.tensorflow
def test_same_seed_same_record_and_nothing_on_stderr():
    """Two processes print the same JSON to the bit, apart from times; no chatter of TensorFlow reaches stderr."""
    words = ("prev-bit", "--model", "gru:units=4", "--steps", "2000", "--seed", "7", "--json")
    first, second = whole(*words), whole(*words)
    assert (first.returncode, first.stderr) == (second.returncode, second.stderr) == (0, "")
    a, b = json_of(first.stdout), json_of(second.stdout)
    for name in TIMES:
        del a[name], b[name]
    assert a == b
    assert a["updates"] == 1999  # the first step does not count


@pytest.mark.tensorflow
def test_sizes_that_fit_no_machine(seqtasks):
    """Refused with the arithmetic."""
    done = seqtasks("run", "prev-bit", "--model", "gru:units=1000000000")
    assert (done.code, done.out) == (2, "")
    assert "3,000,000,010,000,000,001 x 4 bytes x 5 (weights, gradient, three optimizer slots) = " in done.err
    assert "Hint: Use fewer units or layers." in done.err


@pytest.mark.tensorflow
def test_learning_rate_that_diverges(seqtasks):
    """1e9 is a number above 0, so it is tried, and the record says what came of it."""
    words = ("delay:lag=2", "--model", "gru", "--steps", "300", "--learning-rate", "1e9")
    done = seqtasks("run", *words, "--json")
    assert (done.code, json_of(done.out)["status"]) == (1, "diverged")


REPLICAS = ("prev-bit", "--model", "elman", "--trainer", "readout:fails=2", "--plugin", PLUGIN, "--replicas", "3")


def test_history_without_json(seqtasks, without_tensorflow):
    """There is nothing to leave it out of."""
    done = seqtasks("run", "prev-bit", "--model", "gru", "--no-history")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "Error: --no-history has no effect without --json.\nHint: Add --json, or leave out --no-history.\n"
    )


def test_metrics(seqtasks):
    """Each by a line of the report, and in the record."""
    words = ("run", "same-bit", *FAST, "--steps", "50", "--metric", "r2", "--metric", "neg_max_error")
    lines = [line.split(maxsplit=1) for line in seqtasks(*words).out.splitlines()]
    n = next(n for n, (name, _) in enumerate(lines) if name == "metrics")
    assert lines[n][1].startswith("r2 ")
    assert lines[n + 1][0] == "neg_max_error"
    record = json_of(seqtasks(*words, "--json").out)
    assert list(record["metrics"]) == ["r2", "neg_max_error"]
    assert record["metrics"]["r2"]["chance"] == pytest.approx(0, abs=1e-3)


def test_report_of_replicas(seqtasks, tmp_path):
    """The number of solved replicas, the median next to the yardsticks, and a line for each replica."""
    png = tmp_path / "a.png"
    done = seqtasks("run", *REPLICAS, "--steps", "600", "--seed", "1", "--plot", str(png))
    lines = {line[:10].strip(): line[11:] for line in done.out.splitlines()}
    assert lines["model"] == "elman, 15 weights each"
    assert lines["trainer"] == "readout:fails=2, 600 steps each, 299 updates each, seeds 1 to 3"
    assert lines["solved"] == "0 of 3, 95 % interval 0.00 to 0.56"
    assert lines["loss"].endswith(" on fresh data, the median")
    assert lines["seed 2"] == "diverged"
    assert lines["seed 3"].endswith(", not solved")
    assert "steps/s over all replicas, " in lines["speed"]
    assert done.code == 0
    assert png.read_bytes().startswith(b"\x89PNG")


def test_record_of_replicas(seqtasks):
    """Two fields more than that of a single run."""
    record = json_of(seqtasks("run", *REPLICAS, "--steps", "100", "--json").out)
    single = json_of(seqtasks("run", *FAST, "--steps", "100", "same-bit", "--json").out)
    assert set(record) - set(single) == {"solved_share", "replicas"}
    assert [one["seed"] for one in record["replicas"]] == [0, 1, 2]
    assert {"step", "loss"} <= set(record["history"])
    short = json_of(seqtasks("run", *REPLICAS, "--steps", "100", "--json", "--no-history").out)
    assert set(record) - set(short) == {"history"}
    assert [set(a) - set(b) for a, b in zip(record["replicas"], short["replicas"], strict=True)] == [{"history"}] * 3


def test_replicas_that_all_diverge(seqtasks):
    """Exit code 1, like a single one."""
    done = seqtasks("run", *REPLICAS, "--trainer", "readout:rate=1e30")
    assert done.code == 1
    assert "diverged: the loss is not finite" in done.out
