"""Losses of predictors on a task's test data, fitted to one half of the lanes and evaluated on the other.

Predictors are tables and, for real targets, linear functions.

Axis letters: B lanes, T steps, I inputs, O outputs, N steps of positive weight, G groups of steps that a predictor
cannot distinguish.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from seqtasks.checks.tasks.form import parts
from seqtasks.core.task import AbstractTask, Chunk, Kind

SEEDS: Final = (1, 2)
TAIL: Final = 2.9e-7  # probability beyond one end of an interval: 5 standard errors of a normal distribution
EACH: Final = 20  # fewest steps of a group, on average
MOST: Final = 2**62  # largest code of a group
ALPHABET: Final = 64  # most distinct inputs for which numbers are treated as symbols

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@final
@dataclass(frozen=True, eq=False)
class Estimate:
    """The loss of a predictor on steps that were not used to fit it.

    Args:
        loss: The weighted mean per step.
        margin: Half the width of its confidence interval, from the spread between lanes, which are independent.
        excess: The approximate excess over the best predictor of its kind, due to the finite number of steps.
        by_lane: For each lane, the sum of w l and the sum of w, for losses l and weights w.
    """

    loss: float
    margin: float
    excess: float
    by_lane: tuple[Floats, Floats]

    def gain(self, better: "Estimate") -> tuple[float, float]:
        """How much smaller the loss of ``better`` is on the same steps, and half the width of its interval."""
        (own, weights), (theirs, _) = self.by_lane, better.by_lane
        return _mean(own - theirs, weights)


@final
class Evidence:
    """The steps of positive weight in a task's test data, and predictors fitted to them.

    Args:
        task: The task.

    Attributes:
        alphabet: The number V of distinct inputs, without the missing inputs before the start; None if there are too
            many.
        known: The estimates of predictors, by the lags of the inputs that they receive.
    """

    def __init__(self, task: AbstractTask) -> None:
        self.kind: Kind = task.shapes.kind
        chunk = _data(task)
        self.lane, self.step = np.nonzero(chunk.weights > 0)
        self.weights = chunk.weights[self.lane, self.step].astype(np.float64)
        self.targets = chunk.targets[self.lane, self.step].astype(np.float64)
        self.fitted = self.lane < chunk.lanes // 2
        self.lanes = chunk.lanes
        self.inputs = chunk.inputs
        self.age = _age(chunk)
        self.classes = task.shapes.outputs
        self.symbols = task.shapes.symbols
        self.known: dict[tuple[int, ...], Estimate | None] = {}

    @cached_property
    def codes(self) -> Integers | None:
        """The input of each step as a number in 1..V, (B, T); None if there are too many distinct inputs."""
        if self.symbols:
            rows = self.inputs[..., 0].astype(np.float64)
        else:
            mix = np.random.default_rng(0).normal(size=self.inputs.shape[-1])
            rows = (self.inputs.astype(np.float64) @ mix).round(9)
            if len(np.unique(rows[:, :200])) > ALPHABET:
                return None
        different, codes = np.unique(rows, return_inverse=True)
        if len(different) > len(self.lane) / (2 * EACH):
            return None
        return codes.reshape(rows.shape).astype(np.int64) + 1

    @cached_property
    def alphabet(self) -> int | None:
        """The number V of distinct inputs; None if there are too many."""
        return None if self.codes is None else int(self.codes.max())

    def groups(self, lags: Sequence[int], aged: int = 0) -> Integers:
        """Group the steps by their inputs at these lags; a missing input before the episode is a value of its own.

        Args:
            lags: The lags in steps; 0 is the present.
            aged: Steps also differ by the time since the start of the episode, up to this number of steps.

        Returns:
            The number of each step's group, (N,).
        """
        codes = self.codes
        if codes is None:
            raise ValueError("There are too many distinct inputs for a table.")
        age = self.age[self.lane, self.step]
        groups, count = np.minimum(age, aged), aged + 1
        for lag in lags:
            there = codes[self.lane, np.maximum(self.step - lag, 0)]
            base = int(codes.max()) + 1
            if count * base > MOST:
                groups = np.unique(groups, return_inverse=True)[1].ravel()
                count = int(groups.max()) + 1
            groups, count = groups * base + np.where(age >= lag, there, 0), count * base
        return np.unique(groups, return_inverse=True)[1].ravel().astype(np.int64)

    def table(self, groups: Integers | None = None) -> Estimate | None:
        """Fit the best constant of each group; None if there are too few steps for each group."""
        groups = np.zeros(len(self.lane), np.int64) if groups is None else groups
        count = int(groups.max()) + 1
        if count > self.fitted.sum() / EACH:
            return None
        losses = {"real": self._means, "binary": self._chances, "class": self._shares}[self.kind](groups, count)
        size = float(self.fitted.sum())
        spread = float(np.var(self.targets, axis=0).mean()) if self.kind == "real" else self.classes / 2
        return self._estimate(losses, spread * count / size)

    def least_squares(self, lags: Sequence[int]) -> Estimate:
        """Fit the best linear function of the inputs at these lags, for a real target."""
        age = self.age[self.lane, self.step][:, None]
        columns = [np.ones((len(self.lane), 1))]
        for lag in lags:
            x = self.inputs[self.lane, np.maximum(self.step - lag, 0)]
            columns.append(np.where(age >= lag, x, 0.0))
        features = np.hstack(columns)
        weighed = features[self.fitted] * self.weights[self.fitted][:, None]
        gram, against = weighed.T @ features[self.fitted], weighed.T @ self.targets[self.fitted]
        solution = np.linalg.lstsq(gram, against, rcond=None)[0]
        losses = np.square(self.targets - features @ solution).mean(axis=1)
        spread = float(np.var(self.targets, axis=0).mean())
        return self._estimate(losses, spread * features.shape[1] / float(self.fitted.sum()))

    def _means(self, groups: Integers, count: int) -> Floats:
        sums, weights = self._sums(groups, count)
        overall = sums.sum(axis=0) / weights.sum()
        means = np.where(weights[:, None] > 0, sums / np.maximum(weights, 1e-300)[:, None], overall)
        losses: Floats = np.square(self.targets - means[groups]).mean(axis=1)
        return losses

    def _chances(self, groups: Integers, count: int) -> Floats:
        sums, weights = self._sums(groups, count)
        overall = sums.sum(axis=0) / weights.sum()
        p = ((sums + overall / 2) / (weights[:, None] + 0.5)).clip(1e-12, 1 - 1e-12)[groups]
        losses: Floats = -(self.targets * np.log(p) + (1 - self.targets) * np.log1p(-p)).mean(axis=1)
        return losses

    def _shares(self, groups: Integers, count: int) -> Floats:
        classes = self.targets[:, 0].astype(np.int64)
        pairs = groups * self.classes + classes
        _, pair = np.unique(pairs, return_inverse=True)
        weights = np.where(self.fitted, self.weights, 0.0)
        together = np.bincount(pair.ravel(), weights)[pair.ravel()]
        alone = np.bincount(groups, weights, minlength=count)[groups]
        overall = (np.bincount(classes, weights, minlength=self.classes) + 0.5 / self.classes) / (weights.sum() + 0.5)
        losses: Floats = -np.log((together + overall[classes] / 2) / (alone + 0.5))
        return losses

    def _sums(self, groups: Integers, count: int) -> tuple[Floats, Floats]:
        """The sums of w y and of w for each group, over the fitted steps."""
        weights = np.where(self.fitted, self.weights, 0.0)
        sums = [_by(groups, weights * column, count) for column in self.targets.T]
        return np.stack(sums, axis=1), _by(groups, weights, count)

    def _estimate(self, losses: Floats, excess: float) -> Estimate:
        judged, half = ~self.fitted, self.lanes // 2
        lanes, weights = self.lane[judged] - half, self.weights[judged]
        by_lane = (
            _by(lanes, weights * losses[judged], self.lanes - half),
            _by(lanes, weights, self.lanes - half),
        )
        return Estimate(*_mean(*by_lane), excess, by_lane)


_last: list[tuple[AbstractTask, Evidence]] = []


def evidence(task: AbstractTask) -> Evidence:
    """The evidence of a task, computed once for consecutive checks."""
    found = next((own for known, own in tuple(_last) if known is task), None)
    if found is None:
        found = Evidence(task)
        _last[:] = [(task, found)]
    return found


def best(estimates: Sequence[Estimate]) -> Estimate:
    """The estimate with the smallest loss."""
    return min(estimates, key=lambda each: each.loss)


def _data(task: AbstractTask) -> Chunk:
    """The test data of all seeds, cut to the same length and concatenated along lanes."""
    found = [task.test(seed) for seed in SEEDS]
    steps = min(each.steps for each in found)
    cut = [each.between(0, steps) for each in found]
    if cut[0].lanes == 1:
        return cut[0]
    return Chunk(*(np.concatenate(arrays) for arrays in zip(*map(parts, cut), strict=True)))


def _age(chunk: Chunk) -> Integers:
    """The number of steps since the episode started, (B, T)."""
    steps = np.arange(chunk.steps)
    age: Integers = steps - np.maximum.accumulate(np.where(chunk.starts, steps, 0), axis=1)
    return age


def _by(groups: Integers, values: Floats, count: int) -> Floats:
    """The sum of the values in each of the groups 0..count - 1."""
    return np.bincount(groups, values, minlength=count).astype(np.float64)


def margin(error: float, count: int) -> float:
    """Half the confidence interval of a mean of ``count`` independent numbers, by Student's t-distribution."""
    return error * float(stdtrit(count - 1, 1 - TAIL))


def _mean(sums: Floats, weights: Floats) -> tuple[float, float]:
    """The mean over lanes, and half its confidence interval, from the standard error of a ratio."""
    mean = float(sums.sum() / weights.sum())
    count = len(sums)
    apart = sums - mean * weights
    error = float(np.sqrt(np.square(apart).sum() * count / max(1, count - 1)) / weights.sum())
    return mean, margin(error, count)
