"""The interface of networks: weights, a state, and outputs for inputs, in NumPy arrays.

Axis letters: B sequences or lanes of a stream, T steps, I inputs, O outputs.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Shapes

Array = NDArray[Any]
State = tuple[Array, ...]


class AbstractNetwork(ABC):
    """A causal recurrent network. Implementations are final, one for each library."""

    @property
    @abstractmethod
    def shapes(self) -> Shapes:
        """The shapes that the network was built for."""

    @abstractmethod
    def initial_state(self, batch_size: int) -> State:
        """The state before the first step: arrays whose first axis is B."""

    @abstractmethod
    def compile(self, batch_size: int) -> None:
        """Prepare :meth:`run` for batches of that size; changes nothing, and is safe to call from another thread."""

    @abstractmethod
    def run(self, inputs: Array, starts: NDArray[np.bool_], state: State) -> tuple[Array, State]:
        """Feed T steps, one at a time.

        Args:
            inputs: (B, T, I), or symbols (B, T, 1).
            starts: (B, T); where true, the state is reset before the step.
            state: The state before the first of them.

        Returns:
            The outputs (B, T, O) and the state after the last step. Outputs are values, one logit, or K logits,
            by the task's kind.
        """

    @abstractmethod
    def weights(self) -> list[Array]:
        """Copies of all weights, always in the same order."""

    @abstractmethod
    def load(self, weights: Sequence[Array]) -> None:
        """Set the weights, which have the shapes of :meth:`weights`."""

    def step(self, inputs: Array, state: State) -> tuple[Array, State]:
        """Feed one step: inputs (B, I), outputs (B, O)."""
        batch_size = inputs.shape[0]
        outputs, state = self.run(inputs[:, None], np.zeros((batch_size, 1), bool), state)
        return outputs[:, 0], state

    def __call__(self, inputs: Array) -> Array:
        """Outputs (B, T, O) for whole sequences (B, T, I), each from the initial state."""
        batch_size, steps = inputs.shape[:2]
        return self.run(inputs, np.zeros((batch_size, steps), bool), self.initial_state(batch_size))[0]

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(array.size for array in self.weights())
