"""One driver: the same request gives the same record to all listeners."""

import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from threading import Thread

import pytest
from distributed import Client, LocalCluster

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.running.execution import Compiled, Event, Failed, Judged, Loaded, Progress, Trained, execute
from seqtasks.running.request import RunRequest

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
ASKED = ("delay:lag=2", "elman:units=4", "readout")
STEPS, SEED = 500, 3


@cache
def request():
    return RunRequest.of(Host.start([PLUGIN]), *ASKED, steps=STEPS, seed=SEED)


def timeless(record):
    """The record, as JSON writes it, without what a clock says."""
    text = json.dumps({k: v for k, v in record.items() if k not in ("seconds", "steps_per_second")})
    return json.loads(text)


def by_events(request_as_json):
    """What a worker does: a request in, a record out."""
    *_, last = execute(RunRequest.from_json(request_as_json))
    return last.run.result.record()


def on_the_command_line():
    task, model, trainer = ASKED
    words = ["run", task, "--model", model, "--trainer", trainer, "--plugin", PLUGIN, "--steps", STEPS, "--seed", SEED]
    done = subprocess.run(
        [sys.executable, "-m", "seqtasks", *map(str, words), "--json"], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def from_python():
    task, model, trainer = ASKED
    run = seqtasks.run(task, model=model, trainer=trainer, steps=STEPS, seed=SEED, plugins=[PLUGIN])
    return run.result.record()


def in_a_thread():
    found = []
    thread = Thread(target=lambda: found.append(from_python()))
    thread.start()
    thread.join()
    return found[0]


def in_a_process_pool():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(by_events, request().to_json()).result()


def in_a_dask_worker():
    """The worker is a process of its own, which gets the request as text and returns the record."""
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        return client.submit(by_events, request().to_json()).result(timeout=300)


@pytest.mark.parametrize(
    "listen",
    [
        on_the_command_line,
        from_python,
        in_a_thread,
        in_a_process_pool,
        pytest.param(in_a_dask_worker, marks=pytest.mark.tensorflow),
    ],
)
def test_every_listener_gets_the_same_record(listen):
    """To the bit, the clock apart."""
    assert timeless(listen()) == timeless(by_events(request().to_json()))


def test_events_come_in_order():
    """Loaded, compiled, progress to the end of the budget, trained, judged."""
    events: list[Event] = list(execute(request()))
    kinds = [type(event) for event in events]
    assert (kinds[:2], kinds[-2:], set(kinds[2:-2])) == ([Loaded, Compiled], [Trained, Judged], {Progress})
    assert events[0] == Loaded(0.1875, 0.0, 0, events[0].truncation, 3, ())
    steps = [event.step for event in events if isinstance(event, Progress)]
    assert steps == sorted(set(steps))
    assert steps[-1] == STEPS


def test_a_failure_is_an_event_and_is_raised():
    """A listener that looks for events sees it, and one that does not is not left without a word."""
    events = iter(execute(RunRequest.of(Host.start([PLUGIN]), "prev-bit", "elman", "still", replicas=2)))
    failed = next(events)
    assert isinstance(failed, Failed)
    with pytest.raises(type(failed.error)) as raised:
        next(events)
    assert raised.value is failed.error
