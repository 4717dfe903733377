"""Initial weights of the same distributions as those of Keras's layers in seqtasks, drawn from a seed."""

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


def gate_orthogonal(random: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Square blocks next to each other, one a gate, each orthogonal (Saxe et al. 2013, arXiv:1312.6120).

    Example:
        >>> q = gate_orthogonal(np.random.default_rng(0), (2, 6))[:, 2:4]
        >>> np.allclose(q @ q.T, np.eye(2), atol=1e-12)
        True
    """
    q, r = np.linalg.qr(random.normal(size=(shape[1] // shape[0], shape[0], shape[0])))
    q *= np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None, :]  # uniform over all rotations
    return np.concatenate(list(q), axis=1)
