"""The model ``torch-lstm``."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks_torch.layout import Layout
from seqtasks_torch.model import AbstractTorchModel


@final
@dataclass(frozen=True)
class TorchLSTM(AbstractTorchModel):
    """Long short-term memory of PyTorch, ``torch.nn.LSTM``.

        i, f, o = sigmoid(W x + U h + b), each with its own W, U, b
        g = tanh(Wg x + Ug h + bg)
        c' = f * c + i * g
        h' = o * tanh(c')

    4 H (I + H + 1) weights each layer, then the readout. PyTorch's second bias stays 0, because two biases that are
    added would learn twice as fast. Biases start at 0, those of the forget gate at 1. With the same weights it is
    equivalent to ``lstm``.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> TorchLSTM(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        35

    Source: Hochreiter & Schmidhuber (1997), Neural Computation 9(8); forget gate: Gers et al. (2000), Neural
    Computation 12(10), at 1: Jozefowicz et al. (2015), ICML.
    """

    layout: ClassVar[Layout] = Layout(torch.nn.LSTM, gates=(0, 1, 2, 3), states=2, biases=1)

    def bias(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """(4 H,): 1 for the forget gate, else 0."""
        return np.repeat([0.0, 1.0, 0.0, 0.0], shape[0] // 4)
