"""The losses of seqtasks.core.loss, in TensorFlow, to take gradients of."""

import tensorflow as tf

from seqtasks.core.task import Kind


def step_loss(kind: Kind, targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """The loss of each step: targets (..., O) or classes (..., 1) and outputs (..., O) to losses (...)."""
    match kind:
        case "real":
            return tf.reduce_mean(tf.square(targets - outputs), axis=-1)
        case "binary":
            losses = tf.nn.sigmoid_cross_entropy_with_logits(
                labels=tf.broadcast_to(targets, outputs.shape), logits=outputs
            )
            return tf.reduce_mean(losses, axis=-1)
        case "class":
            return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets[..., 0], logits=outputs)
