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
    """Recurrent layers and a readout. Subclasses are final and hashable, and define :meth:`layer`."""

    layers: int
    readout: str
    dropout: float
    readout_initializer: Any = "glorot-uniform"

    @abstractmethod
    def layer(self, dtype: str) -> keras.layers.Layer:
        """A new recurrent layer of that precision, which returns whole sequences."""

    def build(self, shapes: Shapes, seed: int, *, dtype: str = "float32") -> KerasNetwork:
        """Build a network of ``layers`` such layers and the readout.

        Args:
            shapes: The shapes of the task's data.
            seed: The seed of the initial weights.
            dtype: The precision of weights, states and gradients: ``float32`` or ``float64``.

        Raises:
            UsageError: If ``readout`` is ``none`` and the task's outputs are logits, or are not one number.
        """
        self._check_readout(shapes)

        def parts() -> tuple[list[keras.layers.Layer], keras.layers.Layer | None]:
            stack = [self.layer(dtype) for _ in range(self.layers)]
            return stack, self._readout(shapes.outputs, dtype) if self.readout == "dense" else None

        return build(parts, shapes, self.dropout, (self, dtype), seed)

    def _readout(self, outputs: int, dtype: str) -> keras.layers.Dense:
        return keras.layers.Dense(outputs, kernel_initializer=initializer(self.readout_initializer), dtype=dtype)

    def _check_readout(self, shapes: Shapes) -> None:
        if self.readout == "none" and shapes.kind != "real":
            raise UsageError(
                f"readout=none makes the state the prediction, but a task of kind {shapes.kind} needs logits.",
                "Use readout=dense.",
            )
        if self.readout == "none" and shapes.outputs != 1:
            raise UsageError(
                f"readout=none makes the state the only output, but the task has {shapes.outputs} outputs.",
                "Use readout=dense.",
            )


@dataclass(frozen=True)
class AbstractRecurrentModel(AbstractStandardModel):
    """Layers of units with an input kernel W, a recurrent kernel U and biases b. Subclasses are final.

    Args:
        units: H, the size of the state.
        layers: The number of layers, one above the other.
        readout: ``dense``, or ``none``: the state is the prediction.
        dropout: The share of each layer's outputs that is dropped in training on whole sequences.
        kernel_initializer: The initializer of W.
        recurrent_initializer: The initializer of U.
        bias_initializer: The initializer of b.
        readout_initializer: The initializer of V.
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
        """The constructor arguments of every such layer, apart from the initializer of the biases."""
        return {
            "units": self.units,
            "return_sequences": True,
            "kernel_initializer": initializer(self.kernel_initializer),
            "recurrent_initializer": initializer(self.recurrent_initializer),
            "dtype": dtype,
        }
