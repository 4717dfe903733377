"""Ranks, and the verdict of each row."""

import pytest
from support.made_up_runs import method, runs

from seqtasks.comparison.configuration import configurations, names
from seqtasks.comparison.leaderboard import ALONE, NO_SCORE, leaderboard, task_verdicts


def board(*made):
    found, _ = configurations([run for each in made for run in each])
    named = names(each.method for each in found)
    return found, named, leaderboard(found, named)


def test_ranked_by_the_interquartile_mean():
    """Not by the best run: one run of 1.0 among nine of 0 is behind ten of 0.4."""
    _, _, rows = board(runs("lucky", "delay", [1.0] + [0.0] * 9), runs("steady", "delay", [0.4] * 10))
    assert [(row.rank, row.method.model, row.skill.value) for row in rows] == [
        (1, "steady", pytest.approx(0.4)),
        (2, "lucky", pytest.approx(0.0)),
    ]
    assert rows[1].improvement.value == pytest.approx(0.1)
    assert rows[0].improvement is None


def test_first_row_is_compared_with_the_second():
    """The first two rows share a verdict; the third is compared with the first."""
    good = [0.98 + 0.001 * seed for seed in range(20)]
    bad, worse = [0.1 + 0.001 * seed for seed in range(20)], [0.01 * (seed % 3) for seed in range(20)]
    _, _, rows = board(runs("lru", "delay", good), runs("gru", "delay", bad), runs("rnn", "delay", worse))
    assert rows[0].verdict == rows[1].verdict == "lru solves delay more often than gru: 20 of 20 against 0 of 20 seeds."
    assert rows[2].verdict == "lru solves delay more often than rnn: 20 of 20 against 0 of 20 seeds."
    assert (rows[0].share, rows[0].share_interval[0]) == ((20, 20), pytest.approx(0.8389, abs=1e-4))


def test_a_method_that_misses_a_task_is_not_ranked():
    """Its mean is over other tasks, so it stands last without a rank, however high it is."""
    _, _, rows = board(
        runs("gru", "delay", [0.5] * 3),
        runs("gru", "echo", [0.5] * 3),
        runs("lru", "delay", [0.4] * 3),
        runs("lru", "echo", [0.4] * 3),
        runs("easy", "delay", [1.0] * 3),
    )
    assert [(row.rank, row.method.model) for row in rows] == [(1, "gru"), (2, "lru"), (None, "easy")]
    assert "not ranked" in rows[2].verdict


def test_verdicts_on_each_task():
    """Each task has its own best method; one without a result or a rival says so."""
    found, named, _ = board(
        runs("gru", "a", [0.99] * 8),
        runs("lru", "a", [0.0] * 8),
        runs("rnn", "a", [None], status="failed"),
        runs("gru", "b", [0.9]),
    )
    words = dict(zip([(each.task, each.method.model) for each in found], task_verdicts(found, named), strict=True))
    assert words["a", "gru"] == words["a", "lru"] == "gru solves a more often than lru: 8 of 8 against 0 of 8 seeds."
    assert (words["a", "rnn"], words["b", "gru"]) == (NO_SCORE, ALONE)


def test_nothing_to_rank():
    """Failed runs make no leaderboard."""
    _, named, rows = board(runs("rnn", "a", [None], status="failed"))
    assert rows == []
    assert named == {method("rnn"): "rnn"}
