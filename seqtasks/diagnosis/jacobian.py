"""The recurrent Jacobian along a trajectory: whether gradients grow or shrink from step to step.

Axis letters: N samples, I inputs, S numbers of a state.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.diagnosis.dynamics import AbstractDynamics

ROWS: Final = 16_384  # of a state in one call


def jacobians(dynamics: AbstractDynamics, inputs: Array, states: Array) -> NDArray[np.float64]:
    """The Jacobian of each step, J[n, i, j] = ds_i(t) / ds_j(t-1).

    Args:
        dynamics: The network.
        inputs: x(t), (N, I).
        states: s(t-1), (N, S).

    Returns:
        (N, S, S).
    """
    size = states.shape[1]
    found = []
    for first in range(0, len(states), max(1, ROWS // size)):
        piece = slice(first, first + max(1, ROWS // size))
        x, s = np.repeat(inputs[piece], size, axis=0), np.repeat(states[piece], size, axis=0)
        seeds = np.tile(np.eye(size), (len(states[piece]), 1))
        found.append(dynamics.pullback(x, s, None, seeds).reshape(-1, size, size))
    return np.concatenate(found).astype(np.float64)


def spectral_norms(dynamics: AbstractDynamics, inputs: Array, states: Array) -> NDArray[np.float64]:
    """The greatest singular value of the Jacobian of each step: by how much a step can stretch a gradient at most.

    Below 1 at every step, gradients vanish at least geometrically; a product of norms above 1 lets them explode.

    Args:
        dynamics: The network.
        inputs: x(t), (N, I).
        states: s(t-1), (N, S).

    Returns:
        (N,).

    Source: Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, section 2.
    """
    return np.asarray(np.linalg.norm(jacobians(dynamics, inputs, states), ord=2, axis=(1, 2)))
