"""How far back a gradient reaches: the norm of the gradient of a step's loss by earlier states.

Axis letters: B lanes, T steps, O outputs, S numbers of a state, K lags.
"""

from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.diagnosis.dynamics import AbstractDynamics, Trajectory
from seqtasks.diagnosis.resampling import interval

NOTICEABLE: Final = 0.01  # of the largest norm: below, what flows back is lost in the noise of the other steps
TIMES: Final = 8  # time steps of each lane whose loss is differentiated, at most


@final
@dataclass(frozen=True, eq=False)
class Credit:
    """The gradient of the loss l(t) by the state s(t-k), for each lag k.

        norm(k) = sqrt(E ||dl(t) / ds(t-k)||^2)

    Args:
        lags: The lags k, increasing; the first is 0, or 1 where the state that the outputs read is unknown.
        norms: The norm at each lag, (K,).
        low: The lower ends of their 95 % intervals over the lanes.
        high: The upper ends.
    """

    lags: NDArray[np.int64]
    norms: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def relative(self, lag: int) -> float:
        """The norm at a lag as a share of that at the first lag; 0 if no gradient flows, nan if the lag is unknown."""
        found = np.flatnonzero(self.lags == lag)
        if not found.size:
            return float("nan")
        return float(self.norms[found[0]] / self.norms[0]) if self.norms[0] > 0 else 0.0

    def reach(self, share: float = NOTICEABLE) -> int:
        """The greatest lag whose norm is at least this share of the largest norm; 0 if no gradient flows.

        Args:
            share: In (0, 1].
        """
        enough = self.lags[(self.norms >= share * self.norms.max()) & (self.norms > 0)]
        return int(enough.max(initial=0))


def credit(
    dynamics: AbstractDynamics,
    run: Trajectory,
    slopes: Array,
    lags: int,
    seed: int = 0,
) -> Credit:
    """Measure how far back the gradient of the loss of a step reaches.

        dl(t)/ds(t-1) = (do(t)/ds(t-1))^T dl(t)/do(t)
        dl(t)/ds(t-k-1) = (ds(t-k)/ds(t-k-1))^T dl(t)/ds(t-k)

    Args:
        dynamics: The network.
        run: Its trajectory.
        slopes: The derivatives of the losses by the outputs, dl/do, (B, T, O).
        lags: The greatest lag K, at most T - 1.
        seed: The seed of the resampling.

    Returns:
        The norms at the lags up to K.
    """
    lanes = len(run.starts)
    times = _times(slopes, lags)
    by_outputs = slopes[:, times]
    squares: list[Array] = []
    now = dynamics.observe(_rows(run.states[:, times]), _rows(run.outputs[:, times]), _rows(by_outputs))
    first = 1 if now is None else 0
    if now is not None:
        squares.append(np.square(now).sum(axis=1))
    flowing: Array | None = None
    for lag in range(1, lags + 1):
        at = times - lag + 1  # the step that the gradient flows through
        inside = at >= 0
        at = np.maximum(at, 0)
        inputs, before = _rows(run.inputs[:, at]), _rows(run.before[:, at])
        out = _rows(by_outputs) if flowing is None else None
        flowing = dynamics.pullback(inputs, before, out, flowing)
        flowing = flowing * _rows((inside & ~run.starts[:, at])[..., None])
        squares.append(np.square(flowing.astype(np.float64)).sum(axis=1))
    each = np.stack(squares).reshape(len(squares), lanes, len(times)).mean(axis=2)  # (K, B)
    low, high = interval(lambda chosen: np.sqrt(each[:, chosen].mean(axis=1)), lanes, seed)
    return Credit(np.arange(first, lags + 1), np.sqrt(each.mean(axis=1)), low, high)


def _times(slopes: Array, lags: int) -> NDArray[np.int64]:
    """At most 8 steps with a loss, if possible with all lags before them."""
    counted = np.flatnonzero(np.any(slopes != 0, axis=(0, 2)))
    late = counted[counted >= lags]
    chosen = late if late.size else counted[-TIMES:]
    return np.unique(chosen[np.linspace(0, len(chosen) - 1, min(TIMES, len(chosen))).round().astype(int)])


def _rows(values: Array) -> Array:
    """Lanes and times as one axis."""
    return values.reshape(-1, *values.shape[2:])
