"""The network that a native trainer trains: one of a native cell, or one of the same Keras layers.

A network of Keras layers is trained as its native counterpart, whose weights come from it and go back to it.
"""

import sys
from typing import Any, Final, final

from seqtasks.core.network import AbstractNetwork
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks_native.arrays import arrays, vector
from seqtasks_native.layout import layout_of
from seqtasks_native.network import NativeNetwork

# by the name of Keras's class: what the cell is here, and the settings under which it is the same
CELLS: Final = {
    "GRUCell": (
        LazyImport("seqtasks_native.cells.gru:GRUCell"),
        {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True, "reset_after": True},
    ),
    "LSTMCell": (
        LazyImport("seqtasks_native.cells.lstm:LSTMCell"),
        {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True},
    ),
    "SimpleRNNCell": (
        LazyImport("seqtasks_native.cells.simple_rnn:SimpleRNNCell"),
        {"activation": "tanh", "use_bias": True},
    ),
    "LeakyRNNCell": (LazyImport("seqtasks_native.cells.leaky_rnn:LeakyRNNCell"), {}),
    "IndRNNCell": (LazyImport("seqtasks_native.cells.indrnn:IndRNNCell"), {"activation": "tanh"}),
    "LRUCell": (LazyImport("seqtasks_native.cells.lru:LRUCell"), {}),
    "MinGRUCell": (LazyImport("seqtasks_native.cells.mingru:MinGRUCell"), {}),
}


@final
class Source:
    """A network in training.

    Args:
        network: A native network; or one of Keras layers, of a cell that is known here.
        trainer: The name of the trainer, for messages.

    Attributes:
        network: The native network whose vector of weights is trained.

    Raises:
        UsageError: If it is neither.
    """

    def __init__(self, network: AbstractNetwork, trainer: str) -> None:
        self._keras: Any = None
        self._known: Any = None
        if isinstance(network, NativeNetwork):
            self.network = network
        else:
            self.network = _counterpart(network, trainer)
            self._keras = network
            self.pull()

    def pull(self) -> None:
        """Take the weights that other code has loaded into a network of Keras layers in the meantime."""
        if self._keras is not None and self._keras.held is not self._known:
            own = self.network
            own.values[:] = vector(self._keras.arrays, own.cell, own.layout, own.dtype)
            self._known = self._keras.held

    def push(self) -> None:
        """Give the weights back to a network of Keras layers."""
        if self._keras is not None:
            own = self.network
            self._keras.arrays = arrays(own.values, own.cell, own.layout)
            self._known = self._keras.held


def _counterpart(network: AbstractNetwork, trainer: str) -> NativeNetwork:
    keras = sys.modules.get("seqtasks.keras.network")  # not imported: then the network is of another library
    if keras is None or not isinstance(network, keras.KerasNetwork):
        raise UsageError(
            f"The trainer {trainer} trains native networks and networks of Keras layers, not a "
            f"{type(network).__name__}.",
            "Use --model native-gru, or run `seqtasks list trainers` to see the others.",
        )
    arch = network.architecture
    hint = f"Use a trainer without native- in its name, or one layer of {', '.join(_names())} with the usual settings."
    if len(arch.layers) != 1:
        raise UsageError(
            f"The trainer {trainer} trains one recurrent layer, and the network has {len(arch.layers)}.", hint
        )
    if arch.dropout:
        raise UsageError(
            f"The trainer {trainer} does not support dropout ({arch.dropout}), which is for whole sequences.",
            "Set dropout=0, or use --trainer batch.",
        )
    keras_cell = arch.layers[0].layer.cell
    name = type(keras_cell).__name__
    if name not in CELLS:
        raise UsageError(f"The trainer {trainer} has no native form of the cell {name}.", hint)
    found, settings = CELLS[name]
    for key, wanted in settings.items():
        found_setting = getattr(keras_cell, key)
        found_setting = getattr(found_setting, "__name__", found_setting)  # Keras holds activations as functions
        if found_setting != wanted:
            raise UsageError(f"The trainer {trainer} knows {name} with {key}={wanted}, not {found_setting}.", hint)
    if len(arch.trainable) != len(arch.variables) or (arch.readout is not None and not arch.has_linear_readout):
        raise UsageError(f"The trainer {trainer} trains all weights and a linear readout, or none.", hint)
    cell = found.load()
    constants = tuple(float(getattr(keras_cell, key)) for key in cell.constants)
    outputs = network.shapes.outputs if arch.readout is not None else None
    layout = layout_of(cell, network.shapes.inputs, keras_cell.units, outputs)
    values = vector(network.arrays, cell, layout, arch.dtype)
    return NativeNetwork(cell, layout, values, network.shapes, constants)


def _names() -> list[str]:
    return [name.removesuffix("Cell") for name in CELLS]
