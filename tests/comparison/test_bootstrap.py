"""Estimates over several tasks, against formulas, SciPy, and made-up experiments whose truth is known."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, norm, trim_mean

from seqtasks.comparison.bootstrap import interquartile_mean, mean, probability_of_improvement, tail

EXPERIMENTS = 1000


def covered(estimates, truth):
    """The share of the intervals that hold the truth."""
    return np.mean([each.low <= truth <= each.high for each in estimates])


def test_iqm_is_the_mean_of_the_middle_half():
    """Where a quarter of the scores is a whole number, it is the trimmed mean of SciPy, which rliable uses."""
    scores = np.random.default_rng(0).normal(size=40)
    assert interquartile_mean([scores]).value == pytest.approx(trim_mean(scores, 0.25))


def test_a_hard_task_counts():
    """A method that solves three of four tasks has 0.75, not 1 as in a pool of all scores."""
    assert interquartile_mean([[1.0] * 8] * 3 + [[0.0] * 8]).value == pytest.approx(0.75)


def test_scores_on_the_edge_count_in_part():
    """Of nine scores, the middle half is 4.5: the five in the middle and less of the outer two of them."""
    assert interquartile_mean([[1, 3, 5, 7, 9, 11, 13, 15, 17]]).value == pytest.approx(9)
    assert interquartile_mean([[0, 0, 1, 4, 100]]).value == pytest.approx((0.75 * 0 + 1 * 1 + 0.75 * 4) / 2.5)


def test_each_task_has_the_same_weight():
    """A task that was run four times as often does not count more."""
    once, often = [0.0, 0.2, 0.3, 0.9], [1.0, 0.8, 0.1, 0.7]
    assert interquartile_mean([once, often * 4]).value == pytest.approx(interquartile_mean([once, often]).value)


def test_improvement_is_the_u_statistic():
    """On one task it is U / (n m) of Mann and Whitney, ties included; over tasks it is their mean."""
    rng = np.random.default_rng(1)
    tasks = [(rng.integers(0, 5, 7), rng.integers(0, 6, 9)) for _ in range(3)]
    expected = np.mean([mannwhitneyu(x, y).statistic / 63 for x, y in tasks])
    assert probability_of_improvement(tasks).value == pytest.approx(expected)


def test_improvement_without_an_exception_is_not_certain():
    """If each of 20 runs is better than each of 20, the interval is not a point, but that of 20 of 20."""
    found = probability_of_improvement([(np.arange(20) + 100, np.arange(20))])
    assert (found.value, found.high) == (1, pytest.approx(1))
    assert found.low == pytest.approx(0.8389, abs=1e-4)
    assert found.complement().high == pytest.approx(1 - 0.8389, abs=1e-4)


def test_few_seeds_have_no_interval():
    """Two seeds have a mean, and no interval."""
    assert mean([[1.0, 2.0]]).value == 1.5
    assert mean([[1.0, 2.0]]).low is None
    assert interquartile_mean([[0.5]]).low is None


def test_no_score():
    """There is no mean of nothing."""
    with pytest.raises(ValueError, match="at least one score"):
        interquartile_mean([[]])


def test_expansion_of_small_samples():
    """The tail of n = 20 is Phi(-sqrt(20/19) 2.0930), and that of a large sample is 2.5 %."""
    assert tail([20]) == pytest.approx(norm.cdf(-np.sqrt(20 / 19) * 2.0930), abs=1e-6)
    assert tail([10**6]) == pytest.approx(0.025, abs=1e-5)


@pytest.mark.parametrize("seeds", [10, 20])
def test_intervals_of_iqm_cover(seeds):
    """95 % intervals hold the true interquartile mean of three tasks in 93 to 97 % of the experiments."""
    rng = np.random.default_rng(2)

    def run(n):
        return [rng.beta(2, 1, n), rng.normal(0.2, 0.1, n), rng.beta(1, 5, n)]

    truth = np.mean([trim_mean(task, 0.25) for task in run(400_000)])
    assert 0.93 <= covered([interquartile_mean(run(seeds)) for _ in range(EXPERIMENTS)], truth) <= 0.97


@pytest.mark.parametrize("seeds", [10, 20])
def test_intervals_of_the_mean_cover(seeds):
    """The same of the mean difference over two tasks of different spread."""
    rng = np.random.default_rng(3)
    found = [mean([rng.normal(0.1, 0.1, seeds), rng.normal(0.3, 0.4, seeds)]) for _ in range(EXPERIMENTS)]
    assert 0.93 <= covered(found, 0.2) <= 0.97


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_intervals_of_the_improvement_cover(shift):
    """The same of P(X > Y) = Phi(shift / sqrt 2) for normal scores on two tasks."""
    rng = np.random.default_rng(4)
    found = [
        probability_of_improvement([(rng.normal(shift, 1, 20), rng.normal(0, 1, 20)) for _ in range(2)])
        for _ in range(EXPERIMENTS)
    ]
    assert 0.93 <= covered(found, norm.cdf(shift / np.sqrt(2))) <= 0.97
