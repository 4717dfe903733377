"""Optimizers by name, with the settings of Keras's optimizers."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.spec.spec import Spec
from seqtasks_native.laws import ADAM, RMSPROP, SGD, Law

KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "adam": ("learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad"),
    "adamw": ("learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad", "weight_decay"),
    "rmsprop": ("learning_rate", "rho", "momentum", "epsilon", "centered"),
    "sgd": ("learning_rate", "momentum", "nesterov"),
}


def law(setting: Any, clip: float | None, dtype: str) -> Law:
    """The update rule that a setting names.

    Args:
        setting: A text such as ``"sgd:momentum=0.9"``, or a spec.
        clip: The maximum norm of a gradient; None for no limit.
        dtype: The precision of the weights.

    Raises:
        UsageError: If the optimizer or a setting of it does not exist here.

    Example:
        >>> float(law("sgd:learning_rate=0.5", None, "float32").rate)
        0.5
    """
    if isinstance(setting, str):
        setting = Host.start().spec("optimizers", setting)
    if not isinstance(setting, Spec):
        raise UsageError(
            f"{setting!r} is not an optimizer for native trainers.", "Use a name, such as optimizer='sgd:momentum=0.9'."
        )
    if setting.name not in KNOWN:
        raise UsageError(
            f"There is no optimizer {setting.name} for native trainers.",
            f"Use one of {', '.join(KNOWN)}, or a trainer such as online.",
        )
    known = KNOWN[setting.name]
    for (key, value), default in zip(setting.items, setting.defaults, strict=True):
        if key not in known and value != default:
            raise UsageError(
                f"The optimizer {setting.name} has no {key} for native trainers.", f"It takes {', '.join(known)}."
            )
    given = {key: setting.settings[key] for key in known}
    real = np.dtype(dtype).type
    if not isinstance(given["learning_rate"], int | float):
        raise UsageError(
            f"The learning rate {given['learning_rate']!r} is not a number, as native trainers need it.",
            "Use a number, or a trainer such as online.",
        )
    if setting.name == "sgd":
        kind, variant, first, second = SGD, given["nesterov"], given["momentum"], 0.0
    elif setting.name == "rmsprop":
        kind, variant, first, second = RMSPROP, given["centered"], given["momentum"], given["rho"]
    else:
        kind, variant, first, second = ADAM, given["amsgrad"], given["beta_1"], given["beta_2"]
    numbers = (first, second, given.get("epsilon", 0.0), given.get("weight_decay") or 0.0)
    limit = np.inf if clip is None else clip
    return Law(kind, int(variant), real(given["learning_rate"]), *map(real, numbers), real(limit))
