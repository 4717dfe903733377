"""The loss of a network: at each step, and as the mean with frozen weights, the same for every library and trainer."""

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Chunk, Kind

BLOCKS: Final = 64


def step_losses(kind: Kind, targets: Array, outputs: Array) -> NDArray[np.float64]:
    """The loss l of every step, in nats for cross-entropies.

        real:    l = mean over O of (y - o)^2; one target is compared with every output
        binary:  l = mean over O of log(1 + e^o) - y o
        class:   l = log(sum over k of e^(o_k)) - o_y

    Args:
        kind: The task's kind.
        targets: (B, T, O), or classes (B, T, 1).
        outputs: (B, T, O): values or logits.

    Returns:
        (B, T).

    Example:
        >>> step_losses("binary", np.array([[[1.0]]]), np.array([[[0.0]]]))
        array([[0.69314718]])
    """
    o = outputs.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # a diverged network is reported, not warned about
        match kind:
            case "real":
                per_output = np.square(targets - o)
            case "binary":
                per_output = np.logaddexp(0.0, o) - targets * o
            case "class":
                per_output = np.logaddexp.reduce(o, axis=-1, keepdims=True) - np.take_along_axis(o, targets, axis=-1)
    losses: NDArray[np.float64] = per_output.mean(axis=-1)
    return losses


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
