"""Ranks, and the verdict of each row."""

import numpy as np
import pytest
from scipy.stats import binomtest
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


@pytest.mark.parametrize("table", ["task", "leaderboard"])
def test_seeds_needed_with_all_pairs(table):
    """2^(1 - n) is at most 0.05 / 6, for the six pairs of four methods, from n = 8; for three pairs, n = 7 would do."""
    models = ("a", [0.9] * 5), ("b", [0.5] * 5), ("c", [0.1] * 5), ("d", [0.0] * 5)
    found, named, rows = board(*(runs(model, "delay", skills, solved=None) for model, skills in models))
    sentences = [row.verdict for row in rows] if table == "leaderboard" else task_verdicts(found, named)
    assert sentences[3] == "a and d are not distinguishable at 5 seeds; 8 would be needed."


@pytest.mark.parametrize("table", ["task", "leaderboard"])
def test_methods_without_a_difference(table):
    """Of 200 reports on ten equal methods, no more state a difference than 5 % of all reports may."""
    rng = np.random.default_rng(0)
    false = 0
    for _ in range(200):
        made = [runs(f"m{m}", "delay", rng.normal(size=20), solved=None) for m in range(10)]
        found, _ = configurations([run for each in made for run in each])
        named = names(each.method for each in found)
        sentences = (
            [row.verdict for row in leaderboard(found, named)]
            if table == "leaderboard"
            else task_verdicts(found, named)
        )
        false += any("has a higher skill" in words for words in sentences)
    assert binomtest(false, 200, 0.05, alternative="greater").pvalue > 0.01


def test_a_clear_difference_among_many_methods():
    """The best of 45 methods is better on each of 20 seeds: seen, although there are 990 pairs."""
    rng = np.random.default_rng(0)
    made = [runs(f"m{m:02}", "delay", rng.uniform(0, 0.1, 20) + 0.5 * (m == 0), solved=None) for m in range(45)]
    _, _, rows = board(*made)
    assert [row.verdict.startswith("m00 has a higher skill than ") for row in rows] == [True] * 45


def test_nothing_to_rank():
    """Failed runs make no leaderboard."""
    _, named, rows = board(runs("rnn", "a", [None], status="failed"))
    assert rows == []
    assert named == {method("rnn"): "rnn"}
