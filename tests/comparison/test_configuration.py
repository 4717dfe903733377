"""Runs by task and method."""

import pytest
from support.made_up_runs import method, one, runs

from seqtasks.comparison.configuration import configurations, names


def test_scores_of_each_status():
    """A run that diverged scores -1, as does one far below chance; one that failed has no score."""
    made = [
        *runs("gru", "delay", [0.5, -7.0]),
        *runs("gru", "delay", [None], seeds=[2], status="diverged"),
        *runs("gru", "delay", [None, None], seeds=[3, 4], status="failed"),
    ]
    ((found,), _) = configurations(made)
    assert found.scores == {0: 0.5, 1: -1.0, 2: -1.0}
    assert found.share == (0, 3)
    assert (found.count("diverged"), found.count("failed", "hung")) == (1, 2)


def test_share_and_median():
    """Three of four seeds are solved, with the Wilson interval; four seeds have no interval of the median."""
    found = one("gru", "delay", [1.0, 0.96, 0.2, 0.99])
    assert found.share == (3, 4)
    assert found.share_interval == pytest.approx((0.3006, 0.9544), abs=1e-4)
    assert (found.median.value, found.median.low) == (pytest.approx(0.975), None)


def test_unknown_optimum():
    """A share is unknown if the optimum is, even if another run diverged."""
    made = [run._replace(solved=None) for run in runs("gru", "table", [0.2, 0.3])]
    made += runs("gru", "table", [None], seeds=[2], status="diverged")
    ((found,), _) = configurations(made)
    assert (found.solved, found.share, found.share_interval) == (None, None, None)


def test_the_last_run_of_a_seed_counts():
    """Of two versions the later one counts, except where it has no result."""
    old, new = runs("gru", "delay", [0.1], finished=1.0), runs("gru", "delay", [0.9], finished=2.0)
    failed = runs("gru", "delay", [None], status="failed", finished=3.0)
    for order in ([*old, *new, *failed], [*failed, *new, *old]):
        ((found,), replaced) = configurations(order)
        assert (found.scores, replaced) == ({0: 0.9}, 2)


def test_best_first():
    """On each task, the method that solves more comes first, then the one with the higher median."""
    made = [*runs("gru", "delay", [0.5, 0.5]), *runs("lstm", "delay", [0.6, 0.6]), *runs("lru", "delay", [0.99, 0.0])]
    found, _ = configurations(made)
    assert [each.method.model for each in found] == ["lru", "lstm", "gru"]


def test_different_budgets_are_different_methods():
    """Runs of 1,000 and of 2,000 steps are not averaged."""
    made = [*runs("gru", "delay", [0.5]), *runs("gru", "delay", [0.6], budget="2,000 steps")]
    assert len(configurations(made)[0]) == 2


def test_shortest_names():
    """A name has the trainer only where models do not tell methods apart, and the budget where both do not."""
    a, b, c = method("gru"), method("lru"), method("gru", "rtrl")
    assert names([a, b, a]) == {a: "gru", b: "lru"}
    assert names([a, b, c])[c] == "gru with rtrl"
    longer = method("gru", "online", "9 steps")
    assert names([a, longer]) == {a: "gru with online", longer: "gru with online for 9 steps"}
