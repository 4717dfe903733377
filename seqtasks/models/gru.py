"""The model ``gru``."""

from dataclasses import dataclass
from typing import final

import keras

from seqtasks.models.gated import AbstractGatedModel


@final
@dataclass(frozen=True)
class GRU(AbstractGatedModel):
    """Gated recurrent units, with the reset gate behind the matrix product, as Keras and cuDNN have it.

        z = sigmoid(Wz x + Uz h + bz + cz)
        r = sigmoid(Wr x + Ur h + br + cr)
        n = tanh(Wn x + bn + r * (Un h + cn))
        h' = z * h + (1 - z) * n

    3 H (I + H + 2) weights each layer, then the readout y = V h + d.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> GRU(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        33

    Source: Cho et al. (2014), arXiv:1406.1078v1 (from its third version on the reset is in front of the product);
    chrono: Tallec & Ollivier (2018), arXiv:1804.11188.
    """

    def layer(self, dtype: str) -> keras.layers.Layer:
        """A Keras layer of these units."""
        return keras.layers.GRU(
            **self.arguments(dtype),
            use_cudnn=False,  # cuDNN and XLA exclude each other
            bias_initializer=self.biases(signs=(1, 0, 0)),  # of z, r, n
        )
