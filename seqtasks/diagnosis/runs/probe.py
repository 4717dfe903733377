"""The states of a network of a run over some data of its task."""

import numpy as np

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk, Shapes
from seqtasks.diagnosis.dynamics import AbstractDynamics, NetworkDynamics, trajectory
from seqtasks.diagnosis.keras_dynamics import KerasDynamics
from seqtasks.diagnosis.state_probe import StateProbe, enough_lanes, in_pieces, predictions_of
from seqtasks.keras.network import KerasNetwork


def dynamics_of(network: AbstractNetwork) -> AbstractDynamics:
    """The network as a dynamical system: differentiated exactly if it consists of Keras layers, else by differences.

    Raises:
        UsageError: If its state has no derivative.
    """
    return KerasDynamics.of_network(network) if isinstance(network, KerasNetwork) else NetworkDynamics(network)


def probe_of(network: AbstractNetwork, shapes: Shapes, chunk: Chunk) -> StateProbe:
    """Run a network over some data from its initial state, and keep its states.

    Args:
        network: The network.
        shapes: The shapes of the data.
        chunk: The data; few long lanes are cut into more.

    Raises:
        UsageError: If the state has no derivative.
    """
    dynamics = dynamics_of(network)
    run = trajectory(dynamics, chunk.inputs, chunk.starts)
    lanes = enough_lanes(run)
    targets, weights = (in_pieces(each, len(lanes.starts)) for each in (chunk.targets, chunk.weights))
    if shapes.kind == "class":
        targets = np.eye(shapes.outputs)[targets[..., 0]]
    encoded = np.eye(shapes.inputs)[lanes.inputs[..., 0]] if shapes.symbols else lanes.inputs
    return StateProbe(dynamics, lanes, encoded, targets, predictions_of(shapes.kind, lanes.outputs), weights > 0)
