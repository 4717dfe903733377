"""The losses of tasks, per step, in NumPy: the evaluation uses them for networks of every library."""

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Kind


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
