"""The window of truncated backpropagation: the last steps of a stream.

Axis letters: B lanes, T steps, I inputs, O outputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks_torch.module import RecurrentModule, State


@final
@dataclass(frozen=True)
class Window:
    """The steps that are run again with the current one, and the state before the oldest of them.

    Args:
        length: k, including the current step.
        inputs: (B, p, I), those of the last p < k steps, oldest first.
        starts: (B, p).
        state: The state before the oldest.
    """

    length: int
    inputs: torch.Tensor
    starts: NDArray[np.bool_]
    state: State

    @classmethod
    def empty(cls, module: RecurrentModule, length: int, lanes: int) -> Self:
        """The window before the first step of a stream: no steps, and the initial state."""
        inputs = torch.zeros(lanes, 0, module.recurrent.input_size, dtype=module.dtype)
        return cls(length, inputs, np.zeros((lanes, 0), np.bool_), module.initial_state(lanes))

    def advance(
        self, module: RecurrentModule, inputs: torch.Tensor, starts: NDArray[np.bool_]
    ) -> tuple[torch.Tensor, Self]:
        """Run T more steps; returns their outputs (B, T, O) with the current weights, and the window after them.

        The steps of the window are run again before the new ones. When steps leave the window, the state after them is
        detached, so that later gradients stop there.
        """
        again = self.inputs.shape[1]
        xs = torch.cat([self.inputs, inputs], dim=1)
        ss = np.concatenate([self.starts, starts], axis=1)
        leaving = max(0, ss.shape[1] - (self.length - 1))
        gone, state = module.tops(xs[:, :leaving], ss[:, :leaving], self.state)
        rest, _ = module.tops(xs[:, leaving:], ss[:, leaving:], state)
        oldest = tuple(tensor.detach() for tensor in state)
        after = type(self)(self.length, xs[:, leaving:], ss[:, leaving:], oldest)
        return module.read_out(torch.cat([gone, rest], dim=1)[:, again:]), after

    def arrays(self) -> dict[str, Any]:
        """Inputs, starts and state, copied."""
        return {
            "inputs": self.inputs.numpy().copy(),
            "starts": self.starts.copy(),
            "state": [tensor.numpy().copy() for tensor in self.state],
        }

    def from_arrays(self, arrays: Mapping[str, Any]) -> Self:
        """A window of the same length with the content that :meth:`arrays` returned."""
        state = tuple(torch.tensor(array) for array in arrays["state"])
        return type(self)(self.length, torch.tensor(arrays["inputs"]), np.array(arrays["starts"]), state)
