"""Requests and records of runs that never took place."""

from dataclasses import replace
from functools import cache

import pytest
from support.store_work import outcome

from seqtasks.catalogue.host import Host
from seqtasks.running.request import RunRequest
from seqtasks.store.run_store import RunStore


@cache
def template():
    return RunRequest.of(Host.start(environ={}), "prev-bit", "gru:units=8", "online", steps=500)


@pytest.fixture
def request_of():
    """The request of a seed."""
    return lambda seed: replace(template(), seed=seed)


@pytest.fixture
def done():
    """The outcome of a request that went well."""
    return outcome


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs.sqlite"


@pytest.fixture
def store(path):
    """A store that is open."""
    with RunStore(path) as opened:
        yield opened
