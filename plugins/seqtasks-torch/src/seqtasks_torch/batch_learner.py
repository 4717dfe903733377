"""A network that learns whole sequences, mini-batch after mini-batch.

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
        network: The network; it keeps what is learned.
        loss: Of each step.
        updates: Its updates.
        batch: How many sequences lead to one update.
        divisor: What sum w l is divided by: the sum of the ``weights``, or the number of ``steps`` that count.
    """

    def __init__(self, network: TorchNetwork, loss: StepLoss, updates: Updates, batch: int, divisor: Divisor) -> None:
        self._network, self._loss, self._updates = network, loss, updates
        self._batch, self._divisor = batch, divisor

    @property
    def updates(self) -> int:
        """How often the weights have been changed."""
        return self._updates.count

    def compile(self, chunk: Chunk) -> None:
        """Nothing has to be compiled."""

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """One pass over the chunk's sequences, in the order given; the losses (B, T)."""
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
                self._updates.make((weights * losses).sum() / divisor.sum())
        return losses.detach().numpy()

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots, and the count of updates."""
        return self._updates.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        self._updates.restore(state)
