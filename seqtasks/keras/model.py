"""Models of recurrent layers, one above the other, then a readout: the shared build and the shared settings."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import keras

from seqtasks.core.model import AbstractModel
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.initializers import initializer
from seqtasks.keras.network import KerasNetwork, build
from seqtasks.spec.parameter import Names, Range


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


@dataclass(frozen=True)
class AbstractRecurrentModel(AbstractStandardModel):
    """Layers of units with an input kernel W, a recurrent kernel U and biases b. Subclasses are final.

    Args:
        units: H, the size of the state.
        layers: How many such layers, one above the other.
        readout: ``dense``, or ``none``: the state is the prediction.
        dropout: The share of each layer's outputs that training on whole sequences drops.
        kernel_initializer: How W starts.
        recurrent_initializer: How U starts.
        bias_initializer: How b starts.
        readout_initializer: How V starts.
    """

    units: Annotated[int, Range(low=1)] = 16
    layers: Annotated[int, Range(low=1, high=100)] = 1
    readout: Literal["dense", "none"] = "dense"
    dropout: Annotated[float, Range(low=0, below=1)] = 0.0
    kernel_initializer: Annotated[Any, Names("initializers")] = "glorot-uniform"
    recurrent_initializer: Annotated[Any, Names("initializers")] = "orthogonal"
    bias_initializer: Annotated[Any, Names("initializers")] = "zeros"
    readout_initializer: Annotated[Any, Names("initializers")] = "glorot-uniform"

    def arguments(self, dtype: str) -> dict[str, Any]:
        """What every such layer is made with; the biases are the model's to add."""
        return {
            "units": self.units,
            "return_sequences": True,
            "kernel_initializer": initializer(self.kernel_initializer),
            "recurrent_initializer": initializer(self.recurrent_initializer),
            "dtype": dtype,
        }
