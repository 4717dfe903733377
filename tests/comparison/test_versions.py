"""Runs of several versions."""

import pytest
from support.made_up_runs import runs

from seqtasks.comparison.versions import newest


def numbers(made):
    kept, others = newest(made)
    return sorted(run.seed for run in kept), others


def test_one_version_of_each_configuration():
    """5 seeds of the new version stay and 15 of the old go, in any order; another configuration has its own version."""
    old = runs("gru", "delay", [0.1] * 15, seeds=range(5, 20), finished=1.0, version="1")
    new = runs("gru", "delay", [0.9] * 5, finished=2.0, version="2")
    for made in ([*old, *new], [*new, *old]):
        assert numbers(made) == ([0, 1, 2, 3, 4], 15)
    elsewhere = [*runs("lru", "delay", [0.5], finished=0.0, version="1"), *runs("gru", "echo", [0.5], version="1")]
    kept, others = newest([*old, *elsewhere, *new])
    assert (kept, others) == ([*elsewhere, *new], 15)


@pytest.mark.parametrize("status", ["failed", "hung"])
def test_a_version_without_a_result(status):
    """It does not take the place of one with a result, and its failures are not counted among the other's."""
    old = runs("gru", "delay", [0.1, 0.2], finished=1.0, version="1")
    failed = runs("gru", "delay", [None], status=status, seeds=[7], finished=9.0, version="2")
    assert numbers([*old, *failed]) == ([0, 1], 1)
    assert numbers(failed) == ([7], 0)


def test_failures_of_the_newest_version_stay():
    """They belong to its seeds."""
    old = runs("gru", "delay", [0.1, 0.2], finished=1.0, version="1")
    new = runs("gru", "delay", [0.9], finished=2.0, version="2")
    failed = runs("gru", "delay", [None], status="failed", seeds=[7], finished=0.5, version="2")
    assert numbers([*failed, *old, *new]) == ([0, 7], 2)


def test_unknown_versions_stay():
    """Nothing says that they are of another version; without any version, all runs stay."""
    unknown, known = runs("gru", "delay", [0.1, 0.2]), runs("gru", "delay", [0.9], seeds=[5], version="1")
    assert numbers([*unknown, *known]) == ([0, 1, 5], 0)
    assert numbers(unknown) == ([0, 1], 0)
    assert newest([]) == ([], 0)
