"""What a cell may say about its step, so that credit rules need not find it out by differentiating.

Axis letters: B lanes, I inputs, H units, G weighted sums of a unit, K arrays of a state.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import keras

Tensor = Any


class AbstractStructure(ABC):
    """A step in two parts: weighted sums, and what each unit makes of its own.

        u = preactivations(x, s)       G arrays (B, H)
        s' = update(u, s)              K arrays (B, H); unit i's come from unit i's alone
        y = output(s')                 what the layer above sees

    The last axis of every weight is units, or gate after gate of units, and column i acts on unit i alone: through its
    sums, or in ``update``. The influence of a weight on the state after one step is then one number for each of the K
    arrays, and a unit's own Jacobian, K x K, is had from ``update`` and the diagonals of ``state_matrices``.
    """

    units: int

    @abstractmethod
    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The weighted sums u: inputs (B, I) and states, K arrays (B, H), to G arrays (B, H)."""

    @abstractmethod
    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The new state: K arrays (B, H), element by element."""

    def output(self, states: Sequence[Tensor]) -> Tensor:
        """What the layer above sees of the new state: its first array, unless said otherwise."""
        return states[0]

    def weight_matrix(self) -> Tensor | None:
        """W (I + H + 1, G H), u = (x, s_0, 1) W, if W holds every weight and no weight acts elsewhere; else None.

        Credit rules then know a weight's influence within a step as a product, of what is weighed and of its unit's
        slope. W is made of the weights by putting them in their places, scaled by constants at most.
        """
        return None

    @abstractmethod
    def state_matrices(self) -> Tensor | None:
        """R (G, H, H), du_g[i] / ds_0[l] = R[g, l, i]; None where the sums leave the state out: units do not mix."""


# the structure first, for Keras's layers have another ``output``
class AbstractStructuredCell(AbstractStructure, keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A Keras cell that is written by its structure. Subclasses are final."""

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """One step: inputs (B, I) and states to the output and the new states."""
        after = self.update(self.preactivations(inputs, states), states)
        return self.output(after), after
