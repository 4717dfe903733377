"""Chrono initialisation: gates that at the start keep their units' pasts for times up to a longest one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, final

import keras
from keras import ops

from seqtasks.errors import UsageError
from seqtasks.keras.model import initializer
from seqtasks.keras.recurrent_model import AbstractRecurrentModel
from seqtasks.spec.annotation import Names, Range


@final
@keras.saving.register_keras_serializable("seqtasks")  # a saved Keras model names what its biases were drawn by
class Chrono(keras.initializers.RandomUniform):  # type: ignore[misc]  # Keras has no types
    """Biases under which a gate is open for about tau steps, tau uniform between 2 and T.

        b = log(tau - 1)      retention sigmoid(b) = (tau - 1) / tau, between 1/2 and (T - 1) / T

    Args:
        longest: T, at least 3.
        signs: How b stands at each gate of a unit, in the cell's order: 1, -1, or 0 for a gate without.
        seed: Keras's own, drawn from Python's ``random`` if None.

    Example:
        >>> b = Chrono(longest=10, signs=(1, 0, 0), seed=0)((2, 6))
        >>> int(ops.count_nonzero(b))
        2

    Source: Tallec & Ollivier (2018), arXiv:1804.11188.
    """

    def __init__(self, longest: int, signs: Sequence[int], seed: int | None = None) -> None:
        super().__init__(minval=1, maxval=longest - 1, seed=seed)
        self.longest, self.signs = longest, tuple(signs)

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
        """Biases (G H,) of G gates; in further rows of (R, G H), which the cell adds to the first, zeros."""
        b = ops.log(super().__call__((shape[-1] // len(self.signs),), dtype))
        row = ops.concatenate([sign * b for sign in self.signs])
        return ops.reshape(ops.pad(row, (0, math.prod(shape) - shape[-1])), shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments, as Keras clones and saves them."""
        return {"longest": self.longest, "signs": self.signs, "seed": super().get_config()["seed"]}


@dataclass(frozen=True)
class AbstractGatedModel(AbstractRecurrentModel):
    """Layers whose gates let a unit keep its past, for how long they are told at the start. Subclasses are final.

    Args:
        chrono: The longest time, in steps, that the gates are made to span: at the start the units keep their past for
            times up to it. ``none`` leaves the biases to bias_initializer.
    """

    recurrent_initializer: Annotated[Any, Names("initializers")] = "gate-orthogonal"
    chrono: Annotated[int | None, Range(low=3)] = None

    def biases(self, signs: Sequence[int]) -> keras.initializers.Initializer:
        """What two settings say of the biases: the initializer that ``bias_initializer`` means, or chrono's.

        Args:
            signs: As :class:`Chrono`'s.

        Raises:
            UsageError: If both say something.
        """
        if self.chrono is None:
            return initializer(self.bias_initializer)
        if str(self.bias_initializer) != "zeros":
            raise UsageError(
                f"chrono={self.chrono} draws the biases, and bias_initializer={self.bias_initializer} would, too.",
                "Leave one of them out.",
            )
        return Chrono(self.chrono, signs)
