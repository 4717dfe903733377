"""Estimates over several tasks, with intervals by a bootstrap that is stratified by task."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtrit

from seqtasks.comparison.estimate import Estimate
from seqtasks.running.share import CONFIDENCE, wilson

FEWEST: Final = 3  # seeds of a task; fewer have no interval
SAMPLES, FEW_SAMPLES, MANY_SCORES = 2000, 1000, 1000  # bootstrap samples, and fewer of them for many scores

Floats = NDArray[np.float64]


def interquartile_mean(tasks: Sequence[ArrayLike]) -> Estimate:
    """The mean over tasks of the interquartile mean, the mean of the middle half of the scores of a task.

        IQM = 2 integral from 1/4 to 3/4 of Q(u) du,    Q the quantile function of the scores

    A score on the edge of the middle half counts by the part that lies in it. The interval is that of a bootstrap that
    draws from the seeds of each task by itself, expanded for small samples (:func:`tail`).

    The scores of all tasks in one pool, as in the source, would leave out the hardest quarter of the tasks: a method
    that fails on one of four tasks would be as good as one that solves all four. On one task both are the same.

    Args:
        tasks: For each task, the scores of its seeds.

    Raises:
        ValueError: If there is no score.

    Example:
        >>> round(interquartile_mean([[5, 8, 4, 38, 8, 6, 9, 7, 7, 3, 1, 6]]).value, 6)
        6.5

    Source:
        Agarwal, Schwarzer, Castro, Courville & Bellemare (2021), NeurIPS 34, Deep reinforcement learning at the edge of
        the statistical precipice.
    """
    scores = [np.sort(np.asarray(task, np.float64)) for task in tasks]
    sizes = tuple(map(len, scores))
    if not sizes or 0 in sizes:
        raise ValueError("An interquartile mean needs at least one score of each task.")
    value = np.mean([_middle(task, np.ones((len(task), 1)))[0] for task in scores])

    def samples() -> Floats:
        drawn = zip(scores, _split(sizes, 0), strict=True)
        return np.asarray(np.mean([_middle(task, counts) for task, counts in drawn], axis=0))

    return estimate(float(value), samples, sizes)


def probability_of_improvement(tasks: Sequence[tuple[ArrayLike, ArrayLike]]) -> Estimate:
    """The probability that a run of the first method has a higher score than a run of the second on the same task.

        P = mean over tasks of  (pairs with x > y  +  1/2 pairs with x = y) / all pairs      Mann-Whitney U / (n m)

    The interval is that of a bootstrap that is stratified by task. Where each pair of each task decides for the same
    method, all samples agree and say nothing about the precision: there it is the Wilson interval of as many
    successes as there are seeds of a task.

    Args:
        tasks: For each task, the scores of the first and those of the second method.

    Example:
        >>> round(probability_of_improvement([([1.0, 2.0, 3.0], [0.0, 2.0, 2.5])]).value, 4)
        0.6111

    Source:
        Agarwal et al. (2021), as for :func:`interquartile_mean`.
    """
    pairs = [(np.asarray(first, np.float64), np.asarray(second, np.float64)) for first, second in tasks]
    firsts, seconds = tuple(len(first) for first, _ in pairs), tuple(len(second) for _, second in pairs)
    wins = [np.greater.outer(x, y) + 0.5 * np.equal.outer(x, y) for x, y in pairs]
    value = float(np.mean([win.mean() for win in wins]))
    fewest = min(*firsts, *seconds)
    if value in (0.0, 1.0) and fewest >= FEWEST:
        return Estimate(value, *wilson(round(value * fewest), fewest))

    def samples() -> Floats:
        drawn = zip(wins, _split(firsts, 1), _split(seconds, 2), strict=True)
        return np.asarray(np.mean([((win.T @ x) * y).sum(axis=0) / win.size for win, x, y in drawn], axis=0))

    return estimate(value, samples, (*firsts, *seconds))


def mean(tasks: Sequence[ArrayLike]) -> Estimate:
    """The mean over tasks of the mean over seeds, with the interval of a bootstrap that is stratified by task.

    Args:
        tasks: For each task, a number of each seed, such as the difference of two methods.

    Example:
        >>> str(mean([[0.1, 0.2, 0.3, 0.2], [0.4, 0.4, 0.4, 0.4]]))
        '0.300 (0.250 to 0.350)'
    """
    numbers = [np.asarray(task, np.float64) for task in tasks]
    sizes = tuple(map(len, numbers))
    weighted = np.concatenate(numbers) * _task_weights(sizes)
    return estimate(float(weighted.sum()), lambda: weighted @ _counts(sizes), sizes)


def estimate(value: float, samples: Callable[[], Floats], sizes: Sequence[int]) -> Estimate:
    """The value with the interval between two quantiles of its bootstrap samples.

    Args:
        value: The estimate.
        samples: Computes those of the bootstrap samples, if there are enough seeds for an interval.
        sizes: The number of seeds of each task.
    """
    if min(sizes) < FEWEST:
        return Estimate(value, None, None)
    share = tail(sizes)
    low, high = np.quantile(samples(), [share, 1 - share])
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def tail(sizes: Sequence[int]) -> float:
    """The share of bootstrap samples to leave out at each end, which makes up for the narrow bootstrap of few seeds.

        share = Phi(-sqrt(n / (n - 1)) t_{0.975, N - K})     n seeds of the smallest of K tasks, N seeds in all

    Args:
        sizes: The number of seeds of each task.

    Example:
        >>> round(tail([20]), 4), round(tail([10_000]), 4)
        (0.0159, 0.025)

    Source:
        Hesterberg (2015), The American Statistician 69(4), expanded percentile intervals.
    """
    n, freedom = min(sizes), sum(sizes) - len(sizes)
    quantile = stdtrit(freedom, (1 + CONFIDENCE) / 2)
    return float(ndtr(-np.sqrt(n / (n - 1)) * quantile))


def _middle(values: Floats, counts: NDArray[np.floating]) -> Floats:
    """The interquartile means (R,) of sorted values (n,), of which each sample holds the counts (n, R)."""
    ends = np.cumsum(counts, axis=0) / len(values)
    np.clip(ends, 0.25, 0.75, out=ends)
    # the sum of v_i (end_i - end_(i-1)) by parts: no second array of this size
    means: Floats = (0.75 * values[-1] - 0.25 * values[0] - np.diff(values) @ ends[:-1]) / 0.5
    return means


def _task_weights(sizes: Sequence[int]) -> Floats:
    """The weight of each seed: the same for each task, and 1 in all."""
    return np.concatenate([np.full(size, 1 / (size * len(sizes))) for size in sizes])


@lru_cache(maxsize=8)
def _counts(sizes: tuple[int, ...], stream: int = 0) -> NDArray[np.float32]:
    """How often each bootstrap sample holds each seed, (n, R): drawn once for all methods with the same seeds."""
    rng = np.random.default_rng([stream, *sizes])
    samples = SAMPLES if sum(sizes) <= MANY_SCORES else FEW_SAMPLES
    counts = [rng.multinomial(size, np.full(size, 1 / size), samples) for size in sizes]
    return np.concatenate(counts, axis=1).T.astype(np.float32)


def _split(sizes: tuple[int, ...], stream: int) -> list[NDArray[np.float32]]:
    """The same for each task."""
    return np.split(_counts(sizes, stream), np.cumsum(sizes)[:-1])
