"""Prequential evaluation: a network predicts each step, and learns from it as soon as its target is known."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.loss import step_losses
from seqtasks.core.task import Chunk, Kind
from seqtasks.core.trainer import AbstractStreamLearner

BLOCKS: Final = 1000  # of steps, at most
# A hundredth of the usual learning rate, at which learning on harmed no series that it was chosen on; see record 66.
LEARNING_ON: Final = "online:optimizer.learning_rate=0.00003"


def learning_on(lanes: int) -> str:
    """The spec of the trainer that a network learns on with, in so many lanes.

    Example:
        >>> learning_on(3)
        'online:optimizer.learning_rate=0.00003,lanes=3'
    """
    return LEARNING_ON if lanes == 1 else f"{LEARNING_ON},lanes={lanes}"


def prequential(
    learner: AbstractStreamLearner, kind: Kind, chunk: Chunk, delay: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The losses (B, T) and the outputs (B, T, O) of a chunk's steps, each before the step is learned.

    Steps before the first one that counts are learned at once.

    Step t is predicted with weights that have learned the steps up to t - d, whose targets are known by then. Where d
    is more than 1, n = max(d, T / 1000) steps are predicted and learned at a time, so that the last of them waits for
    n - 1 steps more.

    Args:
        learner: The learner, at the first step of the chunk.
        kind: What the targets are.
        chunk: The steps.
        delay: d, how many steps after a step its target is known.

    Source: Dawid (1984), J. R. Statist. Soc. A 147(2): prequential, that is predictive sequential.
    """
    if delay <= 1:
        return learner.follow(chunk)
    first = int(np.argmax((chunk.weights > 0).any(axis=0)))
    size = max(delay, -(-(chunk.steps - first) // BLOCKS))
    found: list[tuple[NDArray[Any], NDArray[Any]]] = [learner.follow(chunk.between(0, first))]
    learned = first
    for start in range(first, chunk.steps, size):
        known = max(learned, start - delay + 1)
        if known > learned:
            learner.learn(chunk.between(learned, known))
            learned = known
        ahead = chunk.between(learned, start + size)
        outputs = learner.predict(ahead.inputs, ahead.starts)[:, start - learned :]
        found.append((step_losses(kind, chunk.between(start, start + size).targets, outputs), outputs))
    losses, outputs = (np.concatenate(part, axis=1) for part in zip(*found, strict=True))
    return losses, outputs
