"""The model of a cell of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, final

import keras

from seqtasks.keras.model import AbstractStandardModel
from seqtasks.spec.parameter import Names, Range


@final
@dataclass(frozen=True)
class Standard(AbstractStandardModel):
    """Layers of a Keras cell, one above the other, and a readout y = V h + d.

    Args:
        cell: A Keras RNN cell class whose first parameter is ``units``.
        settings: The cell's own settings, including ``units``.
        layers: The number of layers.
        readout: ``dense``, or ``none``: the state is the prediction.
        dropout: The share of each layer's outputs that is dropped in training on whole sequences.
        readout_initializer: The initializer of V.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> Standard(keras.layers.GRUCell, {"units": 2}).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        33
    """

    cell: type[keras.layers.Layer]
    settings: Mapping[str, Any]
    layers: Annotated[int, Range(low=1, high=100)] = 1
    readout: Literal["dense", "none"] = "dense"
    dropout: Annotated[float, Range(low=0, below=1)] = 0.0
    readout_initializer: Annotated[Any, Names("initializers")] = "glorot-uniform"

    def layer(self, dtype: str) -> keras.layers.Layer:
        """A layer that runs the cell over sequences."""
        return keras.layers.RNN(self.cell(**{**self.settings, "dtype": dtype}), return_sequences=True, dtype=dtype)

    def __hash__(self) -> int:
        return hash((self.cell, tuple(self.settings.items()), self.layers, self.readout, self.dropout))
