"""The model of a Keras cell object."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal, final

import keras

from seqtasks.errors import UsageError
from seqtasks.keras.factory import configuration, copy
from seqtasks.keras.model import AbstractStandardModel
from seqtasks.spec.parameter import Names, Range


@final
@dataclass(frozen=True, eq=False)
class OfCell(AbstractStandardModel):
    """Layers of copies of a Keras cell, one above the other, and a readout y = V h + d.

    Args:
        cell: A Keras cell. It is never built itself: networks get copies, made from its configuration.
        layers: The number of layers.
        readout: ``dense``, or ``none``: the state is the prediction.
        dropout: The share of each layer's outputs that is dropped in training on whole sequences.
        readout_initializer: The initializer of V.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> OfCell(keras.layers.GRUCell(2)).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        33
    """

    cell: Any
    layers: Annotated[int, Range(low=1, high=100)] = 1
    readout: Literal["dense", "none"] = "dense"
    dropout: Annotated[float, Range(low=0, below=1)] = 0.0
    readout_initializer: Annotated[Any, Names("initializers")] = "glorot-uniform"

    def __post_init__(self) -> None:
        """Check that the cell has no dropout of its own, which nothing here would apply.

        Raises:
            UsageError: If it has.
        """
        if getattr(self.cell, "dropout", 0) or getattr(self.cell, "recurrent_dropout", 0):
            raise UsageError(
                f"The dropout of the cell {self.cell!r} would have no effect, because cells run without dropout here.",
                "Create the cell without dropout, and use OfCell(cell, dropout=0.1) to drop a layer's outputs.",
            )

    def layer(self, dtype: str) -> keras.layers.Layer:
        """A layer that runs a copy of the cell over sequences.

        Raises:
            UsageError: If Keras cannot make the cell from its configuration.
        """
        return keras.layers.RNN(copy(self.cell, dtype=dtype), return_sequences=True, dtype=dtype)

    def _key(self) -> tuple[Any, ...]:
        config = {key: value for key, value in configuration(self.cell).items() if key not in ("name", "dtype")}
        settings = json.dumps(config, sort_keys=True, default=str)
        return type(self.cell), settings, self.layers, self.readout, self.dropout, str(self.readout_initializer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OfCell) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())
