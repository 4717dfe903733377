"""The standard build: layers of one cell, one above the other, then a readout."""

from abc import abstractmethod
from typing import Any

import keras

from seqtasks.core.model import AbstractModel
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.from_config import copy
from seqtasks.keras.from_setting import from_setting
from seqtasks.keras.network import KerasNetwork, build


class AbstractStandardModel(AbstractModel):
    """Recurrent layers and a readout. Subclasses are final, hashable, and say what one layer is."""

    layers: int
    readout: str
    dropout: float
    readout_initializer: Any = "glorot-uniform"

    @abstractmethod
    def layer(self, dtype: str) -> keras.layers.Layer:
        """A new recurrent layer that returns whole sequences and computes in that precision."""

    def build(self, shapes: Shapes, seed: int, dtype: str = "float32") -> KerasNetwork:
        """A network of ``layers`` such layers and the readout.

        Args:
            shapes: What it must fit.
            seed: The seed of the initial weights.
            dtype: ``float32``, or ``float64``, which no run needs and proofs do.

        Raises:
            UsageError: If the state is to be the output of a task whose outputs are logits, or would not fit its size.
        """
        self._refuse_what_has_no_readout(shapes)

        def parts() -> tuple[list[keras.layers.Layer], keras.layers.Layer | None]:
            stack = [self.layer(dtype) for _ in range(self.layers)]
            return stack, self._readout(shapes.outputs, dtype) if self.readout == "dense" else None

        return build(parts, shapes, self.dropout, (self, dtype), seed)

    def _readout(self, outputs: int, dtype: str) -> keras.layers.Dense:
        return keras.layers.Dense(outputs, kernel_initializer=initializer(self.readout_initializer), dtype=dtype)

    def _refuse_what_has_no_readout(self, shapes: Shapes) -> None:
        if self.readout == "none" and shapes.kind != "real":
            raise UsageError(
                f"Without a readout the state is the prediction, and a {shapes.kind} task needs logits.",
                "Use readout=dense.",
            )
        if self.readout == "none" and shapes.outputs != 1:
            raise UsageError(
                f"Without a readout the state is the prediction of one number, and this task has {shapes.outputs}.",
                "Use readout=dense.",
            )


def initializer(setting: Any) -> keras.initializers.Initializer:
    """The initializer a setting means; an object without a seed of its own is made anew, to follow the network's."""
    new = from_setting("initializers", setting)
    return copy(new) if new is setting and isinstance(new, keras.initializers.Initializer) else new
