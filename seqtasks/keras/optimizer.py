"""Any Keras optimizer inside a compiled loop, and the gradients it is given."""

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, final

import keras
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.keras.made import made


def optimizer(setting: Any, variables: Sequence[Any]) -> keras.optimizers.Optimizer:
    """A new optimizer of these variables, which belongs to the caller: an instance is copied from its configuration.

    Args:
        setting: A text such as ``"sgd:momentum=0.9"``, the spec of one, or a ``keras.optimizers.Optimizer``.
        variables: What it will change.
    """
    new = made("optimizers", setting)
    if new is setting:
        new = type(setting).from_config(setting.get_config())
    new.build(variables)
    return new


def without_rate(new: keras.optimizers.Optimizer) -> Hashable:
    """What two optimizers must share for their programs to be one: all but a plain rate, which is a variable."""
    config = {key: value for key, value in new.get_config().items() if key != "name"}
    if isinstance(config["learning_rate"], float):
        del config["learning_rate"]
    return type(new), json.dumps(config, sort_keys=True, default=str)


@final
class Slots:
    """Variables of a compiled program that many learners use in turn: optimizer slots, random states.

    Args:
        variables: What is lent to one learner at a time.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self.variables = list(variables)
        self._tenant: Memory | None = None

    def lend(self, memory: "Memory") -> None:
        """Have this learner's values in the variables, and the last one's safe."""
        if self._tenant is not memory:
            self.settle()
            for variable, array in zip(self.variables, memory.arrays, strict=True):
                variable.assign(array)
            self._tenant = memory

    def settle(self) -> None:
        """Give the tenant its values back."""
        if self._tenant is not None:
            self._tenant.arrays = [variable.numpy() for variable in self.variables]
            self._tenant = None


@final
@dataclass(eq=False)
class Memory:
    """One learner's values for the variables of a program, while they are not lent them.

    Args:
        arrays: The values, in the order of the program's :class:`Slots`.
    """

    arrays: list[NDArray[Any]]


def clipped(gradients: Sequence[tf.Tensor], norm: float | None) -> list[tf.Tensor]:
    """The gradients, scaled down together where their global norm exceeds ``norm`` (Pascanu et al. 2013).

        g <- g * norm / max(norm, |g|)

    One reduction over the concatenated gradients: one for each costs as much again as the rest of a step.
    """
    if norm is None:
        return list(gradients)
    flat = tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0)
    scale = norm / tf.maximum(norm, tf.sqrt(tf.reduce_sum(flat * flat)))
    return [gradient * scale for gradient in gradients]
