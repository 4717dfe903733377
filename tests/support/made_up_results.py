"""Requests with results of runs that never took place, and stores of them."""

from dataclasses import replace
from functools import cache

from seqtasks.catalogue.host import Host
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.store.run_store import Outcome, RunStore

CHANCE = 0.1875
SCRIPT = '<script>alert("1")</script>'


@cache
def template(task, model, trainer="online", steps=500):
    return RunRequest.of(Host.start(environ={}), task, model, trainer, steps=steps)


def request(task, model, seed=0, **others):
    return replace(template(task, model, **others), seed=seed)


def result(asked, skill, **others):
    """A record with a curve of three points that falls from chance to its loss."""
    loss = CHANCE * (1 - skill)
    made = Result(
        task=asked.task,
        model=asked.model,
        trainer=asked.trainer,
        seed=asked.seed,
        status="done",
        steps=asked.steps,
        updates=asked.steps,
        parameters=265,
        loss=loss,
        loss_error=0.001,
        chance=CHANCE,
        memoryless=CHANCE,
        optimum=0.0,
        skill=skill,
        solved=skill >= 0.95,
        own_unit=None,
        steps_per_second=1000.0,
        seconds={"load": 1.0, "train": 0.5},
        history={"step": [100, 300, 500], "loss": [CHANCE, (CHANCE + loss) / 2, loss]},
        versions={"python": "3.11", "seqtasks": "0.1.0"},
    )
    return replace(made, **others)


def horizon_results(seeds=20, lags=(1, 2, 4, 8), models=(("lru", 4), ("gru", 1)), **others):
    """Models that solve all seeds of ``delay`` up to a lag, and none of larger lags."""
    return [
        (asked, result(asked, 0.99 - 0.0001 * seed if lag <= reach else 0.2 + 0.001 * seed))
        for model, reach in models
        for lag in lags
        for seed in range(seeds)
        for asked in [request(f"delay:lag={lag}", model, seed, **others)]
    ]


def fill(path, results, failed=()):
    """Write results, and requests of runs that failed with an error, to a store."""
    with RunStore(path) as store:
        for asked, made in results:
            store.claim(asked)
            store.finish(asked, Outcome(made.status, made))
        for asked, error in failed:
            store.claim(asked)
            store.finish(asked, Outcome("failed", error=error))
    return path
