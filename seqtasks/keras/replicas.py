"""Several networks of one architecture, their weights stacked along a first axis, for one program to train."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, final

import keras
import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.errors import UsageError
from seqtasks.keras.network import Fetched, Held, KerasNetwork
from seqtasks.keras.optimizer import only_adds, optimizer
from seqtasks.keras.shared_variables import ParameterSnapshot, SharedVariables


@final
class Replicas:
    """Networks in training: their weights and optimizer slots, which a program takes and returns.

    Args:
        networks: At least one, all of one architecture. Of a single one nothing is stacked.
        setting: The optimizer: a text, a spec or a Keras optimizer.

    Attributes:
        variables: New variables of the weights, and ``optimizer`` a new optimizer of those that are trained, for a
            program to be made of; a program that is there already has its own of the same shapes.

    Raises:
        UsageError: If several networks cannot share such an optimizer.
    """

    def __init__(self, networks: Sequence[KerasNetwork], setting: Any) -> None:
        self._networks = networks
        self._known: list[Held] = []  # what each network held when it was last looked at
        self.architecture = networks[0].architecture
        self.count = len(networks)
        weights = self._stacked()
        self.variables = [
            keras.Variable(array, trainable=old.trainable, dtype=array.dtype.name, name=old.name)
            for array, old in zip(weights, self.architecture.variables, strict=True)
        ]
        self.optimizer = optimizer(setting, self.architecture.trained(self.variables), self.count)
        self._shared = SharedVariables([*self.variables, *self.optimizer.variables])
        self._values = self._shared.read()

    @property
    def values(self) -> ParameterSnapshot:
        """Weights and optimizer slots as they are now. The caller holds the architecture's lock."""
        if any(network.held is not known for network, known in zip(self._networks, self._known, strict=True)):
            # other code has loaded weights into a network
            slots = self._shared.unpack(self._values)[len(self.variables) :]
            self._values = self._shared.pack([*self._stacked(), *slots])
        return self._values

    @values.setter
    def values(self, values: ParameterSnapshot) -> None:
        """Take what a program returned; each network copies its weights from there once they are asked for.

        To copy them takes as long as learning a step, and a stream learned row by row asks for none.
        """
        weights = Fetched(lambda: self._shared.unpack(values)[: len(self.variables)])
        for number, network in enumerate(self._networks):
            network.held = weights if self.count == 1 else Fetched(partial(_one_of, weights, number))
        self._known = [network.held for network in self._networks]
        self._values = values

    def snapshot(self) -> Any:
        """What :meth:`roll_back` goes back to; nothing is copied. The caller holds the architecture's lock."""
        return self.values, list(self._known)

    def roll_back(self, snapshot: Any) -> None:
        """Go back to where the snapshot was taken, weights of the networks included."""
        self._values, known = snapshot
        for network, held in zip(self._networks, known, strict=True):
            network.held = held
        self._known = list(known)

    def state(self) -> dict[str, Any]:
        """Weights and optimizer slots, copied."""
        arrays = self._shared.unpack(self.values)
        return {"weights": arrays[: len(self.variables)], "slots": arrays[len(self.variables) :]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        self.values = self._shared.pack(np.array(array) for array in (*state["weights"], *state["slots"]))

    def rescale_outputs(self, gain: Array, offset: Array) -> bool:
        """Change the readout of every network, as :meth:`AbstractStreamLearner.rescale_outputs`; slots stay."""
        if not (self.architecture.has_linear_readout and only_adds(self.optimizer)):
            return False
        arrays = self._shared.unpack(self.values)
        bias = len(self.variables) - 1
        arrays[bias - 1] = (arrays[bias - 1] * gain).astype(arrays[bias - 1].dtype)
        arrays[bias] = (arrays[bias] * gain + offset).astype(arrays[bias].dtype)
        self.values = self._shared.pack(arrays)
        return True

    def _stacked(self) -> list[Array]:
        """Copies of the networks' weights as they are now, and from here on known."""
        self._known = [network.held for network in self._networks]
        own = [network.arrays for network in self._networks]
        return [np.array(arrays[0]) if self.count == 1 else np.stack(arrays) for arrays in zip(*own, strict=True)]


def _one_of(weights: Fetched, number: int) -> list[Array]:
    """The weights of one network, from those of all."""
    return [array[number] for array in weights.arrays]


def count_updates(counts: NDArray[np.bool_], unit: str) -> int:
    """The number of updates of each of R networks that one program trains.

    Args:
        counts: (R, n), whether each of n steps or mini-batches counts for each network.
        unit: ``step`` or ``mini-batch``, for the message.

    Raises:
        UsageError: If one counts for some networks and not for others.

    Example:
        >>> count_updates(np.array([[True, False, True]]), "step")
        2
    """
    if (counts != counts[:1]).any():
        raise UsageError(
            f"A {unit} counts for one replica and not for another, but one program updates all of them or none.",
            "Leave out replicas, and run the seeds one after another.",
        )
    return int(counts[0].sum())
