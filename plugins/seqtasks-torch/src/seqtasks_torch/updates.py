"""What trainers of either kind do to the weights: one step down a gradient, counted."""

from collections.abc import Mapping
from typing import Any, final

import torch

from seqtasks_torch import optimizer
from seqtasks_torch.network import TorchNetwork


@final
class Updates:
    """The updates of a network's weights.

        weights <- optimizer(weights, clip(d total / d weights))

    Args:
        network: The network; it keeps what is learned.
        setting: The optimizer: a text or a spec.
        clip: The greatest global norm of a gradient; None for no limit.

    Attributes:
        count: How many there were.

    Raises:
        UsageError: If there is no such optimizer.
    """

    def __init__(self, network: TorchNetwork, setting: Any, clip: float | None) -> None:
        self._network, self._clip = network, clip
        self._weights = network.module.trained()
        self._optimizer = optimizer.optimizer(setting, self._weights)
        self.count = 0

    def make(self, total: torch.Tensor) -> None:
        """One step down the gradient of ``total``."""
        self._optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        if self._clip is not None:
            torch.nn.utils.clip_grad_norm_(self._weights, self._clip)
        self._optimizer.step()
        self.count += 1

    def state(self) -> dict[str, Any]:
        """Weights, optimizer slots, and the count."""
        return {
            "weights": self._network.weights(),
            "slots": optimizer.slots(self._optimizer),
            "updates": self.count,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        self._network.load(state["weights"])
        optimizer.fill(self._optimizer, state["slots"])
        self.count = int(state["updates"])
