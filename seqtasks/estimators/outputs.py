"""What a network predicts at chosen steps.

Sequences are evaluated in blocks of one size, so that one program serves any number of them, and the outputs of a
sequence do not depend, to the last bit, on the others in the call.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork
from seqtasks.estimators.sequence_dataset import SequenceDataset

LANES: Final = 64


def outputs_at(network: AbstractNetwork, inputs: NDArray[Any], places: NDArray[np.bool_]) -> NDArray[Any]:
    """The outputs at some steps.

    Args:
        network: The network.
        inputs: (n, T, F), n >= 1.
        places: (n, T), which steps.

    Returns:
        (N, O), sequence after sequence.
    """
    found, state, starts = [], network.initial_state(LANES), np.zeros((LANES, inputs.shape[1]), np.bool_)
    for first in range(0, len(inputs), LANES):
        asked = places[first : first + LANES]
        last = int(np.flatnonzero(asked.any(axis=0)).max(initial=-1)) + 1  # 0 if no step of the block is asked for
        block = np.zeros((LANES, last, inputs.shape[2]), inputs.dtype)
        block[: len(asked)] = inputs[first : first + LANES, :last]
        outputs, _ = network.run(block, starts[:, :last], state)
        found.append(outputs[: len(asked)][asked[:, :last]])
    return np.concatenate(found)


def counted_outputs(
    network: AbstractNetwork, dataset: SequenceDataset
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Targets (N, O), outputs (N, O) and weights (N,) of the steps that count."""
    counted = dataset.counted
    return dataset.targets[counted], outputs_at(network, dataset.inputs, counted), dataset.weights[counted]
