"""The check of a contender of rtrl.py: its gradient equals that of backpropagation through time."""

import numpy as np
from online_work import weights

from seqtasks.tasks.prev_bit import PrevBit

FROZEN = 20  # steps, whose loss is summed, with the weights as they are
TOLERANCE = 1e-12  # in double precision


def frozen():
    """Weights, inputs (T,) and targets (T,) in double precision."""
    chunk = PrevBit().stream(seed=1, lanes=1).take(FROZEN)
    arrays = (*weights(), chunk.inputs[0, :, 0], chunk.targets[0, :, 0])
    *drawn, x, y = (array.astype(np.float64) for array in arrays)
    return drawn, x, y


def check_gradient(way, found, exact):
    """Check that the gradients agree.

    Args:
        way: Whose gradient it is.
        found: By RTRL, an array for each weight.
        exact: By backpropagation through time.
    """
    flat, truth = (np.concatenate([np.ravel(array) for array in arrays]) for arrays in (found, exact))
    away = float(np.linalg.norm(flat - truth) / np.linalg.norm(truth))
    if not away <= TOLERANCE:
        raise ArithmeticError(f"{way}: the gradient by RTRL is {away:.0e} away from the one through time.")
    return away
