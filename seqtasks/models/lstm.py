"""The model ``lstm``."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, final

import keras

from seqtasks.keras.model import AbstractStandardModel, initializer
from seqtasks.models.chrono import bias_initializer
from seqtasks.spec.annotation import Names, Range


@final
@dataclass(frozen=True)
class LSTM(AbstractStandardModel):
    """Long short-term memory.

        i, f, o = sigmoid(Wi x + Ui h + bi), sigmoid(Wf x + Uf h + bf), sigmoid(Wo x + Uo h + bo)
        c' = f * c + i * tanh(Wc x + Uc h + bc)
        h' = o * tanh(c')

    4 H (I + H + 1) weights each layer, then the readout y = V h + d.

    Args:
        units: H, the size of the state.
        layers: How many such layers, one above the other.
        readout: ``dense``, or ``none``: the state is the prediction.
        dropout: The share of each layer's outputs that training on whole sequences drops.
        kernel_initializer: How W starts.
        recurrent_initializer: How U starts.
        bias_initializer: How b starts.
        chrono: The longest time, in steps, that the gates are made to span: at the start the units keep their past for
            times up to it. ``none`` leaves the biases to bias_initializer.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> LSTM(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        35

    Source: Hochreiter & Schmidhuber (1997), Neural Computation 9(8); forget bias 1: Jozefowicz et al. (2015);
        chrono: Tallec & Ollivier (2018), arXiv:1804.11188.
    """

    units: Annotated[int, Range(low=1)] = 16
    layers: Annotated[int, Range(low=1, high=100)] = 1
    readout: Literal["dense", "none"] = "dense"
    dropout: Annotated[float, Range(low=0, below=1)] = 0.0
    kernel_initializer: Annotated[Any, Names("initializers")] = "glorot-uniform"
    recurrent_initializer: Annotated[Any, Names("initializers")] = "orthogonal"
    bias_initializer: Annotated[Any, Names("initializers")] = "zeros"
    chrono: Annotated[int | None, Range(low=3)] = None

    def layer(self, dtype: str) -> keras.layers.Layer:
        """A Keras layer of these units."""
        return keras.layers.LSTM(
            self.units,
            return_sequences=True,
            use_cudnn=False,  # cuDNN and XLA exclude each other
            kernel_initializer=initializer(self.kernel_initializer),
            recurrent_initializer=initializer(self.recurrent_initializer),
            unit_forget_bias=self.chrono is None,
            bias_initializer=bias_initializer(self.bias_initializer, self.chrono, signs=(-1, 1, 0, 0)),  # of i, f, c, o
            dtype=dtype,
        )
