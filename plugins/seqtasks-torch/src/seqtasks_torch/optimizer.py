"""PyTorch's optimizers under the names and settings by which all trainers of seqtasks know theirs."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.spec.spec import Spec

Parameters = Sequence[torch.nn.Parameter]

# foreach: all weights in one call. Its fused rival is as fast on a quiet machine, and on a busy one waits for threads.


def _sgd(weights: Parameters, learning_rate: float, momentum: float, nesterov: bool) -> torch.optim.Optimizer:
    return torch.optim.SGD(weights, learning_rate, momentum, nesterov=nesterov and momentum > 0, foreach=True)


def _adam(
    weights: Parameters, learning_rate: float, beta_1: float, beta_2: float, epsilon: float, amsgrad: bool
) -> torch.optim.Optimizer:
    return torch.optim.Adam(weights, learning_rate, (beta_1, beta_2), epsilon, amsgrad=amsgrad, foreach=True)


def _adamw(
    weights: Parameters,
    learning_rate: float,
    weight_decay: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
    amsgrad: bool,
) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        weights, learning_rate, (beta_1, beta_2), epsilon, weight_decay or 0.0, amsgrad=amsgrad, foreach=True
    )


def _rmsprop(
    weights: Parameters, learning_rate: float, rho: float, momentum: float, epsilon: float, centered: bool
) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(weights, learning_rate, rho, epsilon, momentum=momentum, centered=centered, foreach=True)


MAKERS: Final[Mapping[str, Callable[..., torch.optim.Optimizer]]] = {
    "adam": _adam,
    "adamw": _adamw,
    "rmsprop": _rmsprop,
    "sgd": _sgd,
}


def optimizer(setting: Any, weights: Parameters) -> torch.optim.Optimizer:
    """A new optimizer of these weights.

    ``adam``, ``adamw`` and ``rmsprop`` add epsilon where PyTorch does: to the root of the corrected second moment,
    where Keras adds it to that of the uncorrected one (``rmsprop``: to the root, not under it).

    Args:
        setting: A text such as ``"sgd:momentum=0.9"``, or the spec of one.
        weights: What it will change.

    Raises:
        UsageError: If PyTorch has no such optimizer or setting, or refuses a value.

    Example:
        >>> optimizer("sgd:learning_rate=0.5", [torch.nn.Parameter(torch.ones(1))]).param_groups[0]["lr"]
        0.5
    """
    if isinstance(setting, str):
        setting = Host.start().spec("optimizers", setting)
    if not isinstance(setting, Spec):
        raise UsageError(f"The optimizer {setting!r} is not PyTorch's.", "Name it, as in optimizer='sgd:momentum=0.9'.")
    if setting.name not in MAKERS:
        raise UsageError(
            f"There is no counterpart of {setting.name} in PyTorch here.", f"Use one of: {', '.join(MAKERS)}."
        )
    make = MAKERS[setting.name]
    taken = list(inspect.signature(make).parameters)[1:]
    for (key, value), usual in zip(setting.items, setting.defaults, strict=True):
        if key not in taken and value != usual:
            raise UsageError(f"The optimizer {setting.name} of PyTorch has no {key}.", f"It takes {', '.join(taken)}.")
    try:
        return make(weights, **{key: setting.settings[key] for key in taken})
    except ValueError as error:
        raise UsageError(f"PyTorch refuses {setting}: {error}.", f"seqtasks show {setting.name}") from error


def slots(made: torch.optim.Optimizer) -> list[dict[str, Any]]:
    """Copies of what the optimizer remembers of each weight, by name."""
    state = made.state_dict()["state"]
    return [
        {key: tensor.numpy().copy() for key, tensor in state.get(place, {}).items() if tensor is not None}
        for place in range(len(made.param_groups[0]["params"]))
    ]


def fill(made: torch.optim.Optimizer, kept: Sequence[Mapping[str, Any]]) -> None:
    """Have the optimizer remember what :func:`slots` gave."""
    state = {
        place: {key: torch.tensor(np.asarray(array)) for key, array in own.items()}
        for place, own in enumerate(kept)
        if own
    }
    made.load_state_dict({"state": state, "param_groups": made.state_dict()["param_groups"]})
