"""Training on whole sequences, in mini-batches.

Axis letters: B sequences, T steps.
"""

from collections.abc import Mapping
from typing import Any, Literal, final

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractLearner
from seqtasks_torch.loss import StepLoss, as_targets
from seqtasks_torch.network import TorchNetwork
from seqtasks_torch.updates import Updates

Divisor = Literal["weights", "steps"]


@final
class BatchLearner(AbstractLearner):
    """An update after every mini-batch in which a step counts.

    Args:
        network: The network; its weights change.
        loss: The loss of each step.
        updates: The updates of its weights.
        batch: The number of sequences in a mini-batch.
        divisor: sum w l is divided by the sum of the ``weights``, or by the number of ``steps`` that count.
    """

    def __init__(self, network: TorchNetwork, loss: StepLoss, updates: Updates, batch: int, divisor: Divisor) -> None:
        self._network, self._loss, self._updates = network, loss, updates
        self._batch, self._divisor = batch, divisor

    @property
    def updates(self) -> int:
        """The number of updates of the weights so far."""
        return self._updates.count

    def compile(self, chunk: Chunk) -> None:
        """Do nothing: PyTorch compiles nothing here."""

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Train on the chunk's sequences once, in their order; returns the losses (B, T)."""
        batches = range(0, chunk.lanes, self._batch)
        losses = [self._learn(chunk.lanes_at(slice(first, first + self._batch))) for first in batches]
        return np.concatenate([np.zeros((0, chunk.steps), np.float32), *losses])

    def _learn(self, batch: Chunk) -> NDArray[np.float32]:
        network, module = self._network, self._network.module
        weights = torch.tensor(batch.weights, dtype=module.dtype)
        counts = bool((batch.weights > 0).any())
        with torch.set_grad_enabled(counts):
            outputs, _ = module(network.encoded(batch.inputs), batch.starts, module.initial_state(batch.lanes))
            losses = self._loss(as_targets(batch.targets, network.shapes.kind, module.dtype), outputs)
            if counts:
                divisor = weights if self._divisor == "weights" else weights != 0
                self._updates.step((weights * losses).sum() / divisor.sum())
        return losses.detach().numpy()

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots, and the number of updates, copied."""
        return self._updates.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._updates.restore(state)
