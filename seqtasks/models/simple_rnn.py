"""The model ``simple-rnn``."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, final

import keras

from seqtasks.keras.model import AbstractStandardModel, initializer
from seqtasks.spec.annotation import Names, Range


@final
@dataclass(frozen=True)
class SimpleRNN(AbstractStandardModel):
    """An Elman network.

        h' = tanh(W x + U h + b)

    H (I + H + 1) weights each layer, then the readout y = V h + d.

    Args:
        units: H, the size of the state.
        layers: How many such layers, one above the other.
        readout: ``dense``, or ``none``: the state is the prediction.
        dropout: The share of each layer's outputs that training on whole sequences drops.
        kernel_initializer: How W starts.
        recurrent_initializer: How U starts.
        bias_initializer: How b starts.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> SimpleRNN(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        11

    Source: Elman (1990), Cognitive Science 14(2).
    """

    units: Annotated[int, Range(low=1)] = 16
    layers: Annotated[int, Range(low=1, high=100)] = 1
    readout: Literal["dense", "none"] = "dense"
    dropout: Annotated[float, Range(low=0, below=1)] = 0.0
    kernel_initializer: Annotated[Any, Names("initializers")] = "glorot-uniform"
    recurrent_initializer: Annotated[Any, Names("initializers")] = "orthogonal"
    bias_initializer: Annotated[Any, Names("initializers")] = "zeros"

    def layer(self, dtype: str) -> keras.layers.Layer:
        """A Keras layer of these units."""
        return keras.layers.SimpleRNN(
            self.units,
            return_sequences=True,
            kernel_initializer=initializer(self.kernel_initializer),
            recurrent_initializer=initializer(self.recurrent_initializer),
            bias_initializer=initializer(self.bias_initializer),
            dtype=dtype,
        )
