"""Networks made of PyTorch modules.

Axis letters: B lanes or sequences, T steps, I inputs, O outputs.
"""

from collections.abc import Sequence
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork, Array, State
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks_torch.module import RecurrentModule


@final
class TorchNetwork(AbstractNetwork):
    """A PyTorch module and the shapes that it was built for.

    Args:
        module: The module with the network's weights.
        shapes: The shapes of the task's data.

    Attributes:
        module: A ``torch.nn.Module``. To change its parameters is to change the network.
    """

    def __init__(self, module: RecurrentModule, shapes: Shapes) -> None:
        self.module = module
        self._shapes = shapes

    @property
    def shapes(self) -> Shapes:
        """The shapes of the data that the network was built for."""
        return self._shapes

    def initial_state(self, batch_size: int) -> State:
        """Zeros (B, H): of each layer, bottom first, h, or h and c."""
        return tuple(tensor.numpy() for tensor in self.module.initial_state(batch_size))

    def compile(self, batch_size: int) -> None:
        """Do nothing: PyTorch compiles nothing here."""

    def run(self, inputs: Array, starts: NDArray[np.bool_], state: State) -> tuple[Array, State]:
        """Run T steps, in pieces between the starts.

        Raises:
            ValueError: If the inputs have another shape.
        """
        fitting = (*starts.shape, 1 if self.shapes.symbols else self.shapes.inputs)
        if inputs.shape != fitting:
            raise ValueError(f"The inputs have shape {inputs.shape}; this network takes {fitting}.")
        with torch.no_grad():
            before = tuple(torch.tensor(array, dtype=self.module.dtype) for array in state)
            outputs, after = self.module(self.encoded(inputs), starts, before)
        return outputs.numpy(), tuple(tensor.numpy() for tensor in after)

    def encoded(self, inputs: Array) -> torch.Tensor:
        """Symbols (..., 1) as one-hot (..., I); numbers as they are; a copy."""
        if not self.shapes.symbols:
            return torch.tensor(inputs, dtype=self.module.dtype)
        codes = torch.tensor(inputs[..., 0], dtype=torch.int64)
        return torch.nn.functional.one_hot(codes, self.shapes.inputs).to(self.module.dtype)

    def weights(self) -> list[Array]:
        """Copies of all weights: each layer's, laid out as ``gru`` and ``lstm`` lay out theirs, then the readout's."""
        found = self.module.layout.arrays(self.module.recurrent)
        if (readout := self.module.readout) is not None:
            found += [readout.weight.detach().numpy().T.copy(), readout.bias.detach().numpy().copy()]
        return found

    def load(self, weights: Sequence[Array]) -> None:
        """Take these weights.

        Raises:
            ValueError: If their number or a shape differs.
        """
        theirs, ours = [np.shape(array) for array in weights], [array.shape for array in self.weights()]
        if theirs != ours:
            raise ValueError(f"The weights have shapes {theirs}; this network has {ours}.")
        with torch.no_grad():
            self.module.layout.fill(self.module.recurrent, weights)
            if (readout := self.module.readout) is not None:
                kernel, bias = weights[-2:]
                readout.weight.copy_(torch.from_numpy(np.array(kernel).T.copy()))
                readout.bias.copy_(torch.from_numpy(np.array(bias)))


def of_torch(network: AbstractNetwork, trainer: str) -> TorchNetwork:
    """The network, if it is made of PyTorch modules.

    Raises:
        UsageError: If it is not; the trainer's name is in it.
    """
    if not isinstance(network, TorchNetwork):
        raise UsageError(
            f"The trainer {trainer} trains networks of PyTorch modules, not a {type(network).__name__}.",
            "Use --model torch-gru or torch-lstm, or a trainer such as online or batch.",
        )
    return network
