"""Many draws of a random credit rule's gradients: every lane of every seed is one, all of the same sequence."""

import numpy as np

from support.frozen import by_rule, sequence

SEEDS, LANES, STEPS = 20, 500, 8


def assert_unbiased(network, credit, exact):
    """The mean of all draws is within three standard errors of the exact gradients (T, P), each and summed."""
    chunk = sequence(STEPS, LANES, alike=True)
    means = np.array([by_rule(network, credit, chunk, seed) for seed in range(SEEDS)])
    for got, wanted in ((means, exact), (means.sum(axis=1), exact.sum(axis=0))):
        errors = np.linalg.norm(got.mean(axis=0) - wanted, axis=-1)
        standard = np.sqrt(got.var(axis=0, ddof=1).sum(axis=-1) / SEEDS)
        assert (errors <= 3 * standard + 1e-12).all()


def spread(network, credit):
    """The standard deviation of a single draw's summed gradient, as a share of its mean's length."""
    sums = np.array([by_rule(network, credit, sequence(STEPS), seed).sum(axis=0) for seed in range(5 * SEEDS)])
    return np.sqrt(sums.var(axis=0, ddof=1).sum()) / np.linalg.norm(sums.mean(axis=0))
