"""A benchmark runs what is missing, whatever happens to its runs and its processes."""

import threading
from collections import Counter

import pytest

import seqtasks
from seqtasks.errors import UsageError
from seqtasks.store.query import stored_results, stored_runs
from seqtasks.store.run_store import RunStore


@pytest.fixture
def bench(path, plugins):
    """Runs a suite on the store of the test, with two workers."""

    def bench(suite, **options):
        options = {"workers": 2, "store": path, "plugins": plugins, "progress": False} | options
        return seqtasks.bench(suite, **options)

    return bench


def started(log):
    return Counter(map(int, log.read_text().split()))


SUITE = {
    "tasks": ["prev-bit", "delay:lag=[2,3]"],
    "models": ["elman:units=[3,4]"],
    "trainers": ["readout"],
    "steps": 300,
    "seeds": 3,
}


def test_records_are_those_of_single_runs(bench, path, plugins):
    """To the bit, the clock apart; the frame has a row for each."""
    frame = bench(SUITE)
    assert len(frame) == 18
    assert set(frame["status"]) == {"done"}
    for request, result in stored_results(path):
        single = seqtasks.run(
            request.task, model=request.model, trainer=request.trainer, steps=300, seed=request.seed, plugins=plugins
        )
        names = ("loss", "loss_error", "skill", "solved", "history", "parameters", "updates", "versions")
        assert [getattr(result, name) for name in names] == [getattr(single.result, name) for name in names]
    row = frame[(frame["task"] == "prev-bit") & (frame["model"] == "elman:units=4") & (frame["seed"] == 2)].iloc[0]
    assert row["loss"] == next(r.loss for q, r in stored_results(path) if q.key() == row["key"])


def test_a_second_benchmark_runs_only_what_is_missing(bench, trouble, log):
    """The same suite runs nothing, more seeds run only those, and a permuted one nothing."""
    first = bench(trouble())
    assert started(log) == Counter(range(4))
    assert bench(trouble()).equals(first)
    assert started(log) == Counter(range(4))
    assert len(bench(trouble(seeds=6))) == 6
    assert started(log) == Counter(range(6))
    assert len(bench(trouble("fails=none,pause=0,once=false", seeds=[5, 3, 1]))) == 3
    assert started(log) == Counter(range(6))


def test_a_failed_run_is_a_row_and_the_rest_goes_on(bench, trouble, log, path):
    """It is repeated only with retry_failed; the error is stored with its hint and its traceback."""
    frame = bench(trouble("fails=2,once=true"))
    assert dict(zip(frame["seed"], frame["status"], strict=True)) == {0: "done", 1: "done", 2: "failed", 3: "done"}
    assert frame["error"].dropna().tolist() == ["There is no room. Make some."]
    with RunStore(path) as store:
        ((error, versions),) = store._connection.execute(
            "SELECT error, versions FROM run JOIN record USING (key) WHERE status = 'failed'"
        )
    assert 'raise DataError("There is no room."' in error
    assert '"plugin:trouble_plugin.py"' in versions
    assert bench(trouble("fails=2,once=true")).equals(frame)
    again = bench(trouble("fails=2,once=true"), retry_failed=True)
    assert set(again["status"]) == {"done"}
    assert started(log) == Counter([0, 1, 2, 2, 3])


def test_a_run_that_hangs_is_ended(bench, trouble):
    """It ends after the timeout with its status, and the others are done."""
    frame = bench(trouble("hangs=1"), timeout=20)
    assert dict(zip(frame["seed"], frame["status"], strict=True)) == {0: "done", 1: "hung", 2: "done", 3: "done"}
    assert frame["error"].dropna().tolist() == ["The run took longer than 20 s and was ended."]


def test_the_run_of_a_killed_worker_is_done_again(bench, trouble, log):
    """The others are done once."""
    assert set(bench(trouble("dies=2,once=true"))["status"]) == {"done"}
    assert started(log) == Counter([0, 1, 2, 2, 3])


def test_a_run_that_always_kills_its_process_fails(bench, trouble, log):
    """After five attempts, so that it cannot keep the benchmark from its end."""
    frame = bench(trouble("dies=2"))
    assert dict(zip(frame["seed"], frame["status"], strict=True)) == {0: "done", 1: "done", 2: "failed", 3: "done"}
    (error,) = frame["error"].dropna()
    assert error.startswith("The process of the run ended 5 times.")
    assert started(log) == Counter([0, 1, *[2] * 5, 3])


def test_a_ladder_ends_where_nothing_is_solved(bench, path):
    """The first task of each model is run, and no other: these networks solve nothing."""
    suite = SUITE | {"climb": True, "models": ["elman:units=[3,4]"]}
    frame = bench(suite)
    assert set(frame["task"]) == {"prev-bit"}
    assert len(frame) == 6


def test_two_benchmarks_on_one_store_share_the_runs(bench, trouble, log):
    """Each run is started once, and both get the whole table."""
    frames = []
    threads = [threading.Thread(target=lambda: frames.append(bench(trouble("pause=0.5", seeds=6)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert started(log) == Counter(range(6))
    assert len(frames) == 2
    assert frames[0].equals(frames[1])
    assert set(frames[0]["status"]) == {"done"}


def test_a_changed_plugin_runs_again(bench, path, write):
    """Its content is part of the key; the old records stay."""
    text = (
        "from dataclasses import dataclass\nfrom seqtasks import Entry, hookimpl\n"
        "from seqtasks.tasks.lagged import AbstractLagTask\n\n"
        "@dataclass(frozen=True)\nclass Now(AbstractLagTask):\n    '''The bit.'''\n"
        "    lags = (0,)\n    kind = 'binary'\n"
        "    def law(self, x):\n        return x[0]\n\n"
        "@hookimpl\ndef seqtasks_tasks():\n    yield Entry('now', 'The bit.', f'{__name__}:Now')\n"
    )
    suite = {"tasks": ["now"], "models": ["elman"], "trainers": ["still"], "steps": 50, "seeds": 2}
    numpy_plugin = __file__.replace("benchmarks/test_bench.py", "support/numpy_plugin.py")
    assert len(bench(suite, plugins=[numpy_plugin, write("now.py", text)])) == 2
    assert len(bench(suite, plugins=[numpy_plugin, write("now.py", text + "# changed\n")])) == 2
    assert len(stored_runs(path)) == 4


@pytest.mark.tensorflow
def test_parts_that_do_not_fit_are_a_failed_run(bench):
    """An error that only the loaded parts can find."""
    frame = bench({"tasks": ["prev-bit"], "models": ["elman"], "trainers": ["batch"], "seeds": 1, "steps": 50})
    assert set(frame["status"]) == {"failed"}


def test_an_unreachable_scheduler(bench, trouble, path):
    """The sentence names the address; no store is created."""
    with pytest.raises(UsageError, match=r"No Dask scheduler answers at tcp://127.0.0.1:1\.") as caught:
        bench(trouble(), workers=None, dask="tcp://127.0.0.1:1")
    assert "dask scheduler" in caught.value.hint
    assert not path.exists()


@pytest.mark.slow
@pytest.mark.tensorflow
def test_compiled_networks_give_the_same_records_wherever_they_run(tmp_path):
    """One worker that runs everything, and two that share it: to the bit, though programs are shared differently."""
    suite = {
        "tasks": ["prev-bit", "delay:lag=3"],
        "models": ["gru:units=4", "lru:units=4"],
        "trainers": ["online:window=2", "rtrl", "batch:sequences=200,batch_size=50"],
        "steps": 6400,
        "seeds": 2,
    }
    records = []
    for workers in (1, 2):
        store = tmp_path / f"{workers}.sqlite"
        frame = seqtasks.bench(suite, workers=workers, store=store, progress=False)
        assert frame["error"].dropna().tolist() == []
        found = {request.key(): result.record() for request, result in stored_results(store)}
        for record in found.values():
            del record["seconds"], record["steps_per_second"]
        records.append(found)
    assert len(records[0]) == 24
    assert records[0] == records[1]
