"""Paired tests and the seeds that they need, against SciPy, published numbers, and made-up experiments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, nct, permutation_test, t

from seqtasks.comparison.paired import holm, mcnemar, seeds_for_difference, seeds_for_shares, sign_flip


def of_effect(d, n=100):
    """Differences with the mean d and the standard deviation 1."""
    signs = np.tile([1.0, -1.0], n // 2)
    return signs / signs.std(ddof=1) + d


@pytest.mark.parametrize("n", [2, 5, 13])
def test_all_signs_of_few_pairs(n):
    """The p value is that of SciPy's permutation test, which tries all signs as well."""
    differences = np.random.default_rng(n).normal(0.5, 1, n)
    expected = permutation_test(
        (differences,), np.sum, permutation_type="samples", n_resamples=np.inf, vectorized=False
    ).pvalue
    assert sign_flip(differences) == pytest.approx(expected)


@pytest.mark.parametrize("n", [14, 17])
@pytest.mark.parametrize("is_whole", [True, False])
def test_all_signs_count_of_more_pairs(n, is_whole):
    """The sums of two halves count what all 2^n sums count, also where many of them are equal."""
    differences = np.random.default_rng(n).normal(1, 3, n)
    if is_whole:
        differences = np.rint(differences)
    kept = differences[differences != 0]
    sums = (1.0 - 2.0 * ((np.arange(2 ** len(kept))[:, None] >> np.arange(len(kept))) & 1)) @ kept
    assert sign_flip(differences) == np.mean(np.abs(sums) >= abs(kept.sum()) - 1e-9)


def test_random_signs_of_many_pairs():
    """The p value of 30 pairs is close to that of a paired t test, which is right for normal differences."""
    differences = np.random.default_rng(0).normal(0.3, 1, 30)
    statistic = differences.mean() / differences.std(ddof=1) * np.sqrt(30)
    assert sign_flip(differences) == pytest.approx(2 * t.sf(abs(statistic), 29), abs=0.01)


@pytest.mark.parametrize("n", [13, 20, 25, 200])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_same_sign_of_all_pairs(n, sign):
    """Two of the 2^n signs are as extreme, also where only random ones are tried; a zero is no pair."""
    assert sign_flip([*(sign * np.arange(1.0, n + 1)), 0.0]) == 2.0 ** (1 - n)


def test_weights():
    """A weight of 2 is a difference of twice the size; equal runs say nothing."""
    assert sign_flip([1, 2, -4], [2, 1, 1]) == sign_flip([2, 2, -4])
    assert sign_flip([]) == sign_flip([0.0, 0.0]) == 1


def test_false_differences():
    """Where there is no difference, the test sees one in 5 % of the experiments: 3.5 to 6.5 % of 1000."""
    rng = np.random.default_rng(6)
    assert 0.035 <= np.mean([sign_flip(rng.normal(size=20)) < 0.05 for _ in range(1000)]) <= 0.065


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 5), st.integers(0, 5))
def test_mcnemar_is_a_binomial_test(b, c, both, neither):
    """Only the seeds count that one of the two solves: they are a fair coin."""
    first = [True] * (b + both) + [False] * (c + neither)
    second = [False] * b + [True] * (both + c) + [False] * neither
    expected = binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert mcnemar(first, second) == pytest.approx(expected)


def test_holm():
    """p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") of R, and the cap at 1."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1, 1]
    assert holm([]) == []


@pytest.mark.parametrize(("d", "seeds"), [(0.1, 787), (0.2, 199), (0.5, 34), (0.8, 15), (1.0, 10)])
def test_seeds_of_a_paired_test(d, seeds):
    """G*Power's numbers of pairs for a paired t test, two-sided, with 5 % and a power of 80 %."""
    assert seeds_for_difference(of_effect(d)) == seeds


def test_power_with_more_tests():
    """With ten tests, the exact power at the number is at least 80 %, and below with one seed less."""
    n = seeds_for_difference(of_effect(0.4), tests=10)
    power = [nct.sf(t.ppf(1 - 0.0025, k - 1), k - 1, 0.4 * np.sqrt(k)) for k in (n - 1, n)]
    assert power[0] < 0.8 <= power[1]


def test_no_number_of_seeds():
    """No difference, a tiny one, or a single seed."""
    assert seeds_for_difference([0.0, 0.0]) is None
    assert seeds_for_difference(of_effect(0.001)) is None
    assert seeds_for_difference([0.3]) is None
    assert seeds_for_shares([True, False], [False, True]) is None


def test_six_seeds_at_least():
    """The smallest p value of five pairs is 2 / 32, above 5 %."""
    assert seeds_for_difference([0.3, 0.3, 0.3]) == 6
    assert seeds_for_shares([True] * 3, [False] * 3) == 6


def test_seeds_of_shares():
    """Connor's formula by hand: q = 0.25, d = 0.15, (1.95996 * 0.5 + 0.84162 * sqrt(0.2275))^2 / 0.0225 = 84.8."""
    first = [True] * 25 + [False] * 75
    second = [False] * 20 + [True] * 10 + [False] * 70
    assert seeds_for_shares(first, second) == 85


def test_normal_limit():
    """The p value of 201 pairs is close to that of 200 of them, for which random signs are drawn."""
    differences = np.random.default_rng(1).normal(0.15, 1, 201)
    differences[-1] = 1e-9
    assert sign_flip(differences) == pytest.approx(sign_flip(differences[:-1]), abs=0.005)
