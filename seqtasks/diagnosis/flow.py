"""How a gradient grows or shrinks on its way back through the steps of a recurrent layer.

Axis letters: B rows, T steps, S numbers of a state, K lags.
"""

from typing import Final

import numpy as np

from seqtasks.core.network import Array
from seqtasks.diagnosis.dynamics import AbstractDynamics, Trajectory

SEED: Final = 0


def gradient_flow(dynamics: AbstractDynamics, run: Trajectory, lags: int | None = None) -> Array:
    """The norm of a random gradient after k steps back from the last step, as a share of its norm before.

        flow(k) = median over rows of ||J(T-k+1)^T ... J(T)^T v|| / ||v||,  J(t) = ds(t) / ds(t-1)

    Args:
        dynamics: The layer.
        run: Its trajectory.
        lags: The greatest lag K, at most T; None for T - 1, the first step of the run.

    Returns:
        (K + 1,); 1 at the lag 0. Infinite where a norm is not a number.

    Example:
        >>> import keras
        >>> from seqtasks.diagnosis.dynamics import trajectory
        >>> from seqtasks.diagnosis.keras_dynamics import KerasDynamics
        >>> layer = keras.layers.SimpleRNN(2, activation=None, use_bias=False)
        >>> layer.build((None, None, 1))
        >>> layer.set_weights([np.ones((1, 2)), 3 * np.eye(2)])
        >>> dynamics = KerasDynamics.of_layer(layer)
        >>> gradient_flow(dynamics, trajectory(dynamics, np.ones((1, 4, 1), np.float32))).round(3)
        array([ 1.,  3.,  9., 27.])
    """
    rows, steps, size = run.states.shape
    vectors = np.random.default_rng(SEED).normal(size=(rows, size)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = [1.0]
    for lag in range(steps - 1 if lags is None else lags):
        step = steps - 1 - lag
        vectors = dynamics.pullback(run.inputs[:, step], run.before[:, step], None, vectors)
        found.append(float(np.median(np.linalg.norm(vectors.astype(np.float64), axis=1))))
    return np.where(np.isnan(found), np.inf, found)
