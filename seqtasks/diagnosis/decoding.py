"""What a linear readout can decode from the state of a network, without the bias of a finite sample.

Axis letters: B lanes, T steps, D numbers that are decoded, S numbers of a state, N samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.diagnosis.resampling import interval

RIDGE: Final = 1e-8  # of the mean variance of a state: numbers of a state may depend on one another
SURROGATES: Final = 4
FEWEST_LANES: Final = SURROGATES + 1


@final
@dataclass(frozen=True, eq=False)
class Decoded:
    """How well numbers can be decoded.

    Args:
        share: The share of their variance that a linear readout of the state explains in the population, summed over
            the numbers that vary: from 0 to their number, apart from the error of the estimate.
        residuals: For each lane, the sums of squared errors, corrected for the size of the sample, as a share of the
            mean variance of a lane; (B,). The share is the number of those that vary minus their mean.
        varying: How many of the numbers vary.
    """

    share: float
    residuals: NDArray[np.float64]
    varying: int


def decode(states: Array, values: Array, valid: NDArray[np.bool_]) -> Decoded:
    """Fit a ridge regression of values on states, and estimate the share of variance that it explains.

        R^2 = 1 - (1 - R^2_fit) / (1 - R^2_surrogate)

    A fit explains a share of the sample even where there is nothing to explain. That share is measured with surrogates:
    the values of another lane, drawn at random: they have the same distribution in time and do not depend on the
    states, even where lanes next to each other do, such as windows of one series. For values that are independent in
    time this is the adjusted R^2 of regression.

    Args:
        states: (B, T, S).
        values: (B, T, D).
        valid: (B, T); the steps that count.

    Returns:
        The share for all D numbers.

    Raises:
        ValueError: If there are fewer than 5 lanes.

    Source: adjusted R^2, Ezekiel (1930); thresholds from surrogates, Dambre et al. (2012), Scientific Reports 2:514.
    """
    lanes = len(states)
    if lanes < FEWEST_LANES:
        raise ValueError(f"Decoding takes at least {FEWEST_LANES} lanes, not {lanes}.")
    values = values.astype(np.float64)
    x, basis = _whitened(states[valid].astype(np.float64))
    lane = np.nonzero(valid)[0]
    shifted = [values[others][valid] for others in _others(lanes)]
    totals, errors = _errors(x, basis, np.concatenate(shifted, axis=1), lane, lanes)
    totals, errors = totals.reshape(len(shifted), -1), errors.reshape(lanes, len(shifted), -1)
    varying = totals[0] > 0
    if not varying.any():
        return Decoded(0.0, np.zeros(lanes), 0)
    left = errors[:, 1:].sum(axis=0) / np.where(totals[1:] > 0, totals[1:], 1.0)
    unexplained = left.mean(axis=0)[varying]  # of surrogates: 1 - R^2
    residuals = lanes * (errors[:, 0, varying] / (totals[0, varying] * unexplained)).sum(axis=1)
    return Decoded(float(varying.sum() - residuals.mean()), residuals, int(varying.sum()))


def _others(lanes: int) -> Iterator[NDArray[np.intp]]:
    """For each lane (B,) itself, and then for each surrogate another lane."""
    order = np.random.default_rng(0).permutation(lanes)
    for shift in range(SURROGATES + 1):
        others = np.empty_like(order)
        others[order] = np.roll(order, shift)
        yield others


def share_interval(found: Decoded, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of the share over the lanes.

    Args:
        found: What was decoded.
        seed: The seed of the resampling.
    """
    low, high = interval(lambda drawn: found.varying - found.residuals[drawn].mean(), len(found.residuals), seed)
    return float(low), float(high)


def _whitened(states: Array) -> tuple[Array, Array]:
    """The states without their means, (N, S), and the matrix (S, S) from their products with values to coefficients."""
    x = states - states.mean(axis=0)
    gram = x.T @ x
    ridge = RIDGE * np.trace(gram) / max(1, len(gram)) or 1.0
    return x, np.linalg.inv(gram + ridge * np.eye(len(gram)))


def _errors(x: Array, basis: Array, values: Array, lane: Array, lanes: int) -> tuple[Array, Array]:
    """The sums of squares of the values around their mean (D,), and the squared errors of the fit by lane (B, D)."""
    y = values - values.mean(axis=0)
    missed = np.square(y - x @ (basis @ (x.T @ y)))
    by_lane = np.stack([np.bincount(lane, column, minlength=lanes) for column in missed.T], axis=1)
    return np.square(y).sum(axis=0), by_lane
