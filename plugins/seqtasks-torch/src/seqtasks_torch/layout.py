"""The layout of a recurrent layer's weights in PyTorch, and its conversion to that of seqtasks.

Axis letters: G gates, H units, I inputs.

``arrays`` has the layout of ``gru`` and ``lstm``, so that ``load(weights())`` copies weights between the libraries:

    kernel (I, G H), recurrent kernel (H, G H)       PyTorch: weight_ih (G H, I), weight_hh (G H, H)
    gru:  bias (2, 3 H)   gates z, r, n              PyTorch: bias_ih, bias_hh (3 H)   gates r, z, n
    lstm: bias (4 H)      gates i, f, g, o           PyTorch: bias_ih (4 H)            gates i, f, g, o; bias_hh is 0
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[Any]


@final
@dataclass(frozen=True)
class Layout:
    """The layout of one kind of recurrent layer in PyTorch.

    Args:
        kind: The class of the layers.
        gates: The position in PyTorch of each gate of seqtasks. The inverse is the same, because at most two gates are
            swapped.
        states: The number of arrays (B, H) in the state of one layer.
        biases: The number of trained biases of each gate. PyTorch has two; if 1, the second stays 0.

    Example:
        >>> gru = Layout(torch.nn.GRU, gates=(1, 0, 2), states=1, biases=2)
        >>> gru.swapped(np.array(["z", "r", "n"])).tolist()
        ['r', 'z', 'n']
    """

    kind: Callable[..., torch.nn.RNNBase]
    gates: tuple[int, ...]
    states: int
    biases: int

    def swapped(self, array: Array) -> Array:
        """An array (..., G H) with the gates in the order of the other library."""
        apart = array.reshape(*array.shape[:-1], len(self.gates), -1)
        return apart[..., self.gates, :].reshape(array.shape)

    def shapes(self, inputs: int, units: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, ...]]:
        """The shapes of a layer's kernel, recurrent kernel and bias."""
        wide = len(self.gates) * units
        return (inputs, wide), (units, wide), (self.biases, wide) if self.biases > 1 else (wide,)

    def parameters(self, layers: torch.nn.RNNBase, number: int) -> list[torch.nn.Parameter]:
        """PyTorch's parameters of one layer: weight_ih, weight_hh, bias_ih, bias_hh."""
        return [getattr(layers, f"{name}_l{number}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def arrays(self, layers: torch.nn.RNNBase) -> list[Array]:
        """Copies of the layers' weights, bottom layer first."""
        found = []
        for number in range(layers.num_layers):
            kernel, recurrent, *biases = [p.detach().numpy() for p in self.parameters(layers, number)]
            bias = np.stack(biases) if self.biases > 1 else biases[0].copy()
            found += [self.swapped(each) for each in (kernel.T, recurrent.T, bias)]
        return found

    def fill(self, layers: torch.nn.RNNBase, arrays: Sequence[Array]) -> None:
        """Copy arrays, in the layout of :meth:`arrays`, into the layers."""
        for number in range(layers.num_layers):
            kernel, recurrent, bias = (self.swapped(np.asarray(each)) for each in arrays[3 * number : 3 * number + 3])
            biases = bias if self.biases > 1 else (bias, np.zeros_like(bias))
            for parameter, array in zip(self.parameters(layers, number), (kernel.T, recurrent.T, *biases), strict=True):
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))
