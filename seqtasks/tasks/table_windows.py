"""Windows of a table: to train on, and to validate on. None of those to train on holds rows of two groups."""

import numpy as np
from numpy.typing import NDArray

from seqtasks.tables.panel import Panel


def windows(
    panel: Panel, training: NDArray[np.intp], seed: int, count: int, length: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first steps (n,) of windows at random positions, and how many steps of each are there (n,).

    A group has windows in proportion to its steps, and as many as a window's steps at least: each step of a long group
    is seen as often as each step of a short one, which fits into a window. The windows are sorted by how far through
    the training part of their group they begin. The last ones are therefore the latest of each group.

    Args:
        panel: The steps.
        training: (G,) how many of the steps of each group, the first ones, are for training.
        seed: Of the positions.
        count: n.
        length: The steps of a window. A window of a group that has fewer holds all of them.
    """
    random = np.random.default_rng(seed)
    positions = np.maximum(training - length + 1, 1)
    shares = count * np.maximum(training, length) / np.maximum(training, length).sum()
    counts = shares.astype(np.intp)
    fullest = np.argsort(counts - shares, kind="stable")  # the largest remainders first
    counts[fullest[: count - counts.sum()]] += 1
    drawn = np.concatenate([random.integers(many, size=own) for many, own in zip(positions, counts, strict=True)])
    groups = np.repeat(np.arange(len(counts)), counts)
    order = np.argsort(drawn / positions[groups], kind="stable")
    groups = groups[order]
    return panel.firsts[groups] + drawn[order], np.minimum(training[groups], length)


def windows_between(
    panel: Panel, first: NDArray[np.intp], stop: NDArray[np.intp], length: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first steps (n,) of windows, and from which step to which each counts (n, 2).

    A window begins with half its length of steps that do not count, or with as many as there are. Its other steps
    count, up to the end of the range.

    Args:
        panel: The steps.
        first: (G,) the first step of each group that counts, among the group's own.
        stop: (G,) the step after the last one.
        length: The steps of a window.

    Example:
        >>> windows_between(Panel.single(10), np.array([4]), np.array([9]), length=4)
        (array([2, 4, 6]), array([[4, 6],
               [6, 8],
               [8, 9]]))
    """
    context = length // 2
    counted = [
        begin + np.arange(low, high, length - context)
        for begin, low, high in zip(panel.firsts, first, stop, strict=True)
    ]
    groups = np.repeat(np.arange(len(counted)), [len(each) for each in counted])
    low = np.concatenate(counted)
    high = np.minimum(low + length - context, (panel.firsts + stop)[groups])
    return np.maximum(low - context, panel.firsts[groups]), np.stack([low, high], axis=1)
