"""Any Keras optimizer inside a compiled loop, and the gradients it is given."""

import json
from collections.abc import Hashable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.keras_made import made


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


def slots(new: keras.optimizers.Optimizer) -> list[NDArray[Any]]:
    """Everything the optimizer remembers: steps taken, learning rate, moments."""
    return [variable.numpy() for variable in new.variables]


def fill(new: keras.optimizers.Optimizer, arrays: Sequence[NDArray[Any]]) -> None:
    """Make the optimizer remember what :func:`slots` gave."""
    for variable, array in zip(new.variables, arrays, strict=True):
        variable.assign(np.asarray(array))


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
