"""Comparisons of lists of arrays."""

import numpy as np


def same(first, second):
    """Whether two lists of arrays are equal, bit for bit."""
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
