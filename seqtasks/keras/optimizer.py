"""Any Keras optimizer inside a compiled loop, and the gradients it is given."""

import json
from collections.abc import Hashable, Sequence
from typing import Any, Final

import keras
import tensorflow as tf

from seqtasks.errors import UsageError
from seqtasks.keras.factory import copy, from_setting

ELEMENTWISE: Final = ("SGD", "RMSprop", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Nadam", "Ftrl", "Lion")


def optimizer(setting: Any, variables: Sequence[Any], replicas: int = 1) -> keras.optimizers.Optimizer:
    """A new optimizer of these variables, which belongs to the caller: an instance is copied from its configuration.

    Args:
        setting: A text such as ``"sgd:momentum=0.9"``, the spec of one, or a ``keras.optimizers.Optimizer``.
        variables: What it will change.
        replicas: How many networks' weights they are, along their first axis.

    Raises:
        UsageError: If Keras cannot make it from its configuration, or it mixes the numbers of a weight, and with them
            the networks.
    """
    new = from_setting("optimizers", setting)
    if new is setting:
        new = copy(setting)
    if replicas > 1:
        _refuse_what_mixes(new)
    new.build(variables)
    return new


def _refuse_what_mixes(new: keras.optimizers.Optimizer) -> None:
    name = type(new).__name__
    if type(new) not in [getattr(keras.optimizers, each) for each in ELEMENTWISE]:
        raise UsageError(
            f"The optimizer {name} takes whole weights together, and with replicas those are all networks' at once.",
            f"Use one of {', '.join(ELEMENTWISE)}, or leave out replicas.",
        )
    for setting in ("clipnorm", "global_clipnorm"):
        if getattr(new, setting) is not None:
            raise UsageError(
                f"The optimizer's {setting} would be the norm of all replicas together.",
                "Use the trainer's clip, which is each network's own.",
            )


def without_rate(new: keras.optimizers.Optimizer) -> Hashable:
    """What two optimizers must share for their programs to be one: all but a plain rate, which is a variable."""
    config = {key: value for key, value in new.get_config().items() if key != "name"}
    if isinstance(config["learning_rate"], float):
        del config["learning_rate"]
    return type(new), json.dumps(config, sort_keys=True, default=str)


def clipped(gradients: Sequence[tf.Tensor], norm: float | None, replicas: int = 1) -> list[tf.Tensor]:
    """The gradients, scaled down together where their global norm exceeds ``norm`` (Pascanu et al. 2013).

        g <- g * norm / max(norm, |g|)

    Args:
        gradients: Of one network, or of ``replicas`` networks along their first axis, each with a norm of its own.
        norm: The greatest norm; None for no limit.
        replicas: R.
    """
    if norm is None:
        return list(gradients)
    if replicas == 1:  # of one network, one sum over all is faster than many; of many networks, many are
        flat = tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0)
        return [gradient * _scale(tf.reduce_sum(flat * flat), norm) for gradient in gradients]
    squares = [tf.reduce_sum(gradient * gradient, axis=list(range(1, gradient.shape.rank))) for gradient in gradients]
    scale = _scale(tf.add_n(squares), norm)
    return [gradient * tf.reshape(scale, [replicas] + [1] * (gradient.shape.rank - 1)) for gradient in gradients]


def _scale(square: tf.Tensor, norm: float) -> tf.Tensor:
    return norm / tf.maximum(tf.constant(norm, square.dtype), tf.sqrt(square))
