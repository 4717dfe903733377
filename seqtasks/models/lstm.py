"""The model ``lstm``."""

from dataclasses import dataclass
from typing import final

import keras

from seqtasks.models.gated import AbstractGatedModel


@final
@dataclass(frozen=True)
class LSTM(AbstractGatedModel):
    """Long short-term memory.

        i, f, o = sigmoid(Wi x + Ui h + bi), sigmoid(Wf x + Uf h + bf), sigmoid(Wo x + Uo h + bo)
        c' = f * c + i * tanh(Wc x + Uc h + bc)
        h' = o * tanh(c')

    4 H (I + H + 1) weights each layer, then the readout y = V h + d.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> LSTM(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        35

    Source: Hochreiter & Schmidhuber (1997), Neural Computation 9(8); forget bias 1: Jozefowicz et al. (2015);
        chrono: Tallec & Ollivier (2018), arXiv:1804.11188.
    """

    def layer(self, dtype: str) -> keras.layers.Layer:
        """A Keras layer of these units."""
        return keras.layers.LSTM(
            **self.arguments(dtype),
            use_cudnn=False,  # cuDNN and XLA exclude each other
            unit_forget_bias=self.chrono is None,
            bias_initializer=self.biases(signs=(-1, 1, 0, 0)),  # of i, f, c, o
        )
