"""Optimizers by the names and settings by which all trainers of seqtasks know theirs."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.spec.spec import Spec
from seqtasks_torch.laws import SGD, AbstractLaw, Adam, AdamW

LAWS: Final[Mapping[str, type[AbstractLaw]]] = {"adam": Adam, "adamw": AdamW, "sgd": SGD}


def law(setting: Any) -> AbstractLaw:
    """The law that a setting means.

    Args:
        setting: A text such as ``"sgd:momentum=0.9"``, or the spec of one.

    Raises:
        UsageError: If there is no such optimizer or setting here.

    Example:
        >>> law("sgd:learning_rate=0.5")
        SGD(learning_rate=0.5, momentum=0.0, nesterov=False)
    """
    if isinstance(setting, str):
        setting = Host.start().spec("optimizers", setting)
    if not isinstance(setting, Spec):
        raise UsageError(
            f"{setting!r} is no optimizer of PyTorch networks.", "Name one, as in optimizer='sgd:momentum=0.9'."
        )
    if setting.name not in LAWS:
        raise UsageError(
            f"There is no optimizer {setting.name} for PyTorch networks.", f"Use one of: {', '.join(LAWS)}."
        )
    kind = LAWS[setting.name]
    taken = [field.name for field in fields(kind)]
    for (key, value), usual in zip(setting.items, setting.defaults, strict=True):
        if key not in taken and value != usual:
            raise UsageError(
                f"The optimizer {setting.name} has no {key} for PyTorch networks.", f"It takes {', '.join(taken)}."
            )
    return kind(**{key: setting.settings[key] for key in taken})
