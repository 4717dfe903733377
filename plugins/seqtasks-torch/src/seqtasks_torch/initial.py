"""Initial weights of the same distributions as those of Keras's GRU and LSTM layers, drawn from a seed."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def glorot_uniform(random: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Uniform between -a and a, a^2 = 6 / (rows + columns) (Glorot & Bengio 2010).

    Example:
        >>> bool(np.abs(glorot_uniform(np.random.default_rng(0), (2, 4))).max() <= 1)
        True
    """
    limit = np.sqrt(6 / sum(shape))
    return random.uniform(-limit, limit, shape)


def orthogonal(random: np.random.Generator, shape: tuple[int, int]) -> Array:
    """A matrix with orthonormal rows, no more rows than columns (Saxe et al. 2013, arXiv:1312.6120).

    Example:
        >>> q = orthogonal(np.random.default_rng(0), (2, 6))
        >>> np.allclose(q @ q.T, np.eye(2), atol=1e-12)
        True
    """
    q, r = np.linalg.qr(random.normal(size=shape[::-1]))
    found: Array = (q * np.sign(np.diag(r))).T
    return found
