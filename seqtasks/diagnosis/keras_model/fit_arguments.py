"""How a Keras model was fitted."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, final

from seqtasks.errors import UsageError
from seqtasks.spec.spec import closest

IGNORED = ("verbose", "callbacks", "steps_per_epoch", "validation_steps", "validation_batch_size", "validation_freq",
           "initial_epoch")  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class FitArguments:
    """The arguments that ``model.fit`` received, and two that describe a loop of your own.

    Args:
        epochs: Passes over the data.
        batch_size: Rows of a batch; None for 32, or for the batch size that the model is built for.
        shuffle: Whether rows were shuffled in each epoch. A loop of your own does not shuffle unless you do.
        sample_weight: As in ``fit``.
        class_weight: As in ``fit``.
        validation_split: As in ``fit``.
        validation_data: As in ``fit``.
        reset_states: When your program reset the states of a stateful model: after each ``"epoch"``, after each
            ``"batch"``, or never.
        losses: The losses during the training, if they are not those of the ``History`` of the model.

    Raises:
        UsageError: If a value is not one of those.
    """

    epochs: int = 1
    batch_size: int | None = None
    shuffle: bool = True
    sample_weight: Any = None
    class_weight: Any = None
    validation_split: float = 0.0
    validation_data: Any = None
    reset_states: Literal["epoch", "batch"] | None = None
    losses: Any = ()

    def __post_init__(self) -> None:
        if self.reset_states not in (None, "epoch", "batch"):
            raise UsageError(
                f"reset_states is {self.reset_states!r}, which is not a time at which states are reset.",
                "Write 'epoch', 'batch', or None for never.",
            )
        for name in ("epochs", "batch_size"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise UsageError(
                    f"{name} is {value!r}, but must be an integer of at least 1.", f"Write, for example, {name}=1."
                )

    @property
    def weighted(self) -> bool:
        """Whether rows, steps or classes have weights in the loss."""
        return self.sample_weight is not None or self.class_weight is not None

    @classmethod
    def of(cls, fit: Mapping[str, Any] | None) -> Self:
        """The record of a mapping.

        Raises:
            UsageError: If a name is not an argument of ``fit`` or one of those above.

        Example:
            >>> FitArguments.of({"epochs": 5, "verbose": 0}).epochs
            5
        """
        known = [field.name for field in fields(cls)]
        given = {name: value for name, value in (fit or {}).items() if name not in IGNORED}
        for name in given:
            if name not in known:
                raise UsageError(
                    f"{name!r} is not an argument of fit that explain knows.",
                    closest(name, [*known, *IGNORED]) or f"Known are {', '.join(known)}.",
                )
        return cls(**given)
