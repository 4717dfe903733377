"""Optimizers by name, with the settings of Keras's optimizers."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.spec.spec import Spec
from seqtasks_torch.laws import SGD, AbstractLaw, Adam, AdamW

LAWS: Final[Mapping[str, type[AbstractLaw]]] = {"adam": Adam, "adamw": AdamW, "sgd": SGD}


def law(setting: Any) -> AbstractLaw:
    """The update rule that a setting names.

    Args:
        setting: A text such as ``"sgd:momentum=0.9"``, or a spec.

    Raises:
        UsageError: If the optimizer or a setting of it does not exist here.

    Example:
        >>> law("sgd:learning_rate=0.5")
        SGD(learning_rate=0.5, momentum=0.0, nesterov=False)
    """
    if isinstance(setting, str):
        setting = Host.start().spec("optimizers", setting)
    if not isinstance(setting, Spec):
        raise UsageError(
            f"{setting!r} is not an optimizer for PyTorch networks.",
            "Use a name, such as optimizer='sgd:momentum=0.9'.",
        )
    if setting.name not in LAWS:
        raise UsageError(
            f"There is no optimizer {setting.name} for PyTorch networks.", f"Use one of: {', '.join(LAWS)}."
        )
    kind = LAWS[setting.name]
    known = [field.name for field in fields(kind)]
    for (key, value), default in zip(setting.items, setting.defaults, strict=True):
        if key not in known and value != default:
            raise UsageError(
                f"The optimizer {setting.name} has no {key} for PyTorch networks.", f"It takes {', '.join(known)}."
            )
    return kind(**{key: setting.settings[key] for key in known})
