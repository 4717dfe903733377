"""Updates of the weights by an optimizer, as both trainers make them.

Axis letters: P numbers of all weights.
"""

from collections.abc import Iterable, Mapping
from typing import Any, final

import torch

from seqtasks_torch.network import TorchNetwork
from seqtasks_torch.optimizer import law


@final
class Updates:
    """The updates of a network's weights.

        weights <- weights - law(clip(d total / d weights)),    clip(g) = g clip / max(clip, |g|)

    Args:
        network: The network; its weights change.
        setting: The optimizer: a text or a spec.
        clip: The maximum global norm of a gradient; None for no limit.

    Attributes:
        count: The number of updates so far.

    Raises:
        UsageError: If there is no such optimizer.
    """

    def __init__(self, network: TorchNetwork, setting: Any, clip: float | None) -> None:
        self._network, self._clip, self._law = network, clip, law(setting)
        self._weights = network.module.trained()
        self._slots = torch.zeros(self._law.slots, sum(map(torch.numel, self._weights)), dtype=network.module.dtype)
        self.count = 0

    def step(self, total: torch.Tensor) -> None:
        """Compute the gradient of ``total`` and update the weights."""
        g = _vector(torch.autograd.grad(total, self._weights))
        with torch.no_grad():
            if self._clip is not None:
                g *= self._clip / g.norm().clamp(min=self._clip)
            self.count += 1
            change = self._law.change(_vector(self._weights), g, self._slots, self.count)
            parts = torch.split(change, [weight.numel() for weight in self._weights])
            for weight, part in zip(self._weights, parts, strict=True):
                weight.sub_(part.view_as(weight))

    def state(self) -> dict[str, Any]:
        """Weights, optimizer slots, and the number of updates, copied."""
        return {
            "weights": self._network.weights(),
            "slots": self._slots.numpy().copy(),
            "updates": self.count,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._network.load(state["weights"])
        self._slots = torch.tensor(state["slots"])
        self.count = int(state["updates"])


def _vector(arrays: Iterable[torch.Tensor]) -> torch.Tensor:
    """All numbers in one vector (P,)."""
    return torch.cat([array.reshape(-1) for array in arrays])
