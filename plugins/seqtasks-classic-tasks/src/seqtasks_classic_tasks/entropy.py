"""Entropies of tables of shares, in nats."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def entropy(shares: ArrayLike) -> float:
    """H(Y) = -sum p ln p, where p is ``shares`` divided by their sum.

    Example:
        >>> round(entropy([1, 1]), 6)
        0.693147
    """
    return conditional_entropy(np.asarray(shares)[None])


def conditional_entropy(joint: ArrayLike) -> float:
    """H(Y | X) of a table (X, Y) of shares, divided by their sum.

    Example:
        >>> round(conditional_entropy([[1, 1], [0, 2]]), 6)
        0.346574
    """
    table: NDArray[Any] = np.asarray(joint, np.float64)
    rows = np.broadcast_to(table.sum(axis=1, keepdims=True), table.shape)
    there = table > 0
    return float(table[there] @ np.log(rows[there] / table[there]) / table.sum())
