"""Requests and records of runs that never took place."""

from dataclasses import replace
from functools import cache

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.store.run_store import Outcome, RunStore


@cache
def template():
    return RunRequest.of(Host.start(environ={}), "prev-bit", "gru:units=8", "online", steps=500)


@pytest.fixture
def request_of():
    """The request of a seed."""
    return lambda seed: replace(template(), seed=seed)


def result_of(request, skill=0.5):
    """A record whose figures follow from the seed."""
    return Result(
        task=request.task,
        model=request.model,
        trainer=request.trainer,
        seed=request.seed,
        status="done",
        steps=500,
        updates=499,
        parameters=265,
        loss=0.1875 * (1 - skill),
        loss_error=None,
        chance=0.1875,
        memoryless=0.1875,
        optimum=0.0,
        skill=skill,
        solved=skill >= 0.95,
        own_unit=None,
        steps_per_second=1000.0,
        seconds={"load": 1.0, "compile": 0.5, "train": 0.25, "evaluate": 0.25},
        history={"step": [250, 500], "loss": [0.2, 0.1 + request.seed]},
        versions={"python": "3.11", "seqtasks": "0.1.0"},
    )


@pytest.fixture
def done():
    """The outcome of a request that went well."""
    return lambda request, skill=0.5: Outcome("done", result_of(request, skill))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs.sqlite"


@pytest.fixture
def store(path):
    """A store that is open."""
    with RunStore(path) as opened:
        yield opened
