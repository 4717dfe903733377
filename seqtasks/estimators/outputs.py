"""What a network says at the steps that are asked for.

Sequences are taken in groups of one size, so that one program serves any number of them, and what is said of one does
not depend, to the last bit, on which others are asked with it.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork

LANES: Final = 64


def outputs_at(network: AbstractNetwork, inputs: NDArray[Any], places: NDArray[np.bool_]) -> NDArray[Any]:
    """The outputs at some steps.

    Args:
        network: The network.
        inputs: (n, T, F).
        places: (n, T), which.

    Returns:
        (N, O), behind one another.
    """
    found, state, starts = [], network.initial_state(LANES), np.zeros((LANES, inputs.shape[1]), np.bool_)
    for first in range(0, len(inputs), LANES):
        asked = places[first : first + LANES]
        last = int(np.flatnonzero(asked.any(axis=0))[-1]) + 1
        group = np.zeros((LANES, last, inputs.shape[2]), inputs.dtype)
        group[: len(asked)] = inputs[first : first + LANES, :last]
        said, _ = network.run(group, starts[:, :last], state)
        found.append(said[: len(asked)][asked[:, :last]])
    return np.concatenate(found)
