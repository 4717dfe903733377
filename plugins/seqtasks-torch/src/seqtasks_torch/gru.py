"""The model ``torch-gru``."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks_torch.layout import Layout
from seqtasks_torch.model import AbstractTorchModel


@final
@dataclass(frozen=True)
class TorchGRU(AbstractTorchModel):
    """Gated recurrent units of PyTorch, ``torch.nn.GRU``.

        z = sigmoid(Wz x + bz + Uz h + cz)
        r = sigmoid(Wr x + br + Ur h + cr)
        n = tanh(Wn x + bn + r * (Un h + cn))
        h' = z * h + (1 - z) * n

    3 H (I + H + 2) weights each layer, then the readout. With the same weights it is equivalent to ``gru``: both apply
    the reset gate after the matrix product.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> TorchGRU(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        33

    Source: Cho et al. (2014), arXiv:1406.1078.
    """

    layout: ClassVar[Layout] = Layout(torch.nn.GRU, gates=(1, 0, 2), states=1, biases=2)

    def bias(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Zeros (2, 3 H)."""
        return np.zeros(shape)
