"""Checkpoints: a run that goes on is the run that was never stopped, or one sentence says why not."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import warnings
import zipfile
from functools import cache
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.catalogue.versions import versions
from seqtasks.errors import DataError, PluginError, UsageError
from seqtasks.files import checkpoint as checkpoints
from seqtasks.files import state
from seqtasks.files.checkpoint import FILE, MANIFEST, Checkpoint
from seqtasks.files.locked_folder import LOCK, NO_LOCKS
from seqtasks.files.output_file import OutputFile
from seqtasks.files.run_files import RunFiles
from seqtasks.running.request import RunRequest
from seqtasks.running.session import Session

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
TRAINERS = ["readout", "readout:lanes=5,rate=0.1", "readout:sequences=24", "readout:sequences=24,patience=1,rate=2.0"]
BUDGET = 600


@pytest.fixture
def host():
    """A catalogue with a model and trainers that need NumPy alone."""
    return Host.start([PLUGIN])


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch):
    """A chunk is one step, or one mini-batch."""
    monkeypatch.setattr("seqtasks.running.session.FIRST", 1)
    monkeypatch.setattr("seqtasks.running.session.PACE", 1e-12)


def request(host, trainer="readout", steps=BUDGET, task="prev-bit", model="elman", **asked):
    return RunRequest.of(host, task, model, trainer, steps=steps, **asked)


def started(what):
    """A session that has not been trained."""
    return Session(what, Host.start([PLUGIN]))


def part(folder, what, chunks=None):
    """Train for so many chunks, or to the end, as a process of its own would; the session."""
    with Checkpoint(str(folder), what, resume=True) as saved:
        session, stopped = started(what), Event()
        saved.restore(session)
        for done, _ in enumerate(session.train(stopped, saved.save)):
            if chunks is not None and done >= chunks:
                stopped.set()
    return session


def resumed(folder):
    """By the Python call."""
    asked = {"model": "elman", "trainer": "readout", "steps": 200, "plugins": [PLUGIN]}
    return seqtasks.run("prev-bit", checkpoint=str(folder), resume=True, **asked)


def outcome(session):
    """Weights to the bit, and the record without what a clock says."""
    record = session.judged().result.record()
    timeless = {key: value for key, value in record.items() if key not in ("seconds", "steps_per_second")}
    return timeless, [array.tobytes() for network in session.networks for array in network.weights()]


def whole(what):
    session = started(what)
    list(session.train(Event()))
    return session


@cache
def uninterrupted(trainer, replicas=1):
    return outcome(whole(request(Host.start([PLUGIN]), trainer, replicas=replicas)))


@pytest.mark.parametrize("trainer", TRAINERS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 60), max_size=4), replicas=st.integers(1, 3))
def test_a_run_cut_anywhere_is_the_uninterrupted_run(host, tmp_path_factory, trainer, cuts, replicas):
    """Stopped after any chunks and gone on with in another session, weights, losses and history are the same."""
    folder = tmp_path_factory.mktemp("cut")
    for cut in cuts:
        part(folder, request(host, trainer, replicas=replicas), cut)
    assert outcome(part(folder, request(host, trainer, replicas=replicas))) == uninterrupted(trainer, replicas)


@pytest.mark.parametrize("trainer", TRAINERS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(budgets=st.lists(st.integers(1, BUDGET), max_size=3))
def test_a_finished_run_goes_on_with_a_larger_budget(host, tmp_path_factory, trainer, budgets):
    """As if the larger one had been asked for from the start; a smaller one changes nothing."""
    folder = tmp_path_factory.mktemp("budget")
    for budget in budgets:
        assert part(folder, request(host, trainer, budget)).judged().result.status == "done"
    assert outcome(part(folder, request(host, trainer))) == uninterrupted(trainer)


@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_finished_run_prints_its_result_again(host, tmp_path, trainer):
    """Nothing is trained, nothing written, and the record is the same; so it is for a smaller budget of a stream."""
    first = outcome(part(tmp_path, request(host, trainer, 333)))
    before = (tmp_path / FILE).read_bytes()
    again = part(tmp_path, request(host, trainer, 333))
    assert not again.learned
    assert outcome(again) == first
    assert outcome(part(tmp_path, request(host, trainer, 5)))[1] == first[1]
    assert (tmp_path / FILE).read_bytes() == before


def test_a_run_that_diverged_stays_so(host, tmp_path):
    """Its weights are no numbers, and there is nothing to go on with."""
    first = outcome(part(tmp_path, request(host, "readout:fails=0")))
    assert first[0]["status"] == "diverged"
    again = part(tmp_path, request(host, "readout:fails=0", 10 * BUDGET))
    assert not again.learned
    assert outcome(again) == first


def test_times_of_all_parts_add_up(host, tmp_path):
    """Steps a second are those of all training."""
    part(tmp_path, request(host), 20)
    before = json.loads(zipfile.ZipFile(tmp_path / FILE).read(MANIFEST))["state"]["map"]["seconds"]["map"]
    result = part(tmp_path, request(host)).judged().result
    assert all(result.seconds[name] >= seconds for name, seconds in before.items())
    assert result.steps_per_second == result.steps / result.seconds["train"]


def test_it_is_written_once_a_second_or_less_often_and_at_the_end(host, tmp_path, monkeypatch):
    """A writing that takes a quarter of a second is followed by 12.5 without one; nothing is written twice."""
    clock = {"now": 100.0, "takes": 0.0}
    written = []

    def write(file, name, head, state):
        written.append((clock["now"], state["steps"]))
        clock["now"] += clock["takes"]

    class Session:
        steps, over, versions = 0, False, {}

        def state(self):
            return {"steps": self.steps}

    monkeypatch.setattr(checkpoints, "time", type("Clock", (), {"monotonic": staticmethod(lambda: clock["now"])}))
    monkeypatch.setattr(checkpoints, "_WRITE", write)
    session = Session()
    with Checkpoint(str(tmp_path), request(host), resume=False) as saved:
        saved.save(session)
        for _ in range(70):
            session.steps += 1
            clock["now"] += 0.25
            clock["takes"] = 0.25 if clock["now"] > 102 else 0.0
            saved.save(session)
        session.steps, session.over = session.steps + 1, True
        saved.save(session)
        saved.save(session)
    session.steps += 1
    saved.save(session)
    assert written == [(100.25, 1), (101.25, 5), (102.25, 9), (115.0, 59), (118.0, 71)]


def refused(error, host, folder, resume=True, **asked):
    before = {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}
    with pytest.raises(error) as caught:
        Checkpoint(str(folder), request(host, **asked), resume)
    assert {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()} == before
    assert caught.value.hint
    return caught.value.message


@pytest.fixture
def saved_run(host, tmp_path):
    """The folder of a run of 100 steps with the seed 0."""
    part(tmp_path, request(host, steps=100))
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"seed": 3}, "seed is 0 there and 3 here."),
        ({"replicas": 2}, "replicas is 1 there and 2 here."),
        ({"trainer": "still"}, "trainer is readout there and still here."),
        ({"trainer": "readout:lanes=1"}, "trainer is readout:lanes=2 there and readout:lanes=1 here."),
        ({"model": "elman:units=5"}, "model is elman:units=3 there and elman:units=5 here."),
        ({"task": "delay:lag=3", "seed": 1}, "task is prev-bit there and delay here; seed is 0 there and 1 here."),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(host, saved_run, asked, words):
    """The sentence names what differs, and only that."""
    message = refused(UsageError, host, saved_run, **asked)
    assert message == f"The checkpoint in {saved_run} belongs to another run: {words}"


def test_settings_that_differ_are_told_with_their_lists(host, tmp_path):
    """A list is one setting."""
    part(tmp_path, request(host, "still", 10, task="echo:lags=3,8,weights=0.5,-0.25"))
    message = refused(UsageError, host, tmp_path, trainer="still", task="echo:lags=3,9,weights=0.5,-0.25")
    assert "task is echo:lags=3,8 there and echo:lags=3,9 here." in message


def test_a_checkpoint_is_not_overwritten_by_a_new_run(host, saved_run):
    """Without --resume there is a choice to make."""
    assert refused(UsageError, host, saved_run, resume=False) == f"{saved_run} already holds a checkpoint."


def test_resuming_where_nothing_is_starts_afresh_and_says_so(host, tmp_path):
    """For scripts that start a run again and again; one that asks for a fresh start hears nothing."""
    with Checkpoint(str(tmp_path / "new"), request(host), resume=True) as saved:
        assert saved.notes == [f"{tmp_path}/new holds no checkpoint yet. The run starts from the beginning."]
    with Checkpoint(str(tmp_path / "new"), request(host), resume=False) as saved:
        assert saved.notes == []


def test_resuming_needs_a_folder(host):
    """The error names the option; without both, there is no checkpoint."""
    with pytest.raises(UsageError, match="resume needs a checkpoint") as caught:
        RunFiles.of(request(host), resume=True)
    assert caught.value.hint == "Name its folder: --checkpoint DIR --resume"
    assert RunFiles.of(request(host)).checkpoint is None


def test_only_one_run_at_a_time(host, tmp_path):
    """Two would take the file from one another; when one is over the next may go on."""
    with Checkpoint(str(tmp_path), request(host), resume=False):
        message = refused(DataError, host, tmp_path)
        assert message == f"Another run is using the folder {tmp_path}."
    Checkpoint(str(tmp_path), request(host), resume=True).close()


def test_what_a_killed_process_left_is_cleared_away(host, tmp_path):
    """A file that was being written."""
    (tmp_path / ".seqtasks-abc").write_text("half")
    Checkpoint(str(tmp_path), request(host), resume=True).close()
    assert os.listdir(tmp_path) == [LOCK]


def test_a_lock_of_another_user(host, tmp_path, monkeypatch):
    """A lock file that cannot be opened is an error of the folder."""

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(FileLock, "acquire", denied)
    assert refused(UsageError, host, tmp_path) == f"The folder {tmp_path} cannot be locked: Permission denied."


def test_a_killed_process_releases_its_lock(host, tmp_path):
    """Its lock file stays, and does not lock the folder."""
    script = (
        "import os, signal, sys\n"
        "from seqtasks.files.locked_folder import LockedFolder\n"
        "folder = LockedFolder(sys.argv[1])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert os.listdir(tmp_path) == [LOCK]
    Checkpoint(str(tmp_path), request(host), resume=True).close()


@pytest.mark.parametrize("number", sorted(NO_LOCKS), ids=errno.errorcode.get)
def test_a_file_system_without_locks(host, tmp_path, monkeypatch, number):
    """The run goes on without one; any other error of locking is an error of the folder."""

    def none(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", none)
    part(tmp_path, request(host, steps=20))
    assert set(os.listdir(tmp_path)) == {FILE, LOCK}
    number = errno.EIO
    assert refused(UsageError, host, tmp_path) == f"The folder {tmp_path} cannot be locked: Input/output error."


def test_places_that_are_no_folders(host, tmp_path):
    """A file, nowhere, nothing, and a name that no system takes."""
    (tmp_path / "file").write_text("mine")
    for place, words in {
        str(tmp_path / "file"): "is not a folder.",
        str(tmp_path / "file" / "x"): "cannot be created: Not a directory.",
        str(tmp_path / "no" / "x"): f"The folder {tmp_path}/no does not exist.",
        "": "The name of the folder is empty.",
        str(tmp_path / ("x" * 300)): "cannot be created: File name too long.",
        "a\0b": "cannot be created: ",
    }.items():
        with pytest.raises(UsageError) as caught:
            Checkpoint(place, request(host), resume=True)
        assert words in caught.value.message
        assert caught.value.hint
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_written_to(host, tmp_path, monkeypatch):
    """The error comes before the run."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert refused(UsageError, host, tmp_path) == f"The folder {tmp_path} cannot be written to."


def rewritten(folder, change, compression=zipfile.ZIP_STORED):
    """The checkpoint with its manifest and members changed in place."""
    with zipfile.ZipFile(folder / FILE) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members[MANIFEST])
    change(manifest, members)
    members[MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(folder / FILE, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_another_format_and_another_seqtasks(host, saved_run):
    """Neither is guessed at, and the file stays."""
    rewritten(saved_run, lambda manifest, _: manifest["versions"].update(seqtasks="0.0.9"))
    assert (
        refused(DataError, host, saved_run)
        == f"{saved_run}/{FILE} was written by seqtasks 0.0.9, but seqtasks 0.1.0 is installed."
    )
    rewritten(saved_run, lambda manifest, _: manifest.update(format=1))
    assert refused(DataError, host, saved_run) == f"{saved_run}/{FILE} has format 1; this seqtasks reads format 2."


def test_other_libraries_are_a_note(host, saved_run):
    """The run goes on."""
    rewritten(saved_run, lambda manifest, _: manifest["versions"].update(numpy="1.0"))
    with Checkpoint(str(saved_run), request(host), resume=True) as saved:
        (note,) = saved.notes
    assert note.startswith("The checkpoint was written with numpy 1.0, but numpy ")
    with pytest.warns(UserWarning, match="written with numpy 1.0"):
        resumed(saved_run)


def test_a_library_that_is_gone_is_a_note(host, saved_run):
    """Whatever the file says was there."""
    rewritten(saved_run, lambda manifest, _: manifest["versions"].update(nonesuch="1.0"))
    with Checkpoint(str(saved_run), request(host), resume=True) as saved:
        (note,) = saved.notes
    assert note == (
        "The checkpoint was written with nonesuch 1.0, but nonesuch is not installed. "
        "Results may differ in the last digits. Install nonesuch 1.0 to reproduce them exactly."
    )


def test_only_what_computes_is_recorded(saved_run):
    """A network of NumPy has nothing to do with another TensorFlow; files that name it all the same are read."""
    with zipfile.ZipFile(saved_run / FILE) as file:
        head = json.loads(file.read(MANIFEST))
    assert list(head["versions"]) == ["python", "seqtasks", "numpy"]
    rewritten(saved_run, lambda manifest, _: manifest["versions"].update(versions(["tensorflow", "keras"])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        resumed(saved_run)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda manifest, _: manifest.pop("seed"), "KeyError"),
        (lambda manifest, _: manifest.pop("versions"), "KeyError"),
        (lambda manifest, _: manifest.update(versions=3), "TypeError"),
    ],
)
def test_a_manifest_that_is_damaged(host, saved_run, change, words):
    """The error comes before anything is loaded."""
    rewritten(saved_run, change)
    message = refused(DataError, host, saved_run)
    assert message.startswith(f"{saved_run}/{FILE} is not a seqtasks checkpoint, or is damaged: {words}")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"thesis" * 1000])
def test_a_file_that_is_no_zip(host, saved_run, content):
    """It stays as it is."""
    (saved_run / FILE).write_bytes(content)
    assert "is not a seqtasks checkpoint, or is damaged: File is not a zip file." in refused(DataError, host, saved_run)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off(host, saved_run, share):
    """As after a copy that failed."""
    content = (saved_run / FILE).read_bytes()
    (saved_run / FILE).write_bytes(content[: int(share * len(content))])
    assert "is damaged: " in refused(DataError, host, saved_run)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda manifest, members: members.pop("arrays/0.npy"), "KeyError"),
        (lambda manifest, members: members.update({"arrays/0.npy": b"x"}), "ValueError"),
        (
            lambda manifest, members: members.update({"arrays/0.npy": b"x" * 9999}),
            "arrays/0.npy is larger than float64 (2, 1, 100)",
        ),
        (
            lambda manifest, members: manifest["arrays"][0].__setitem__(1, [10**12]),
            "arrays/0.npy is float64 (2, 1, 100), not float64 (1000000000000,)",
        ),
        (
            lambda manifest, members: manifest["arrays"][0].__setitem__(0, "|O"),
            "arrays/0.npy is float64 (2, 1, 100), not object (2, 1, 100)",
        ),
        (lambda manifest, members: manifest["state"]["map"].pop("learner"), "KeyError 'learner'"),
        (lambda manifest, members: manifest["state"]["map"].update(learner={"code": "x"}), "its state holds a code"),
        (lambda manifest, members: manifest["state"]["map"].update(learner={"map": {}}), "KeyError 'weights'"),
    ],
)
def test_a_state_that_is_damaged(host, saved_run, change, words):
    """Nothing is unpickled, and no memory is taken for what is not there."""
    rewritten(saved_run, change)
    what = request(host)
    with Checkpoint(str(saved_run), what, resume=True) as saved, pytest.raises(DataError) as caught:
        saved.restore(started(what))
    assert f"{saved_run}/{FILE} is not a seqtasks checkpoint, or is damaged: {words}" in caught.value.message
    assert caught.value.hint == f"Name another folder, or start over: rm {saved_run}/{FILE}"


def test_compressed_arrays_are_refused(host, saved_run):
    """A few bytes could become more than fits into memory."""
    rewritten(saved_run, lambda manifest, members: None, zipfile.ZIP_DEFLATED)
    what = request(host)
    with (
        Checkpoint(str(saved_run), what, resume=True) as saved,
        pytest.raises(DataError, match=r"arrays/0\.npy is compressed"),
    ):
        saved.restore(started(what))


@pytest.mark.parametrize("rows", ["0\n2\n7\n0\n", "2\n0\n0\n2\n"], ids=["other", "mirrored"])
def test_data_that_changed_meanwhile(host, tmp_path, rows):
    """A table's file with other rows is another task, even if chance is the same."""
    path, folder = tmp_path / "t.csv", tmp_path / "saved"
    path.write_text("y\n" + "0\n2\n2\n0\n" * 40)
    task = f"table:path={path},target=y,kind=real"
    part(folder, request(host, steps=20, task=task))
    path.write_text("y\n" + rows * 40)
    what = request(Host.start([PLUGIN]), steps=40, task=task)
    with Checkpoint(str(folder), what, resume=True) as saved, pytest.raises(DataError) as caught:
        saved.restore(started(what))
    assert caught.value.message == f"The data of {task} have changed since the checkpoint."


def test_a_full_disk_stops_no_training(host, tmp_path, monkeypatch):
    """The last checkpoint stays, the run ends as it would, and then the error is raised."""
    part(tmp_path, request(host, steps=100))
    before = (tmp_path / FILE).read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    what = request(host)
    with Checkpoint(str(tmp_path), what, resume=True) as saved:
        session = started(what)
        saved.restore(session)
        list(session.train(Event(), saved.save))
        assert saved.problem.message == f"{tmp_path}/{FILE} cannot be written: No space left on device."
    assert session.judged().result.status == "done"
    assert set(os.listdir(tmp_path)) == {FILE, LOCK}
    assert (tmp_path / FILE).read_bytes() == before
    with pytest.raises(DataError, match="No space left"):
        resumed(tmp_path)


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
arrays = st.sampled_from(
    [
        *(np.zeros((2, 0, 3)), np.array(7), np.arange(6).reshape(2, 3).T, np.float32(0.1), np.array([True])),
        *(np.array(["2026-01-01", "NaT"], "M8[ns]"), np.datetime64("2026-01-01"), np.array([[-1], [2]], "m8[h]")),
    ]
)
states = st.dictionaries(
    st.text(),
    st.recursive(plain | arrays, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10),
)


def same(a, b):
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray | np.generic):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return type(a) is type(b) and (a == b or a != a)  # noqa: PLR0124 - not-a-number


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states)
def test_any_state_reads_back_as_itself(tmp_path, value):
    """Whatever is made of numbers, texts, arrays of numbers or times, mappings and lists, to the bit."""
    file = OutputFile(str(tmp_path / "state.zip"), lambda _: True, "state", force=True)
    state.write(file, MANIFEST, {}, value)
    manifest = json.loads(zipfile.ZipFile(file.path).read(MANIFEST))
    assert same(value, state.read(file.path, manifest))


@pytest.mark.parametrize("value", [object(), np.array([object()]), {1: 2}, b"x", {"a": [{1, 2}]}])
def test_what_cannot_be_kept_is_said_with_its_place(tmp_path, value):
    """Before anything is written."""
    file = OutputFile(str(tmp_path / "state.zip"), lambda _: True, "state", force=True)
    with pytest.raises(PluginError, match=r"(?m)^state\['it'\].* is a \w+, which a checkpoint cannot store\.$"):
        state.write(file, MANIFEST, {}, {"it": value})
    assert os.listdir(tmp_path) == []
