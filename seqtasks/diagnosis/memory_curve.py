"""What the state of a network remembers: the past inputs that a linear readout can decode from it.

Axis letters: B lanes, T steps, D numbers of an input (one-hot for symbols), S numbers of a state, K lags.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.diagnosis.decoding import Decoded, decode
from seqtasks.diagnosis.resampling import interval


@final
@dataclass(frozen=True, eq=False)
class MemoryCurve:
    """How well x[t-k] can be decoded from the state s(t), for the lags k = 0 .. K.

        share(k) = R^2 of x[t-k] given s(t), a mean over the D numbers of an input
        capacity = sum over k = 1 .. K of R^2, a sum over the D numbers

    Args:
        share: (K + 1,); unbiased, and so sometimes a little less than 0.
        low: The lower ends of the 95 % intervals over the lanes.
        high: The upper ends.
        capacity: The memory capacity in steps, at most the size of the state.
        capacity_interval: Its 95 % interval.
    """

    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    capacity: float
    capacity_interval: tuple[float, float]


def memory_curve(
    states: Array, inputs: Array, lags: int, starts: NDArray[np.bool_] | None = None, seed: int = 0
) -> MemoryCurve:
    """Measure the decoding curve and the memory capacity of a network.

    Args:
        states: The state after each step, (B, T, S), of at least 5 lanes.
        inputs: (B, T, D); symbols as one-hot vectors.
        lags: K, less than T.
        starts: (B, T); where an episode starts. Inputs of an earlier episode are not decoded. None for no start.
        seed: The seed of the resampling.

    Source: Jaeger (2001), Short term memory in echo state networks, GMD report 152.
    """
    episode = np.zeros(states.shape[:2], int) if starts is None else np.cumsum(starts, axis=1)
    found: list[Decoded] = []
    for lag in range(lags + 1):
        length = states.shape[1] - lag
        same = episode[:, lag:] == episode[:, :length]
        if not same.any():
            break
        found.append(decode(states[:, lag:], inputs[:, :length], same))
    varying = max(1, *(one.varying for one in found))
    residuals = np.stack([one.residuals for one in found])  # (K + 1, B)
    numbers = np.array([one.varying for one in found])

    def shares(drawn: Array) -> Array:
        return np.asarray(numbers - residuals[:, drawn].mean(axis=1))

    low, high = interval(lambda drawn: shares(drawn) / varying, len(states), seed)
    ends = interval(lambda drawn: shares(drawn)[1:].sum(), len(states), seed)
    each = shares(np.arange(len(states)))
    return MemoryCurve(each / varying, low, high, float(each[1:].sum()), (float(ends[0]), float(ends[1])))
