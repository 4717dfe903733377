"""The last steps of a stream, through which credit goes back.

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
    """The steps before the present one that are run again with it, and the state before the oldest of them.

    Args:
        length: k, the present step included.
        inputs: (B, p, I), the last p < k steps', oldest first.
        starts: (B, p).
        state: The state before the oldest.
    """

    length: int
    inputs: torch.Tensor
    starts: NDArray[np.bool_]
    state: State

    @classmethod
    def begun(cls, module: RecurrentModule, length: int, lanes: int) -> Self:
        """Before the first step of a stream: no steps yet, and the initial state."""
        inputs = torch.zeros(lanes, 0, module.recurrent.input_size, dtype=module.dtype)
        return cls(length, inputs, np.zeros((lanes, 0), np.bool_), module.initial_state(lanes))

    def onward(
        self, module: RecurrentModule, inputs: torch.Tensor, starts: NDArray[np.bool_]
    ) -> tuple[torch.Tensor, Self]:
        """T more steps: the outputs (B, T, O) of them, by today's weights, and the window after them.

        The steps kept are run again before the new ones; those that leave the window leave their state behind, and no
        credit passes it later.
        """
        kept = self.inputs.shape[1]
        xs = torch.cat([self.inputs, inputs], dim=1)
        ss = np.concatenate([self.starts, starts], axis=1)
        leaving = max(0, ss.shape[1] - (self.length - 1))
        gone, state = module.tops(xs[:, :leaving], ss[:, :leaving], self.state)
        rest, _ = module.tops(xs[:, leaving:], ss[:, leaving:], state)
        oldest = tuple(tensor.detach() for tensor in state)
        after = type(self)(self.length, xs[:, leaving:], ss[:, leaving:], oldest)
        return module.read_out(torch.cat([gone, rest], dim=1)[:, kept:]), after

    def arrays(self) -> dict[str, Any]:
        """Copies of what it holds."""
        return {
            "inputs": self.inputs.numpy().copy(),
            "starts": self.starts.copy(),
            "state": [tensor.numpy().copy() for tensor in self.state],
        }

    def holding(self, arrays: Mapping[str, Any]) -> Self:
        """One of the same length that holds what :meth:`arrays` gave."""
        state = tuple(torch.tensor(array) for array in arrays["state"])
        return type(self)(self.length, torch.tensor(arrays["inputs"]), np.array(arrays["starts"]), state)
