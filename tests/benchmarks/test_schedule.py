"""The order of runs, with workers that answer at once."""

import math
from collections import Counter
from concurrent.futures import BrokenExecutor, Future
from dataclasses import replace

import pytest
from support.store_work import outcome

from seqtasks.benchmarks.benchmark import Benchmark
from seqtasks.benchmarks.plan import Plan
from seqtasks.benchmarks.schedule import Schedule
from seqtasks.benchmarks.summary import climbs, summary
from seqtasks.benchmarks.workers import AbstractWorkers
from seqtasks.comparison.median import median
from seqtasks.running.request import RunRequest
from seqtasks.store.details import stored_measures
from seqtasks.store.query import stored_runs
from seqtasks.store.run_store import Outcome, RunStore


class Instant(AbstractWorkers):
    """Answers by a rule, and notes what it was asked: (worker, task, model, seed)."""

    def __init__(self, size, rule):
        self._size, self._rule = size, rule
        self.asked, self.restarted = [], []

    @property
    def size(self):
        return self._size

    def submit(self, worker, function, *arguments):
        request = RunRequest.from_json(arguments[0])
        self.asked.append((worker, request.label("task"), request.label("model"), request.seed))
        future = Future()
        try:
            future.set_result(self._rule(request))
        except BrokenExecutor as error:
            future.set_exception(error)
        return future

    def restart(self, worker):
        self.restarted.append(worker)

    def close(self):
        pass


def solved(request, yes=True):
    """An outcome that tells whether the task is solved."""
    found = outcome(request)
    return Outcome("done", replace(found.result, solved=yes, skill=0.99 if yes else 0.1))


@pytest.fixture
def run(host, path):
    """Runs a suite by a rule; the workers and the plan."""

    def run(suite, rule, size=1, again=()):
        plan = Plan.of(host, Benchmark.of(host, suite).suite)
        workers = Instant(size, rule)
        with RunStore(path) as store:
            events = list(Schedule(plan.ladders, store, workers, again))
        return workers, plan, events

    return run


LADDER = {
    "climb": True,
    "tasks": ["delay:lag=[1,2,4,8]"],
    "models": ["gru", "lstm"],
    "trainers": ["online"],
    "seeds": 10,
}


def lag(request):
    return int(request.task.partition("lag=")[2].partition(",")[0])


def test_a_ladder_is_climbed_as_long_as_a_seed_solves_it(run, path):
    """Gru solves lag 2 with 9 of 10 seeds and lag 4 with one, lstm none: the horizons are 2 and none."""

    def rule(request):
        best = {"gru": {1: 10, 2: 9, 4: 1}, "lstm": {}}[request.label("model")]
        return solved(request, request.seed < best.get(lag(request), 0))

    workers, plan, events = run(LADDER, rule)
    counts = Counter((task, model) for _, task, model, _ in workers.asked)
    assert counts == {
        ("delay", "gru"): 10,
        ("delay:lag=2", "gru"): 10,
        ("delay:lag=4", "gru"): 10,
        ("delay:lag=8", "gru"): 10,
        ("delay", "lstm"): 10,
    }
    assert (events[0].ended, events[0].total) == (0, 80)
    assert (events[-1].ended, events[-1].total) == (50, 50)
    gru, lstm = climbs(plan, stored_runs(path))
    assert (gru.reached, gru.low, gru.high, gru.is_last) == ("lag 2", None, "lag 2", False)
    assert (lstm.reached, lstm.high, lstm.is_last) == (None, None, False)
    again, *_ = run(LADDER, rule)
    assert again.asked == []


def test_a_stored_ladder_goes_on_where_it_ended(run):
    """A second benchmark with fewer rungs done climbs on, and runs nothing twice."""
    first, *_ = run(LADDER | {"tasks": ["delay:lag=[1,2]"]}, solved)
    second, *_ = run(LADDER, solved)
    assert len(first.asked) == len(second.asked) == 40
    assert {task for _, task, _, _ in second.asked} == {"delay:lag=4", "delay:lag=8"}


def test_a_worker_stays_with_a_program(run):
    """The runs of a model go to one worker as long as there are others for the rest."""
    suite = {"tasks": ["prev-bit", "delay:lag=3"], "models": ["gru", "lstm", "lru"], "trainers": ["online"], "seeds": 4}
    workers, *_ = run(suite, solved, size=3)
    assert len(workers.asked) == 24
    assert len({(worker, model) for worker, _, model, _ in workers.asked}) == 3
    order = [task for worker, task, _, _ in workers.asked if worker == 0]
    assert order == sorted(order, reverse=True)  # task after task


def test_idle_workers_help(run):
    """With one program, every worker gets some of its runs."""
    workers, *_ = run({"tasks": ["prev-bit"], "models": ["gru"], "seeds": 9}, solved, size=3)
    assert {worker for worker, *_ in workers.asked} == {0, 1, 2}
    assert Counter(seed for *_, seed in workers.asked) == Counter(range(9))


def test_overlapping_grids_run_once(run):
    """A run that two grids ask for."""
    grids = [{"tasks": ["prev-bit"], "seeds": [0, 1]}, {"tasks": ["delay:lag=1", "prev-bit"], "seeds": [1, 2]}]
    workers, _, events = run({"models": ["gru"], "grid": grids}, solved)
    assert Counter((task, seed) for _, task, _, seed in workers.asked) == {
        ("prev-bit", 0): 1,
        ("prev-bit", 1): 1,
        ("prev-bit", 2): 1,
        ("delay", 1): 1,
        ("delay", 2): 1,
    }
    assert (events[-1].ended, events[-1].total) == (5, 5)


def test_a_process_that_ends_five_times_fails_its_run(run, path):
    """Up to four times are forgiven."""
    left = {0: 4, 1: 99}

    def rule(request):
        left[request.seed] = left.get(request.seed, 0) - 1
        if left[request.seed] >= 0:
            raise BrokenExecutor("killed")
        return solved(request)

    run({"tasks": ["prev-bit"], "models": ["gru"], "seeds": 3}, rule)
    assert [(run.status, run.attempts) for run in stored_runs(path)] == [("done", 5), ("failed", 5), ("done", 1)]


def test_runs_of_another_benchmark_are_awaited_or_taken_over(run, host, path, monkeypatch):
    """The run of a benchmark that ends comes from the store; that of one that gives up is executed here."""
    monkeypatch.setattr("seqtasks.benchmarks.schedule.ELSEWHERE", 0.0)
    monkeypatch.setattr("seqtasks.benchmarks.schedule.TICK", 0.0)
    suite = {"tasks": ["prev-bit"], "models": ["gru"], "seeds": 3}
    plan = Plan.of(host, Benchmark.of(host, suite).suite)
    first, second, _ = next(plan.cases).requests
    other = RunStore(path)
    other.claim(first)
    other.claim(second)
    workers = Instant(1, solved)
    with RunStore(path) as store:
        events = iter(Schedule(plan.ladders, store, workers))
        seen = [next(events) for _ in range(4)]
        assert (seen[-1].ended, seen[-1].elsewhere) == (1, 2)
        other.finish(first, solved(first, yes=False))
        other.close()  # gives its second claim back
        last = list(events)[-1]
    assert (last.ended, last.elsewhere) == (3, 0)
    assert Counter(seed for *_, seed in workers.asked) == {1: 1, 2: 1}
    assert [run.solved for run in stored_runs(path)] == [False, True, True]


def test_the_summary_has_the_median_prequential_skill(run, path):
    """Of the records that have one, each at least -1, that of a network that diverged included; None without."""

    def rule(request):
        skill = {0: None, 1: 0.2, 2: -5.0}.get(request.seed, 0.5)
        prequential = {"loss": 0.1, "loss_error": 0.01, "skill": skill}
        outcome = solved(request, True)
        given = prequential if request.task.startswith("delay") else None
        return replace(outcome, result=replace(outcome.result, prequential=given))

    _, plan, _ = run({"tasks": ["prev-bit", "delay:lag=2"], "models": ["gru"], "seeds": 7}, rule)
    runs = stored_runs(path)
    found = stored_measures(path, [each.key for each in runs])
    assert sorted(each.prequential for each in found.values()) == [-math.inf, -5.0, 0.2, *[0.5] * 4]
    first, second = summary(plan, runs, found)
    assert (first.task, first.prequential, first.prequential_interval) == ("prev-bit", None, None)
    expected = median([-1.0, -1.0, 0.2, *[0.5] * 4])
    assert (second.prequential, second.prequential_interval) == (0.5, (expected.low, expected.high))


def test_the_summary_has_the_metrics(run, path):
    """The median of the scores that are defined, that of chance, and how many seeds there are."""

    def rule(request):
        assert request.metrics == ("r2",)
        score = None if request.seed == 0 else request.seed / 10
        return replace(outcome(request), result=replace(outcome(request).result, metrics=scored(score)))

    def scored(score):
        return {"r2": {"score": score, "chance": 0.05}}

    _, plan, _ = run({"tasks": ["delay:lag=2"], "models": ["gru"], "metrics": ["r2"], "seeds": 4}, rule)
    runs = stored_runs(path)
    (row,) = summary(plan, runs, stored_measures(path, [each.key for each in runs]))
    assert row.metrics == {"r2": {"score": 0.2, "low": None, "high": None, "chance": 0.05, "seeds": 3}}


def test_rows_in_the_order_of_the_prequential_skill(run, path):
    """Task by task, if the suite says so; otherwise in the order of the suite."""

    def rule(request):
        skill = {"gru": 0.2, "lstm": 0.7, "lru": 0.5}[request.label("model")]
        prequential = {"loss": 0.1, "loss_error": 0.01, "skill": skill}
        return replace(outcome(request), result=replace(outcome(request).result, prequential=prequential))

    suite = {"tasks": ["delay:lag=2", "delay:lag=3"], "models": ["gru", "lstm", "lru"], "seeds": 1}
    orders = []
    for ranking in ("skill", "prequential"):
        _, plan, _ = run(suite | {"rank_by": ranking}, rule)
        runs = stored_runs(path)
        rows = summary(plan, runs, stored_measures(path, [each.key for each in runs]))
        orders.append([(row.task[-1], row.model) for row in rows])
    models = ["lstm", "lru", "gru"]
    assert orders[0] == [(lag, model) for model in ("gru", "lstm", "lru") for lag in "23"]
    assert orders[1] == [(lag, model) for lag in "23" for model in models]


def test_the_summary_counts_seeds(run, path):
    """Median skill, share solved with Wilson's interval, and the failures apart."""

    def rule(request):
        if request.seed == 7:
            return Outcome("failed", error="No.")
        return solved(request, request.seed < 5)

    _, plan, _ = run({"tasks": ["prev-bit"], "models": ["gru"], "seeds": 8}, rule)
    (row,) = summary(plan, stored_runs(path))
    assert (row.task, row.model, row.trainer, row.runs, row.failed, row.solved) == (
        "prev-bit",
        "gru",
        "online",
        7,
        1,
        5,
    )
    assert row.skill == 0.99
    assert 0.1 <= row.skill_interval[0] < row.skill_interval[1] == 0.99
    assert [round(end, 3) for end in row.solved_interval] == [0.359, 0.918]
