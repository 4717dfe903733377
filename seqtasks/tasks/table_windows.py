"""Windows of the training part of a table, none of which holds rows of two groups."""

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
