"""The PyTorch module of a network: recurrent layers, one above the other, and a linear readout.

Axis letters: B sequences or lanes of a stream, T steps, I inputs, H units, O outputs.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks_torch.layout import Layout

State = tuple[torch.Tensor, ...]


@final
class RecurrentModule(torch.nn.Module):
    """Layers of one kind and a readout y = V h + d.

    Args:
        layout: The kind of layers.
        inputs: I.
        units: H, the size of each layer.
        layers: The number of layers.
        outputs: O, the size of the readout; None for no readout: the top state is the output.
        dtype: The precision of weights, states and outputs.
    """

    def __init__(
        self, layout: Layout, inputs: int, units: int, layers: int, outputs: int | None, dtype: torch.dtype
    ) -> None:
        super().__init__()
        self.layout, self.dtype = layout, dtype
        # on the device "meta" PyTorch draws no weights, which would change its global random state
        layered = layout.kind(inputs, units, num_layers=layers, batch_first=True, device="meta", dtype=dtype)
        self.recurrent = layered.to_empty(device="cpu")
        self.readout: torch.nn.Linear | None = None
        if outputs is not None:
            self.readout = torch.nn.Linear(units, outputs, device="meta", dtype=dtype).to_empty(device="cpu")
        if layout.biases == 1:
            for number in range(layers):
                layout.parameters(self.recurrent, number)[-1].requires_grad_(False)

    @property
    def outputs(self) -> int:
        """O, the number of outputs of a step."""
        width = self.recurrent.hidden_size if self.readout is None else self.readout.out_features
        return int(width)

    def trained(self) -> list[torch.nn.Parameter]:
        """The parameters that training changes."""
        return [parameter for parameter in self.parameters() if parameter.requires_grad]

    def initial_state(self, batch_size: int) -> State:
        """Zeros (B, H), for every array of each layer's state, bottom first."""
        count = self.layout.states * self.recurrent.num_layers
        return tuple(torch.zeros(batch_size, self.recurrent.hidden_size, dtype=self.dtype) for _ in range(count))

    def forward(self, inputs: torch.Tensor, starts: NDArray[np.bool_], state: State) -> tuple[torch.Tensor, State]:
        """Run T steps: the outputs (B, T, O) and the state after the last. The arguments are those of :meth:`tops`."""
        tops, state = self.tops(inputs, starts, state)
        return self.read_out(tops), state

    def tops(self, inputs: torch.Tensor, starts: NDArray[np.bool_], state: State) -> tuple[torch.Tensor, State]:
        """Run T steps: the top layer's outputs (B, T, H) and the state after the last. No gradient passes a start.

        Args:
            inputs: (B, T, I).
            starts: (B, T); where true, the lane's state is reset before the step.
            state: The state before the first step.
        """
        tops = []
        for piece in _between_starts(starts):
            if starts[:, piece.start].any():
                fresh = torch.from_numpy(starts[:, piece.start : piece.start + 1].copy())
                state = tuple(torch.where(fresh, torch.zeros_like(array), array) for array in state)
            top, state = self._run(inputs[:, piece], state)
            tops.append(top)
        none = inputs.new_zeros(inputs.shape[0], 0, self.recurrent.hidden_size)
        return torch.cat(tops, dim=1) if tops else none, state

    def read_out(self, tops: torch.Tensor) -> torch.Tensor:
        """The readout: the top layer's outputs (..., H) to outputs (..., O)."""
        return tops if self.readout is None else self.readout(tops)

    def _run(self, inputs: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """Steps without a start, by PyTorch's own loop, whose state is h, or (h, c), each (layers, B, H)."""
        count = self.layout.states
        before = [torch.stack(state[k::count]) for k in range(count)]
        top, after = self.recurrent(inputs, before[0] if count == 1 else tuple(before))
        apart = zip(*((after,) if count == 1 else after), strict=True)
        return top, tuple(array for layer in apart for array in layer)


def _between_starts(starts: NDArray[np.bool_]) -> Iterator[slice]:
    """Slices of steps, cut before every step at which a lane starts."""
    steps = starts.shape[1]
    cuts = [0, *(1 + np.flatnonzero(starts[:, 1:].any(axis=0))), steps] if steps else []
    for first, last in pairwise(cuts):
        yield slice(int(first), int(last))
