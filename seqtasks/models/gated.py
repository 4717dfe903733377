"""What the models of gated layers share: an orthogonal matrix for each gate, and chrono initialisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import keras

from seqtasks.errors import UsageError
from seqtasks.keras.initializers import Chrono, initializer
from seqtasks.keras.model import AbstractRecurrentModel
from seqtasks.spec.parameter import Names, Range


@dataclass(frozen=True)
class AbstractGatedModel(AbstractRecurrentModel):
    """Layers whose gates let a unit retain its state. Subclasses are final.

    Args:
        chrono: The longest time, in steps, that units retain their state at the start. ``none`` leaves the biases to
            bias_initializer.
    """

    recurrent_initializer: Annotated[Any, Names("initializers")] = "gate-orthogonal"
    chrono: Annotated[int | None, Range(low=3)] = None

    def biases(self, signs: Sequence[int]) -> keras.initializers.Initializer:
        """The initializer of the biases: chrono's if ``chrono`` is set, else ``bias_initializer``.

        Args:
            signs: As for :class:`seqtasks.keras.initializers.Chrono`.

        Raises:
            UsageError: If both are set.
        """
        if self.chrono is None:
            return initializer(self.bias_initializer)
        if str(self.bias_initializer) != "zeros":
            raise UsageError(
                f"Both chrono={self.chrono} and bias_initializer={self.bias_initializer} set the biases.",
                "Leave one of them out.",
            )
        return Chrono(self.chrono, signs)
