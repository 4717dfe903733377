"""Stores and contents of reports."""

import pytest
from support.made_up_results import SCRIPT, fill, horizon_results, request

from seqtasks.reports.content import content
from seqtasks.reports.source import ResultSource


@pytest.fixture
def store(tmp_path):
    """160 runs, of which lru solves lags up to 4 and gru a lag of 1, and one that failed with a hostile error."""
    failed = [(request("delay:lag=16", "gru", 0), f"An error: {SCRIPT}\nTraceback")]
    return fill(tmp_path / "runs.sqlite", horizon_results(), failed)


@pytest.fixture(scope="session")
def found():
    """The content of the same 160 runs, in memory."""
    return content(ResultSource(horizon_results()))
