"""The interface of credit rules: how the loss of a step changes the weights, through this step and the past.

Axis letters: B lanes, I inputs, O outputs, N numbers of the state of one lane.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import tensorflow as tf

from seqtasks.keras.architecture import Architecture, Tensors

Carry = list[tf.Tensor]
Gradients = list[tf.Tensor]


@final
@dataclass(frozen=True, eq=False)
class TimeStep:
    """One time step in all lanes of a network.

    Args:
        inputs: (B, I).
        starts: (B,); where true, an episode starts, and gradients stop there.
        loss: The loss (B,) of outputs (B, O).
        weights: (B,), how much each lane's loss counts.
    """

    inputs: tf.Tensor
    starts: tf.Tensor
    loss: Callable[[tf.Tensor], tf.Tensor]
    weights: tf.Tensor

    def total(self, outputs: tf.Tensor) -> tf.Tensor:
        """The loss that is differentiated: (1/B) sum w l."""
        return tf.reduce_mean(self.weights * self.loss(outputs))


class AbstractCredit(ABC):
    """A rule for the gradient of the loss of a step. Subclasses are final and hashable.

    ``weights`` are tensors in the order of ``arch.variables``. Every tensor of a carry begins with B, but for what
    :meth:`initial` says otherwise.
    """

    @property
    def vectorised(self) -> bool:
        """Whether TensorFlow can vectorise the step over several networks; it cannot if the step has a loop."""
        return True

    @property
    def period(self) -> int | None:
        """The number of steps after which :meth:`flush` is called, counted from the first; None for never."""
        return None

    def flush(self, arch: Architecture, weights: Tensors, carry: Carry) -> Carry:
        """Accumulate the data of the last ``period`` steps, for rules that do so once for many steps."""
        return carry

    def check(self, arch: Architecture, rule: str) -> None:
        """Raise an error for a network that the rule has no effect on.

        Args:
            arch: The network's layers.
            rule: The name of the rule, for the message.

        Raises:
            UsageError: If the rule has no effect on the network.
        """
        return

    @abstractmethod
    def carry_size(self, arch: Architecture) -> tuple[int, str]:
        """The number of values in the carry of one lane, and what they are, as the beginning of a sentence."""

    @abstractmethod
    def initial(self, arch: Architecture, weights: Tensors, lanes: int, seed: int) -> Carry:
        """The carry before the first step, for example the network's state and traces, or a window of inputs.

        Args:
            arch: The network's layers.
            weights: Its weights.
            lanes: B.
            seed: The seed of the random numbers of the rule.
        """

    @abstractmethod
    def forward(self, arch: Architecture, weights: Tensors, carry: Carry, now: TimeStep) -> tuple[tf.Tensor, Carry]:
        """One step without learning: the outputs (B, O) and the new carry."""

    @abstractmethod
    def learn(
        self, arch: Architecture, weights: Tensors, carry: Carry, now: TimeStep
    ) -> tuple[tf.Tensor, Gradients, Carry]:
        """One step with learning.

        Returns:
            The outputs (B, O), the gradients of (1/B) sum w l for each trained weight, and the new carry.
        """
