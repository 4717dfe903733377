"""Where the numbers of a recurrent layer stand in PyTorch, and where in seqtasks' own networks.

Axis letters: G gates, H units, I inputs.

A layer's weights are handed out as ``gru`` and ``lstm`` hand out theirs, so that arrays move from one kind of network
to the other by ``load(weights())``:

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
    """How PyTorch keeps one kind of recurrent layer.

    Args:
        kind: Makes the layers: their class.
        gates: Where in PyTorch each of seqtasks' gates stands; the same the other way round, for at most two change
            places.
        states: How many arrays (B, H) the state of one layer is.
        biases: How many biases each gate is trained to have; PyTorch has two, of which a second one stays 0.

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
        """An array (..., G H) with the gates in the order of the other side."""
        apart = array.reshape(*array.shape[:-1], len(self.gates), -1)
        return apart[..., self.gates, :].reshape(array.shape)

    def shapes(self, inputs: int, units: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, ...]]:
        """Of a layer's arrays: kernel, recurrent kernel, bias."""
        wide = len(self.gates) * units
        return (inputs, wide), (units, wide), (self.biases, wide) if self.biases > 1 else (wide,)

    def parameters(self, layers: torch.nn.RNNBase, number: int) -> list[torch.nn.Parameter]:
        """PyTorch's of one of the layers: weight_ih, weight_hh, bias_ih, bias_hh."""
        return [getattr(layers, f"{name}_l{number}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def arrays(self, layers: torch.nn.RNNBase) -> list[Array]:
        """Copies of the layers' weights, the bottom one's first."""
        found = []
        for number in range(layers.num_layers):
            kernel, recurrent, *biases = [p.detach().numpy() for p in self.parameters(layers, number)]
            bias = np.stack(biases) if self.biases > 1 else biases[0].copy()
            found += [self.swapped(each) for each in (kernel.T, recurrent.T, bias)]
        return found

    def fill(self, layers: torch.nn.RNNBase, arrays: Sequence[Array]) -> None:
        """Write into the layers what :meth:`arrays` gives."""
        for number in range(layers.num_layers):
            kernel, recurrent, bias = (self.swapped(np.asarray(each)) for each in arrays[3 * number : 3 * number + 3])
            biases = bias if self.biases > 1 else (bias, np.zeros_like(bias))
            for parameter, array in zip(self.parameters(layers, number), (kernel.T, recurrent.T, *biases), strict=True):
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))
