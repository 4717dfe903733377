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
    """Layers whose gates let a unit keep its past, for how long they are told at the start. Subclasses are final.

    Args:
        chrono: The longest time, in steps, that the gates are made to span: at the start the units keep their past for
            times up to it. ``none`` leaves the biases to bias_initializer.
    """

    recurrent_initializer: Annotated[Any, Names("initializers")] = "gate-orthogonal"
    chrono: Annotated[int | None, Range(low=3)] = None

    def biases(self, signs: Sequence[int]) -> keras.initializers.Initializer:
        """What two settings say of the biases: the initializer that ``bias_initializer`` means, or chrono's.

        Args:
            signs: As :class:`Chrono`'s.

        Raises:
            UsageError: If both say something.
        """
        if self.chrono is None:
            return initializer(self.bias_initializer)
        if str(self.bias_initializer) != "zeros":
            raise UsageError(
                f"chrono={self.chrono} draws the biases, and bias_initializer={self.bias_initializer} would, too.",
                "Leave one of them out.",
            )
        return Chrono(self.chrono, signs)
