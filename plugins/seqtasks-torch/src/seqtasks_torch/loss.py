"""The losses of seqtasks.core.loss, in PyTorch.

Axis letters: B sequences or lanes, T steps, O outputs.
"""

from collections.abc import Callable
from typing import Final

import torch
from torch.nn import functional

from seqtasks.core.network import Array
from seqtasks.core.task import Kind, Objective
from seqtasks.errors import UsageError

StepLoss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # targets (B, T, O), outputs (B, T, O) to (B, T)


def _real(targets: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    return torch.square(targets - outputs).mean(dim=-1)


def _binary(targets: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    return functional.binary_cross_entropy_with_logits(outputs, targets, reduction="none").mean(dim=-1)


def _class(targets: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(outputs.movedim(-1, 1), targets[..., 0], reduction="none")


LOSSES: Final[dict[Kind, StepLoss]] = {"real": _real, "binary": _binary, "class": _class}


def step_loss(objective: Objective, trainer: str) -> StepLoss:
    """The loss of each step, by the objective's kind.

    Raises:
        UsageError: If the objective has a custom loss, which belongs to another library.
    """
    if objective.custom_loss is not None:
        raise UsageError(
            f"The trainer {trainer} has no custom losses, such as {objective.custom_loss!r}.",
            "Leave out loss, or use a Keras model.",
        )
    return LOSSES[objective.shapes.kind]


def as_targets(targets: Array, task_kind: Kind, dtype: torch.dtype) -> torch.Tensor:
    """A tensor of targets (B, T, O), or of class indices (B, T, 1), with the dtype of its loss; a copy."""
    return torch.tensor(targets, dtype=torch.int64 if task_kind == "class" else dtype)
