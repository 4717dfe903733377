"""A share of few, and how far from it the true one may lie."""

import math
from statistics import NormalDist
from typing import Final

Z: Final = NormalDist().inv_cdf(0.975)


def wilson(solved: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share s = solved / of, with z = 1.96.

        (s + z^2 / 2 of ± z sqrt(s (1 - s) / of + z^2 / 4 of^2)) / (1 + z^2 / of)

    Example:
        >>> [round(edge, 3) for edge in wilson(8, 10)]
        [0.49, 0.943]

    Source: Wilson (1927), Journal of the American Statistical Association 22(158).
    """
    share, spread = solved / of, Z * Z / of
    middle = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return (0.0 if solved == 0 else low, 1.0 if solved == of else high)
