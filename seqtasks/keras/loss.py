"""The losses of seqtasks.core.loss in TensorFlow, for gradients, and the losses of Keras."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import keras
import tensorflow as tf

from seqtasks.core.task import Kind
from seqtasks.errors import UsageError

Loss = Kind | Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def step_loss(loss: Loss, targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """The loss of each step: targets (..., O) or classes (..., 1) and outputs (..., O) to losses (...)."""
    match loss:
        case "real":
            return tf.reduce_mean(tf.square(targets - outputs), axis=-1)
        case "binary":
            losses = tf.nn.sigmoid_cross_entropy_with_logits(
                labels=tf.broadcast_to(targets, outputs.shape), logits=outputs
            )
            return tf.reduce_mean(losses, axis=-1)
        case "class":
            return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets[..., 0], logits=outputs)
    return loss(targets, outputs)


@final
@dataclass(frozen=True)
class KerasLoss:
    """A loss that Keras knows, of what its users know as predictions: values, or the probabilities of all classes.

    Args:
        setting: A name, such as ``"huber"``, a ``keras.losses.Loss``, or a function of targets and predictions.
        kind: ``real``; or ``class``, whose targets are one-hot here.
        means: (O,), with ``scales`` the unit of real targets and outputs: the loss is that of means + scales x targets
            and of means + scales x outputs. Empty for targets and outputs as they are.
        scales: (O,).

    Raises:
        ValueError: If Keras knows no such loss.
        UsageError: If it takes class indices.

    Example:
        >>> float(KerasLoss("mae", "class")(tf.constant([[1.0, 0.0]]), tf.constant([[0.0, 0.0]]))[0])
        0.5
    """

    setting: Any
    kind: Kind
    means: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check that Keras knows the name, and that the loss takes one-hot targets."""
        found = keras.losses.get(self.setting)
        if self.kind != "real":
            check_dense("loss", found)

    def __call__(self, targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """The loss of each step: targets (..., O) and outputs (..., O) to losses (...)."""
        found = keras.losses.get(self.setting)
        targets, outputs = self._in_unit(tf.convert_to_tensor(targets)), self._in_unit(tf.convert_to_tensor(outputs))
        shown = outputs if self.kind == "real" else tf.nn.softmax(outputs)
        losses = (found.call if isinstance(found, keras.losses.Loss) else found)(targets, shown)
        return tf.reduce_mean(losses, axis=-1) if losses.shape.rank == outputs.shape.rank else losses

    def _in_unit(self, values: tf.Tensor) -> tf.Tensor:
        if not self.scales:
            return values
        return tf.constant(self.means, values.dtype) + tf.constant(self.scales, values.dtype) * values


def check_dense(kind: str, found: Any) -> None:
    """Check that a loss or a metric takes one-hot targets.

    Args:
        kind: ``loss`` or ``metric``, for the message.
        found: The object or function that Keras found for a setting.

    Raises:
        UsageError: If it is one of Keras's sparse losses or metrics, whose targets are class indices.
    """
    name = getattr(found, "__name__", type(found).__name__)
    if name.lower().startswith("sparse"):
        dense = name[len("sparse") :].lstrip("_")
        raise UsageError(f"The {kind} {name} takes class indices, but the targets here are one-hot.", f"Use {dense!r}.")
