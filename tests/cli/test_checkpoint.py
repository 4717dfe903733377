"""``run --checkpoint``: real processes that are stopped, killed and started again."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from support.environment import environment

from seqtasks.files.checkpoint import FILE
from seqtasks.files.locked_folder import LOCK

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
FAST = ("prev-bit", "--model", "elman", "--trainer", "readout", "--plugin", PLUGIN, "--json")


def words(*more):
    return [sys.executable, "-m", "seqtasks", "run", *map(str, more)]


def whole(*more):
    """A run in a process of its own; its record without what a clock says."""
    done = subprocess.run(words(*more), capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    return timeless(done.stdout), done.stderr


def timeless(text):
    record = json.loads(text)
    del record["seconds"], record["steps_per_second"]
    return record


def steps_of(folder):
    """How many steps a checkpoint has; reading all of it proves that it is whole."""
    with zipfile.ZipFile(folder / FILE) as archive:
        assert archive.testzip() is None
        return json.loads(archive.read("seqtasks-checkpoint.json"))["state"]["map"]["history"]["map"]["steps"]


@pytest.fixture(scope="module")
def long_run():
    """Some seconds of training, uninterrupted."""
    return whole(*FAST, "--steps", 60_000)[0]


def test_killed_again_and_again(tmp_path, long_run):
    """Whenever it is killed the checkpoint is whole and at most a second old, and the end is the same."""
    more = (*FAST, "--steps", 60_000, "--checkpoint", tmp_path / "saved", "--resume")
    reached = 0
    for moment in (0.05, 0.6, 1.15):
        process = subprocess.Popen(
            words(*more), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), text=True
        )
        before = (tmp_path / "saved" / FILE).stat().st_mtime_ns if reached else 0
        deadline = time.monotonic() + 60
        while not (tmp_path / "saved" / FILE).exists() or (tmp_path / "saved" / FILE).stat().st_mtime_ns == before:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(moment)
        process.kill()
        process.communicate()
        assert steps_of(tmp_path / "saved") > reached
        reached = steps_of(tmp_path / "saved")
        assert time.time() - (tmp_path / "saved" / FILE).stat().st_mtime < 3
    assert reached < 60_000
    record, err = whole(*more)
    assert err == f"Resuming from step {reached:,}.\n"
    assert record == long_run


@pytest.mark.parametrize("moment", ["fsync", "fchmod", "replace"])
def test_killed_while_writing(tmp_path, moment):
    """Before the new file took its place: the old one stays, and what was half written is cleared away."""
    folder = tmp_path / "saved"
    whole(*FAST, "--steps", 1000, "--checkpoint", folder)
    before = (folder / FILE).read_bytes()
    code = (
        "import os, signal, sys\n"
        f"os.{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from seqtasks.__main__ import main\n"
        "main()\n"
    )
    more = (*FAST, "--steps", "2000", "--checkpoint", str(folder), "--resume")
    killed = subprocess.run([sys.executable, "-c", code, "run", *more], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (folder / FILE).read_bytes() == before
    assert len(os.listdir(folder)) == 3
    assert whole(*more)[0] == whole(*FAST, "--steps", 2000)[0]
    assert set(os.listdir(folder)) == {FILE, LOCK}


def test_interrupted(tmp_path, long_run):
    """Ctrl-C ends the training with a checkpoint, and the last line is the command that goes on."""
    folder = tmp_path / "my runs"
    more = (*FAST, "--steps", "60000", "--checkpoint", str(folder))
    process = subprocess.Popen(
        words(*more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True
    )
    while not (folder / FILE).exists():
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    record = json.loads(out)
    assert (process.returncode, record["status"]) == (130, "interrupted")
    assert steps_of(folder) == record["steps"] < 60_000
    first, last = err.splitlines()
    assert first == "Interrupted: evaluating the network as trained so far. Press Ctrl-C again to skip this."
    command = last.removeprefix("Resume with: seqtasks ")
    assert command != last
    done = subprocess.run(
        f"{sys.executable} -m seqtasks {command}", shell=True, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert timeless(done.stdout) == long_run


def test_interrupted_twice_while_writing_is_not_cut_off(tmp_path):
    """The second Ctrl-C leaves at once, but not in the middle of a file."""
    folder = tmp_path / "saved"
    code = (
        "import os, sys, time\n"
        "fsync = os.fsync\n"
        "def slow(file):\n"
        "    print('writing', file=sys.stderr, flush=True)\n"
        "    time.sleep(1.5)\n"
        "    fsync(file)\n"
        "os.fsync = slow\n"
        "from seqtasks.__main__ import main\n"
        "main()\n"
    )
    more = (*FAST, "--steps", "60000", "--checkpoint", str(folder))
    process = subprocess.Popen(
        [sys.executable, "-c", code, "run", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr.readline() == "writing\n"
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["loss"] is None
    assert "Resume with: " in err
    assert set(os.listdir(folder)) == {FILE, LOCK}
    assert steps_of(folder) == 100


def test_interrupted_before_anything_more_was_learned(tmp_path):
    """A run that was resumed and is still compiling has nothing new to judge."""
    still = ("prev-bit", "--model", "elman", "--plugin", PLUGIN, "--checkpoint", str(tmp_path / "saved"), "--trainer")
    whole(*still, "still:compiling=2", "--steps", 100, "--json")
    before = (tmp_path / "saved" / FILE).read_bytes()
    process = subprocess.Popen(
        words(*still, "still:compiling=2", "--steps", 10**9, "--resume"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stderr.readline() == "Resuming from step 100.\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted before anything was learned. Run the command again to start over."
    assert (tmp_path / "saved" / FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("more", "code", "message", "hint"),
    [
        (["--resume"], 2, "resume needs a checkpoint.", "Name its folder: --checkpoint DIR --resume"),
        (["--checkpoint", "saved"], 2, "saved already holds a checkpoint.", "Resume from it with --resume"),
        (
            ["--checkpoint", "saved", "--resume", "--seed", "2"],
            2,
            "The checkpoint in saved belongs to another run: seed is 0 there and 2 here.",
            "Repeat the settings of that run",
        ),
        (["--checkpoint", "file"], 2, "file is not a folder.", "Name a folder"),
        (["--checkpoint", "no/saved"], 2, "The folder no does not exist.", "mkdir -p no"),
        (
            ["--checkpoint", "damaged", "--resume"],
            1,
            "damaged/checkpoint.zip is not a seqtasks checkpoint",
            "Name another folder, or start over: rm damaged/checkpoint.zip",
        ),
    ],
)
def test_refused_before_anything_heavy_is_loaded(seqtasks, tmp_path, monkeypatch, more, code, message, hint):
    """One sentence and a hint; neither NumPy nor TensorFlow is needed to say so."""
    monkeypatch.chdir(tmp_path)
    assert seqtasks("run", *FAST, "--steps", "100", "--checkpoint", "saved").code == 0
    (tmp_path / "file").write_text("mine")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / FILE).write_text("mine")
    before = (tmp_path / "saved" / FILE).read_bytes()
    heavy = (
        "import sys\n"
        "from seqtasks.__main__ import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(sorted({'numpy', 'keras', 'tensorflow'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", heavy, "run", "prev-bit", "--model", "gru", *more],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    again = seqtasks("run", *FAST, *more)
    assert (again.code, again.out) == (code, "")
    first, second = again.err.splitlines()
    assert first.startswith(f"Error: {message}")
    assert second.startswith(f"Hint: {hint}")
    assert (done.returncode, done.stdout) == (code, "[]\n")
    assert (tmp_path / "saved" / FILE).read_bytes() == before


def test_a_full_disk_takes_the_checkpoint_and_not_the_record(seqtasks, tmp_path, monkeypatch):
    """The record and the error are printed, and the exit code is 1."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = seqtasks("run", *FAST, "--steps", "500", "--checkpoint", str(tmp_path / "saved"))
    assert done.code == 1
    assert json.loads(done.out)["status"] == "done"
    assert f"Error: {tmp_path}/saved/{FILE} cannot be written: No space left on device.\n" in done.err
    assert os.listdir(tmp_path / "saved") == [LOCK]


REAL = {
    "online": ("--model", "gru:units=3", "--trainer", "online:lanes=2", 40_000),
    "rtrl": ("--model", "lstm:units=3", "--trainer", "rtrl", 10_000),
    "replicas": ("--model", "gru:units=3", "--trainer", "online", "--replicas", 3, 10_000),
    "batch": ("--model", "gru:units=3,dropout=0.2", "--trainer", "batch:sequences=64,length=8,batch_size=8", 8_000),
    "patience": (
        "--model",
        "lstm:units=3",
        "--trainer",
        "batch:sequences=64,length=8,batch_size=8,patience=3,optimizer=rmsprop,optimizer.learning_rate=0.3",
        12_000,
    ),
    "patient-replicas": (
        "--model",
        "gru:units=3",
        "--trainer",
        "batch:sequences=64,length=8,batch_size=8,patience=2,monitor=r2,optimizer.learning_rate=0.1",
        "--replicas",
        3,
        40_000,
    ),
}


IN_TURN = """
import json, sys
from seqtasks.__main__ import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["seqtasks", "run", *map(str, words)]
    try:
        main()
    except SystemExit as done:
        assert not done.code, words
    print("\\0", end="")
"""


def in_turn(commands):
    """The records of several runs, which one process makes in turn."""
    program = [sys.executable, "-c", IN_TURN, json.dumps(commands)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    return [timeless(text) for text in done.stdout.split("\0")[:-1]]


@pytest.fixture(scope="module")
def real_runs(tmp_path_factory):
    """For each of REAL a quarter of the run, the whole run, and what a new process makes of the quarter."""
    folder = tmp_path_factory.mktemp("real")
    quarters, wholes, resumed = [], [], []
    for name, (*asked, steps) in REAL.items():
        saved = ["--checkpoint", str(folder / name), "--resume"]
        run = ["delay:lag=2", *asked, "--json", "--steps"]
        quarters.append([*run, steps // 4, *saved])
        wholes.append([*run, steps])
        resumed.append([*run, steps, *saved])
    first, second = in_turn([*quarters, *wholes]), in_turn(resumed)
    count = len(REAL)
    return dict(zip(REAL, zip(first[:count], first[count:], second, strict=True), strict=True))


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", REAL)
def test_the_built_in_trainers_go_on_in_a_new_process(real_runs, name):
    """A second process with a larger budget prints what one process prints, to the bit."""
    quarter, whole_run, resumed = real_runs[name]
    assert quarter["status"] == "done"
    assert 0 < quarter["steps"] < whole_run["steps"]
    assert resumed == whole_run
