"""Several networks of one architecture, their weights stacked along a first axis, for one program to train."""

from collections.abc import Mapping, Sequence
from typing import Any, final

import keras
import numpy as np

from seqtasks.core.network import Array
from seqtasks.keras.network import Held, KerasNetwork
from seqtasks.keras.optimizer import optimizer
from seqtasks.keras.slots import Memory, Slots


@final
class Replicas:
    """Networks in training: their weights and optimizer slots, which go into a program and come out of it.

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
        self.body = networks[0].body
        self.count = len(networks)
        weights = self._stacked()
        self.variables = [
            keras.Variable(array, trainable=old.trainable, dtype=array.dtype.name, name=old.name)
            for array, old in zip(weights, self.body.variables, strict=True)
        ]
        self.optimizer = optimizer(setting, self.body.trained(self.variables), self.count)
        self._memory = Memory([*weights, *(slot.numpy() for slot in self.optimizer.variables)])

    def lend(self, slots: Slots) -> None:
        """Have weights and slots in a program's variables, as they are now. Call it with the body's lock held."""
        if any(network.held is not known for network, known in zip(self._networks, self._known, strict=True)):
            slots.settle()  # somebody else gave a network other weights
            self._memory.arrays[: len(self.variables)] = self._stacked()
        slots.lend(self._memory)

    def collect(self, slots: Slots) -> None:
        """Have the networks fetch the weights that the program's variables hold now, once they are asked for them.

        Reading variables takes as long as learning a step, and who learns one step after another looks at none.
        Call it with the lock held.
        """

        def fetch() -> None:
            with self.body.lock:
                arrays = slots.values(self._memory, len(self.variables))
                for number, network in enumerate(self._networks):
                    if network.held is fetch:  # nobody gave it others since
                        self._known[number] = network.arrays = self._of(arrays, number)

        for network in self._networks:
            network.held = fetch
        self._known = [fetch] * self.count

    def state(self) -> dict[str, Any]:
        """Weights and optimizer slots, copied; to be asked when no program has them."""
        slots = self._memory.arrays[len(self.variables) :]
        return {"weights": self._stacked(), "slots": [array.copy() for array in slots]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken; no program may have them."""
        self._hand_out([np.array(array) for array in state["weights"]])
        self._memory.arrays = [np.array(array) for array in (*state["weights"], *state["slots"])]

    def _stacked(self) -> list[Array]:
        """Copies of the networks' weights as they are now, and from here on known."""
        own = [network.arrays for network in self._networks]
        self._known = list(own)
        return [np.array(arrays[0]) if self.count == 1 else np.stack(arrays) for arrays in zip(*own, strict=True)]

    def _hand_out(self, arrays: Sequence[Array]) -> None:
        for number, network in enumerate(self._networks):
            network.arrays = self._of(arrays, number)
        self._known = [network.held for network in self._networks]

    def _of(self, arrays: Sequence[Array], number: int) -> list[Array]:
        """One network's of the weights of all."""
        return list(arrays) if self.count == 1 else [array[number] for array in arrays]
