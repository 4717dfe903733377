"""The loss of a network with frozen weights on a chunk of data, one step at a time, the same for every trainer."""

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.loss import step_losses
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Chunk

BLOCKS: Final = 64


@final
@dataclass(frozen=True, slots=True)
class Evaluation:
    """A mean loss per counted step.

    Args:
        loss: The mean.
        error: Its standard error, from the spread of the means of 64 blocks of time; nan where there are too few steps.
    """

    loss: float
    error: float


def evaluate(network: AbstractNetwork, chunk: Chunk) -> Evaluation:
    """Run the step view from the initial state over the chunk.

    loss = sum w l / sum w
    """
    return evaluated(network, chunk)[0]


def evaluated(network: AbstractNetwork, chunk: Chunk) -> tuple[Evaluation, Array]:
    """As :func:`evaluate`, and the network's outputs (B, T, O)."""
    outputs, _ = network.run(chunk.inputs, chunk.starts, network.initial_state(chunk.lanes))
    losses = step_losses(network.shapes.kind, chunk.targets, outputs)
    return averaged(losses, chunk.weights), outputs


def averaged(losses: NDArray[Any], step_weights: NDArray[np.float32]) -> Evaluation:
    """The weighted mean of losses (B, T) over the steps whose weight (B, T) is not 0.

    loss = sum w l / sum w

    Example:
        >>> averaged(np.array([[1.0, 2.0, 9.0]]), np.array([[1.0, 3.0, 0.0]])).loss
        1.75
    """
    counted = step_weights > 0
    values, weights = (
        losses[counted].astype(np.float64),
        step_weights[counted].astype(np.float64),
    )  # lane after lane, in time
    if not values.size:
        return Evaluation(float("nan"), float("nan"))
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float((values * weights).sum() / weights.sum())
        blocks = [float(block.mean()) for block in np.array_split(values, BLOCKS) if block.size]
        error = float(np.std(blocks, ddof=1) / np.sqrt(len(blocks))) if len(blocks) > 1 else float("nan")
    return Evaluation(mean, error)
