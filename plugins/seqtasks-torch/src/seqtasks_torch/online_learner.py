"""Online training on a stream, one step at a time.

Axis letters: B lanes, T steps, O outputs.
"""

from collections.abc import Mapping
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk, Kind
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks_torch.loss import StepLoss, as_targets
from seqtasks_torch.network import TorchNetwork
from seqtasks_torch.updates import Updates
from seqtasks_torch.window import Window


@final
class OnlineLearner(AbstractStreamLearner):
    """An update after every step that counts in some lane.

    Args:
        network: The network; its weights change.
        loss: The loss of each step.
        updates: The updates of its weights.
        window: The truncation length, in steps.
        lanes: B.
    """

    def __init__(self, network: TorchNetwork, loss: StepLoss, updates: Updates, window: int, lanes: int) -> None:
        self._network, self._loss, self._updates, self._lanes = network, loss, updates, lanes
        self._window = Window.empty(network.module, window, lanes)

    @property
    def updates(self) -> int:
        """The number of updates of the weights so far."""
        return self._updates.count

    def compile(self, chunk: Chunk) -> None:
        """Do nothing: PyTorch compiles nothing here."""

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the steps that follow the last learned one; returns the losses (B, T)."""
        return self.follow(chunk)[0]

    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """:meth:`learn`, and the outputs (B, T, O) before each update."""
        if chunk.lanes != self._lanes:
            raise ValueError(f"The chunk has {chunk.lanes} lanes; this learner has {self._lanes}.")
        dtype = self._network.module.dtype
        inputs, weights = self._network.encoded(chunk.inputs), torch.tensor(chunk.weights, dtype=dtype)
        targets = as_targets(chunk.targets, self._kind, dtype)
        losses = torch.empty(chunk.weights.shape, dtype=dtype)
        outputs = torch.empty(*chunk.weights.shape, self._network.module.outputs, dtype=dtype)
        counted = (chunk.weights != 0).any(axis=0).tolist()
        for t in range(chunk.steps):
            now = slice(t, t + 1)
            with torch.set_grad_enabled(counted[t]):
                out, self._window = self._window.advance(self._network.module, inputs[:, now], chunk.starts[:, now])
                loss = self._loss(targets[:, now], out)
                if counted[t]:
                    self._updates.step((weights[:, now] * loss).sum() / self._lanes)
            losses[:, now], outputs[:, now] = loss.detach(), out.detach()
        return losses.numpy(), outputs.numpy()

    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """The outputs (B, T, O) for steps that would follow; changes nothing."""
        return self._run(inputs, starts)[0]

    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Run steps without learning them."""
        self._window = self._run(inputs, starts)[1]

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots, the window, and the number of updates, copied."""
        return {**self._updates.state(), "window": self._window.arrays()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._updates.restore(state)
        self._window = self._window.from_arrays(state["window"])

    @property
    def _kind(self) -> Kind:
        return self._network.shapes.kind

    def _run(self, inputs: Array, starts: NDArray[np.bool_]) -> tuple[Array, Window]:
        with torch.no_grad():
            outputs, after = self._window.advance(self._network.module, self._network.encoded(inputs), starts)
        return outputs.numpy(), after
