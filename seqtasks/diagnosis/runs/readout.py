"""The readout and the units of a network of a run."""

from seqtasks.core.network import AbstractNetwork
from seqtasks.errors import UsageError
from seqtasks.keras.network import KerasNetwork


def readout_of(network: AbstractNetwork) -> bool:
    """Whether a layer of its own computes the outputs from the state.

    Raises:
        UsageError: If the network does not consist of Keras layers.
    """
    return _checked(network).architecture.readout is not None


def units_of(network: AbstractNetwork) -> int:
    """The number of outputs of the top recurrent layer; 0 for a network that does not consist of Keras layers."""
    if not isinstance(network, KerasNetwork):
        return 0
    top = network.architecture.layers[-1].layer
    return int(top.compute_output_shape((1, 1, None))[-1])


def _checked(network: AbstractNetwork) -> KerasNetwork:
    if not isinstance(network, KerasNetwork):
        raise UsageError(
            f"A {type(network).__name__} does not consist of Keras layers, so that its readout is unknown.",
            "Check whether a layer after the recurrent one computes the outputs.",
        )
    return network
