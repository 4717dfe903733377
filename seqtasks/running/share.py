"""The share of replicas that solve a task, and its confidence interval."""

from collections.abc import Sequence
from typing import Any, Final

from scipy.stats import binomtest

CONFIDENCE: Final = 0.95


def solved_share(solved: Sequence[bool | None]) -> dict[str, Any] | None:
    """How many replicas solved the task, and the 95 % interval of their share.

    Args:
        solved: Whether each replica solved the task; None where the optimum is unknown.

    Returns:
        ``solved``, ``of`` and ``interval``; None if the optimum is unknown.
    """
    if None in solved:
        return None
    count = sum(map(bool, solved))
    return {"solved": count, "of": len(solved), "interval": list(wilson(count, len(solved)))}


def wilson(solved: int, of: int) -> tuple[float, float]:
    """The 95 % Wilson interval of the share s = solved / of, with z = 1.96.

        (s + z^2 / 2 of ± z sqrt(s (1 - s) / of + z^2 / 4 of^2)) / (1 + z^2 / of)

    Example:
        >>> [round(edge, 3) for edge in wilson(8, 10)]
        [0.49, 0.943]

    Source:
        Wilson (1927), Journal of the American Statistical Association 22(158).
    """
    interval = binomtest(solved, of).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)
