"""The model ``simple-rnn``."""

from dataclasses import dataclass
from typing import final

import keras

from seqtasks.keras.initializers import initializer
from seqtasks.keras.model import AbstractRecurrentModel


@final
@dataclass(frozen=True)
class SimpleRNN(AbstractRecurrentModel):
    """An Elman network.

        h' = tanh(W x + U h + b)

    H (I + H + 1) weights each layer, then the readout y = V h + d.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> SimpleRNN(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        11

    Source: Elman (1990), Cognitive Science 14(2).
    """

    def layer(self, dtype: str) -> keras.layers.Layer:
        """A Keras layer of these units."""
        return keras.layers.SimpleRNN(**self.arguments(dtype), bias_initializer=initializer(self.bias_initializer))
