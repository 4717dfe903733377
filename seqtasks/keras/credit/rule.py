"""What a credit rule is: how the loss of a step changes the weights, through the present step and the past.

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
class Moment:
    """One time step in all lanes of a network.

    Args:
        inputs: (B, I).
        starts: (B,); where true, an episode starts, and no credit goes back beyond it.
        loss: The loss (B,) of outputs (B, O).
        weights: (B,), how much each lane's loss counts.
    """

    inputs: tf.Tensor
    starts: tf.Tensor
    loss: Callable[[tf.Tensor], tf.Tensor]
    weights: tf.Tensor

    def total(self, outputs: tf.Tensor) -> tf.Tensor:
        """What is differentiated: (1/B) sum w l."""
        return tf.reduce_mean(self.weights * self.loss(outputs))


class AbstractCredit(ABC):
    """A rule that says how the loss of a step changes the weights. Subclasses are final and hashable.

    ``weights`` are tensors in the order of ``arch.variables``. Every tensor of a carry begins with B, but for what
    :meth:`initial` says otherwise.
    """

    @property
    def vectorised(self) -> bool:
        """Whether TensorFlow can do many networks' steps at once; not where a step holds a loop."""
        return True

    @property
    def period(self) -> int | None:
        """After how many steps :meth:`fold` is due, counted from the first; None where it never is."""
        return None

    def fold(self, arch: Architecture, weights: Tensors, carry: Carry) -> Carry:
        """Put what the last ``period`` steps left behind where it belongs, for rules that do so once for many steps."""
        return carry

    def refuse(self, arch: Architecture, rule: str) -> None:
        """Refuse a network in which the rule has nothing to do.

        Raises:
            UsageError: If it is such a network; what ``rule`` is called is in it.
        """
        return

    @abstractmethod
    def numbers(self, arch: Architecture) -> tuple[int, str]:
        """How many numbers are carried for one lane, and what they are, as the beginning of a sentence."""

    @abstractmethod
    def initial(self, arch: Architecture, weights: Tensors, lanes: int, seed: int) -> Carry:
        """What the rule carries from step to step, before the first: the network's state, traces, a window.

        Args:
            arch: The network's layers.
            weights: Its weights.
            lanes: B.
            seed: Of whatever is random in the rule.
        """

    @abstractmethod
    def forward(self, arch: Architecture, weights: Tensors, carry: Carry, moment: Moment) -> tuple[tf.Tensor, Carry]:
        """One step without learning: the outputs (B, O) and the new carry."""

    @abstractmethod
    def learn(
        self, arch: Architecture, weights: Tensors, carry: Carry, moment: Moment
    ) -> tuple[tf.Tensor, Gradients, Carry]:
        """One step with learning.

        Returns:
            The outputs (B, O), the gradients of (1/B) sum w l for each trained weight, and the new carry.
        """
