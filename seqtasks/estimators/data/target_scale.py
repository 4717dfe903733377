"""The mean and the scale of real targets, of all at once and row by row.

Axis letters: N targets, T rows, O outputs.
"""

import math
from dataclasses import dataclass
from typing import Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

WARM_UP: Final = 10  # the first row that is learned
WIDEST: Final = 2.0  # of the scale in use: the largest standard deviation of targets, and distance of their mean
NARROWEST: Final = 0.25  # of the scale in use: the smallest one
LEAST: Final = 1e-3  # of the scale in use: targets with a smaller standard deviation do not vary
_TINY: Final = float(np.finfo(np.float64).tiny)
ROUNDING: Final = 1e-3  # of the old scale: the greatest error of a prediction that a new scale may cause


def mean_and_scale(targets: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """The weighted mean and standard deviation (or 1 if it is 0) of targets, each (O,).

    Args:
        targets: (N, O).
        weights: (N,), positive.

    Raises:
        ValueError: If the variance overflows or underflows.

    Example:
        >>> mean_and_scale(np.array([[1.0], [3.0]]), np.ones(2))
        (array([2.]), array([1.]))
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # the check below raises an error
        mean = np.average(targets, axis=0, weights=weights)
        spread = np.sqrt(np.average((targets - mean) ** 2, axis=0, weights=weights))
    _check_spread(targets, spread, np.ptp(targets, axis=0) > 0)
    constant = np.ptp(targets, axis=0) == 0  # the rounding of the mean is no scale
    return np.where(constant, targets[0], mean), np.where(constant, 1.0, spread)


def _check_spread(targets: Numbers, spread: Numbers, varied: NDArray[np.bool_]) -> None:
    if not np.isfinite(spread).all():
        raise ValueError(
            "Input y contains a value too large for dtype('float64'): the variance overflows, with targets up to "
            f"{np.abs(targets).max():.3g}. Convert y to a larger unit."
        )
    if (varied & (spread < np.finfo(np.float64).tiny)).any():
        raise ValueError(
            "Input y contains differences too small for dtype('float64'): the variance underflows, with targets up to "
            f"{np.abs(targets).max():.3g}. Convert y to a smaller unit."
        )


@final
@dataclass(frozen=True, eq=False)
class RunningMoments:
    """Moments of all targets of a stream so far, the same to the last bit however its rows are cut into calls.

        mean = k + S1 / n,   variance = S2 / n - (S1 / n)^2,   Sj = sum of (y - k)^j

    k is the first target. It is one of those that are averaged, so that the rounding error of the variance is at most
    about n times that of one number, for 1e8 +- 1 as well.

    Source: shifted data, Chan, Golub & LeVeque (1983), The American Statistician 37(3).

    Args:
        sums: (4, O): n, k, S1 and S2 of each output.
    """

    sums: Numbers

    @classmethod
    def empty(cls, outputs: int) -> Self:
        """The moments of no targets."""
        return cls(np.zeros((4, outputs)))

    @property
    def count(self) -> int:
        """The number of targets."""
        return int(self.sums[0, 0])

    @property
    def mean_and_spread(self) -> tuple[Numbers, Numbers]:
        """The mean and the standard deviation of each output, (O,); zeros of no targets."""
        means, spreads = _moments(*self.sums[:, None])
        return means[0], spreads[0]

    def prefixes(self, targets: Numbers) -> tuple[Numbers, Numbers, "RunningMoments"]:
        """The moments after each of the next targets.

        Args:
            targets: (T, O).

        Returns:
            The means and standard deviations (T, O) of all targets up to each row, that row included; and the moments
            after all rows.

        Raises:
            ValueError: If the variance overflows or underflows.

        Example:
            >>> means, spreads, _ = RunningMoments.empty(1).prefixes(np.array([[1.0], [3.0]]))
            >>> means.ravel().tolist(), spreads.ravel().tolist()
            ([1.0, 2.0], [0.0, 1.0])
        """
        rows = len(targets)
        n, first, sum_1, sum_2 = self.sums
        first = first if self.count else targets[0]
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # the check below raises an error
            away = targets - first
            # accumulated in order: np.sum would add pairs, and the result would depend on the cuts
            sums_1 = np.add.accumulate(np.concatenate([sum_1[None], away]), axis=0)[1:]
            sums_2 = np.add.accumulate(np.concatenate([sum_2[None], away * away]), axis=0)[1:]
            counts = n[0] + np.arange(1, rows + 1)[:, None]
            means, spreads = _moments(counts, first, sums_1, sums_2)
        _check_spread(targets, spreads, (away != 0) & (sums_2 == 0))
        last = np.stack([np.full_like(first, n[0] + rows), first, sums_1[-1], sums_2[-1]])
        return means, spreads, RunningMoments(last)

    def with_one(self, target: float) -> tuple[float, float, "RunningMoments"] | None:
        """The mean, the standard deviation and the moments with one more target, of a single output.

        The same numbers as those of :meth:`prefixes`, to the bit, without arrays of one element, which cost more than
        the arithmetic.

        Returns:
            None before the second target, and if the variance overflows or underflows.

        Example:
            >>> *_, one = RunningMoments.empty(1).prefixes(np.array([[1.0]]))
            >>> one.with_one(3.0)[:2]
            (2.0, 1.0)
        """
        (n,), (first,), (sum_1,), (sum_2,) = self.sums.tolist()
        n, away = n + 1.0, target - first
        sum_1, sum_2 = sum_1 + away, sum_2 + away * away
        shift = sum_1 / n
        variance = sum_2 / n - shift * shift
        if n == 1.0 or not _TINY < variance < math.inf:
            return None
        return first + shift, math.sqrt(variance), RunningMoments(np.array([[n], [first], [sum_1], [sum_2]]))


def _moments(n: Any, first: Numbers, sums_1: Numbers, sums_2: Numbers) -> tuple[Numbers, Numbers]:
    n = np.maximum(n, 1.0)
    shift = sums_1 / n
    return first + shift, np.sqrt(np.maximum(sums_2 / n - shift * shift, 0.0))


@final
@dataclass(frozen=True, eq=False)
class TargetScale:
    """The unit in which a network learns: target z = (y - mean) / scale, prediction y = mean + scale o.

    Args:
        mean: (O,).
        scale: (O,); all 0 before the first row is learned, so that predictions are the mean.
    """

    mean: Numbers
    scale: Numbers

    @classmethod
    def of(cls, mean: Numbers, spread: Numbers, scale: Numbers) -> Self:
        """The unit of these moments; where targets do not vary, the scale (O,) of before stays."""
        return cls(mean, np.where(spread > LEAST * scale, spread, scale))

    @classmethod
    def first(cls, mean: Numbers, spread: Numbers) -> Self:
        """The unit of the first moments (O,) of a stream: mean 0 and scale 1 unless these are out of proportion."""
        varies = spread > 0
        plain = (np.abs(mean) <= WIDEST) & (spread <= WIDEST) & (~varies | (spread >= NARROWEST))
        if plain.all():
            return cls(np.zeros_like(mean), np.ones_like(mean))
        return cls(mean, np.where(varies, spread, 1.0))

    @property
    def is_learned(self) -> bool:
        """Whether a network has learned in this unit."""
        return bool(self.scale.any())

    def encode(self, targets: Numbers) -> Numbers:
        """Targets (T, O) for the network."""
        return (targets - self.mean) / self.scale

    def decode(self, outputs: NDArray[Any]) -> Numbers:
        """Predictions (T, O) from outputs (T, O), or (T, H) of H units without a readout, each of which predicts y."""
        if outputs.shape[1] != len(self.mean):
            outputs = outputs.mean(axis=1, keepdims=True)
        return np.asarray(outputs.astype(np.float64) * self.scale + self.mean)

    def outgrown(self, means: Numbers, spreads: Numbers) -> NDArray[np.bool_]:
        """The rows (T,) at which moments (T, O) are out of proportion to this unit.

        spread > 2 scale,  scale / 1000 < spread < scale / 4,  or  |mean - mean in use| > 2 scale,  of any output
        """
        return np.asarray(_out_of_proportion(means, spreads, self.mean, self.scale).any(axis=-1))

    def takes_one(self, target: float, mean: float, spread: float) -> float | None:
        """The target of a single output for the network, or None if its moments outgrow this unit.

        As :meth:`encode` and :meth:`outgrown`, without arrays of one element.
        """
        unit_mean, unit_scale = self.mean.item(), self.scale.item()
        if _out_of_proportion(mean, spread, unit_mean, unit_scale):
            return None
        return float((target - unit_mean) / unit_scale)

    def to(self, new: "TargetScale") -> tuple[Numbers, Numbers]:
        """The gain and the offset (O,) of outputs with which predictions in a new unit are those in this unit.

        scale_new (gain o + offset) + mean_new = scale o + mean
        """
        return self.scale / new.scale, (self.mean - new.mean) / new.scale


def _out_of_proportion(mean: Any, spread: Any, unit_mean: Any, unit_scale: Any) -> Any:
    """Whether moments are out of proportion to a unit, of numbers or of arrays; see :meth:`TargetScale.outgrown`."""
    narrow = (spread > LEAST * unit_scale) & (spread < NARROWEST * unit_scale)
    return narrow | (abs(mean - unit_mean) > WIDEST * unit_scale) | (spread > WIDEST * unit_scale)
