"""Several networks of one architecture, their weights stacked along a first axis, for one program to train."""

from collections.abc import Sequence
from typing import final

import keras
import numpy as np

from seqtasks.core.network import Array
from seqtasks.keras.network import KerasNetwork


@final
class Replicas:
    """Networks whose weights go into one program and come out of it.

    Args:
        networks: At least one, all of one architecture. Of a single one nothing is stacked.
    """

    def __init__(self, networks: Sequence[KerasNetwork]) -> None:
        self._networks = networks
        self.body = networks[0].body
        self.count = len(networks)
        self._known = [network.arrays for network in networks]

    def variables(self) -> list[keras.Variable]:
        """New variables that hold the networks' weights."""
        return [
            keras.Variable(array, trainable=old.trainable, dtype=array.dtype.name, name=old.name)
            for array, old in zip(self.stacked(), self.body.variables, strict=True)
        ]

    def stacked(self) -> list[Array]:
        """Copies of the networks' weights as they are now, and from here on known."""
        self._known = [network.arrays for network in self._networks]
        if self.count == 1:
            return self._networks[0].weights()
        return [np.stack(arrays) for arrays in zip(*self._known, strict=True)]

    def changed(self) -> bool:
        """Whether somebody else gave a network other weights since they were last stacked or handed out."""
        return any(network.arrays is not known for network, known in zip(self._networks, self._known, strict=True))

    def hand_out(self, arrays: Sequence[Array]) -> None:
        """Give the networks their weights."""
        for number, network in enumerate(self._networks):
            network.arrays = list(arrays) if self.count == 1 else [array[number] for array in arrays]
        self._known = [network.arrays for network in self._networks]
