"""A Dask cluster: the same records, and a worker that is killed."""

import os
import signal
import threading
import time
from collections import Counter

import pytest
from distributed import LocalCluster

import seqtasks
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow  # the nannies of the workers take as long to start


@pytest.fixture
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster


def started(log):
    return Counter(map(int, log.read_text().split())) if log.exists() else Counter()


def test_records_are_those_of_this_machine(cluster, tmp_path, plugins):
    """To the bit; the second benchmark finds everything stored."""
    suite = {"tasks": ["prev-bit"], "models": ["elman"], "trainers": ["readout"], "steps": 200, "seeds": 4}
    frames = [
        seqtasks.bench(suite, store=tmp_path / f"{name}.sqlite", plugins=plugins, progress=False, **where)
        for name, where in (("dask", {"dask": cluster.scheduler_address}), ("here", {"workers": 1}))
    ]
    columns = ["key", "loss", "skill", "status", "parameters", "steps"]
    assert frames[0][columns].equals(frames[1][columns])
    assert set(frames[0]["status"]) == {"done"}


def test_the_run_of_a_killed_worker_is_done_elsewhere(cluster, tmp_path, plugins, trouble, log):
    """In mid-run, from outside; every run is done, and the table has each once."""
    done = []
    thread = threading.Thread(
        target=lambda: done.append(
            seqtasks.bench(
                trouble("pause=2"),
                store=tmp_path / "runs.sqlite",
                plugins=plugins,
                progress=False,
                dask=cluster.scheduler_address,
            )
        )
    )
    thread.start()
    end = time.monotonic() + 120
    while not started(log) and time.monotonic() < end:
        time.sleep(0.1)
    victim = next(iter(cluster.workers.values())).process.process.pid
    os.kill(victim, signal.SIGKILL)
    thread.join(timeout=600)
    (frame,) = done
    assert dict(zip(frame["seed"], frame["status"], strict=True)) == dict.fromkeys(range(4), "done")
    assert started(log).total() >= 4


def test_a_run_that_hangs_is_ended_on_a_cluster(cluster, tmp_path, plugins, trouble):
    """Its worker is restarted, and the others go on."""
    frame = seqtasks.bench(
        trouble("hangs=1"),
        store=tmp_path / "runs.sqlite",
        plugins=plugins,
        progress=False,
        dask=cluster.scheduler_address,
        timeout=30,
    )
    assert dict(zip(frame["seed"], frame["status"], strict=True)) == {0: "done", 1: "hung", 2: "done", 3: "done"}


def test_a_scheduler_without_workers(tmp_path, plugins, trouble):
    """The sentence names the address, and the hint the command that starts a worker."""
    with LocalCluster(n_workers=0, dashboard_address=None) as cluster, pytest.raises(UsageError) as caught:
        seqtasks.bench(trouble(), store=tmp_path / "runs.sqlite", plugins=plugins, dask=cluster.scheduler_address)
    assert "has no workers" in caught.value.message
    assert "dask worker" in caught.value.hint
