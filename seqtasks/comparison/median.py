"""The median of the seeds of one task."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

from seqtasks.comparison.estimate import Estimate
from seqtasks.running.share import CONFIDENCE

FEWEST: Final = 6  # seeds: the range of fewer holds the median with a probability below 95 %


def median(scores: ArrayLike) -> Estimate:
    """The median with a 95 % interval that assumes no distribution.

    The interval from the d-th smallest to the d-th largest of n scores holds the median with the probability
    1 - 2 P(B < d), B ~ binomial(n, 1/2). The ends are interpolated between the two d that are closest to 95 %.

    Args:
        scores: Those of the seeds.

    Raises:
        ValueError: If there is no score.

    Example:
        >>> str(median(range(1, 21)))
        '10.500 (6.235 to 14.765)'

    Source:
        Hettmansperger & Sheather (1986), Statistics and Probability Letters 4(2).
    """
    ordered = np.sort(np.asarray(scores, np.float64))
    n = len(ordered)
    if n == 0:
        raise ValueError("A median needs at least one score.")
    middle = float(ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    if n < FEWEST:
        return Estimate(middle, None, None)
    d, inner = _ranks(n)
    low = (1 - inner) * ordered[d - 1] + inner * ordered[d]
    high = (1 - inner) * ordered[n - d] + inner * ordered[n - d - 1]
    return Estimate(middle, float(low), float(high))


@lru_cache(maxsize=1024)
def _ranks(n: int) -> tuple[int, float]:
    """The rank d, and the weight of the rank d + 1."""
    coverage = 1 - 2 * binom.cdf(np.arange(n // 2 + 1) - 1, n, 0.5)  # of the ranks 0, 1, 2, ...
    d = int(np.flatnonzero(coverage >= CONFIDENCE)[-1])
    excess = (coverage[d] - CONFIDENCE) / (coverage[d] - coverage[d + 1])
    return d, float((n - d) * excess / (d + (n - 2 * d) * excess))
