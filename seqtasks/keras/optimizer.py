"""Keras optimizers inside compiled loops, and the clipping of gradients."""

import json
from collections.abc import Hashable, Sequence
from typing import Any, Final

import keras
import tensorflow as tf

from seqtasks.errors import UsageError
from seqtasks.keras.factory import copy, from_setting

ELEMENTWISE: Final = ("SGD", "RMSprop", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Nadam", "Ftrl", "Lion")

REWRITERS: Final = ("Ftrl",)  # element-wise, and compute a weight from slots alone


def optimizer(setting: Any, variables: Sequence[Any], replicas: int = 1) -> keras.optimizers.Optimizer:
    """A new optimizer for these variables. An optimizer object is copied, so that each call has its own slots.

    Args:
        setting: A text such as ``"sgd:momentum=0.9"``, a spec, or a ``keras.optimizers.Optimizer``.
        variables: The variables to train.
        replicas: The number of networks whose weights are stacked along the variables' first axis.

    Raises:
        UsageError: If Keras cannot create it from its configuration, or if ``replicas`` > 1 and it is not element-wise,
            which would mix the networks.
    """
    new = from_setting("optimizers", setting)
    if new is setting:
        new = copy(setting)
    if replicas > 1:
        _check_elementwise(new)
    new.build(variables)
    return new


def _check_elementwise(new: keras.optimizers.Optimizer) -> None:
    name = type(new).__name__
    if type(new) not in [getattr(keras.optimizers, each) for each in ELEMENTWISE]:
        raise UsageError(
            f"The optimizer {name} is not element-wise, so that it would mix the weights of replicas.",
            f"Use one of {', '.join(ELEMENTWISE)}, or leave out replicas.",
        )
    for setting in ("clipnorm", "global_clipnorm"):
        if getattr(new, setting) is not None:
            raise UsageError(
                f"The optimizer's {setting} would be the norm over all replicas together.",
                "Use the trainer's clip, which clips each network by its own norm.",
            )


def only_adds(own: keras.optimizers.Optimizer) -> bool:
    """Whether every update adds a step to a weight, so that it continues from weights that other code has set.

    Ftrl computes weights from slots alone, moving averages replace them, and other classes are unknown.
    """
    added = [getattr(keras.optimizers, each) for each in ELEMENTWISE if each not in REWRITERS]
    return type(own) in added and not own.use_ema


def without_rate(new: keras.optimizers.Optimizer) -> Hashable:
    """A key that is equal for optimizers that can share a program: all settings but a constant learning rate."""
    config = {key: value for key, value in new.get_config().items() if key != "name"}
    if isinstance(config["learning_rate"], float):
        del config["learning_rate"]
    return type(new), json.dumps(config, sort_keys=True, default=str)


def clipped(gradients: Sequence[tf.Tensor], norm: float | None, replicas: int = 1) -> list[tf.Tensor]:
    """The gradients, scaled down together if their global norm exceeds ``norm`` (Pascanu et al. 2013).

        g <- g * norm / max(norm, |g|)

    Args:
        gradients: Those of one network, or of ``replicas`` networks along the first axis, clipped one by one.
        norm: The maximum norm; None for no limit.
        replicas: R.
    """
    if norm is None:
        return list(gradients)
    if replicas == 1:  # one sum over all gradients is faster than one for each; for replicas it is slower
        flat = tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0)
        return [gradient * _scale(tf.reduce_sum(flat * flat), norm) for gradient in gradients]
    squares = [tf.reduce_sum(gradient * gradient, axis=list(range(1, gradient.shape.rank))) for gradient in gradients]
    scale = _scale(tf.add_n(squares), norm)
    return [gradient * tf.reshape(scale, [replicas] + [1] * (gradient.shape.rank - 1)) for gradient in gradients]


def _scale(square: tf.Tensor, norm: float) -> tf.Tensor:
    return norm / tf.maximum(tf.constant(norm, square.dtype), tf.sqrt(square))
