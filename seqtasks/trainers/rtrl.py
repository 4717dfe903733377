"""Training one step at a time by the exact gradient through the whole past: real-time recurrent learning."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import tensorflow as tf

from seqtasks.core.task import AbstractTask
from seqtasks.keras.body import KerasBody, Recurrent, Tensors
from seqtasks.keras.credit import AbstractCredit, Carry, Gradients
from seqtasks.keras.influence import AbstractInfluence, Present, recurrent_weights, size
from seqtasks.keras.linearisation import dense, jacobian, local
from seqtasks.keras.online_trainer import AbstractOnlineTrainer


@final
@dataclass(frozen=True)
class RTRL(AbstractOnlineTrainer):
    """Real-time recurrent learning: the exact gradient of each step's loss, through every step before it.

        S(t) = J(t) S(t-1) + I(t)          J = ds'/ds, I = ds'/dw, S = the influence of the weights on the state
        g(t) = dl/dw + dl/ds(t-1) S(t-1)

    Nothing of the past is kept but S, N x P numbers for a state of N numbers and P recurrent weights, and nothing is
    run again. A step costs about N^2 P multiplications, units to the fourth power. While the weights stand still S is
    exact, in stacks of layers, too; while they move, S is that of the weights as they were at each step.

    Any Keras cell will do whose step TensorFlow can vectorise. One layer of a cell that tells its structure (gru, lstm,
    simple-rnn, leaky-rnn, indrnn, lru, mingru) is about twice as fast as others.

    Example:
        >>> RTRL(lanes=2).lanes
        2

    Source: Williams & Zipser (1989), Neural Computation 1(2).
    """

    name: ClassVar[str] = "rtrl"

    def credit(self, body: KerasBody, task: AbstractTask) -> AbstractCredit:
        """Exact credit."""
        return ExactCredit()

    def horizon(self, task: AbstractTask) -> None:
        """No end."""
        return


@final
@dataclass(frozen=True)
class ExactCredit(AbstractInfluence):
    """The influence of every recurrent weight on every number of the state: for each weight (B, N, |w|)."""

    def numbers(self, body: KerasBody) -> tuple[int, str]:
        """N x P."""
        state, recurrent = size(body)
        return state * recurrent, f"The influence of {recurrent:,} weights on {state:,} numbers of state"

    def start(self, body: KerasBody, lanes: int) -> Carry:
        """None yet."""
        state, _ = size(body)
        return [tf.zeros((lanes, state, int(np.prod(w.shape))), body.dtype) for w in recurrent_weights(body)]

    def move(
        self, body: KerasBody, weights: Tensors, inputs: tf.Tensor, state: Tensors, influence: Carry, signs: tf.Tensor
    ) -> tuple[Carry, Carry]:
        """S <- J S + I."""
        structured = len(body.layers) == 1 and body.layers[0].structure is not None
        change, immediate = (_structured if structured else _any)(body, weights, inputs, state)
        moved = [change @ old + new for old, new in zip(influence, immediate, strict=True)]
        return moved, influence

    def past(self, body: KerasBody, present: Present, carried: Carry) -> Gradients:
        """dl/ds(t-1) S(t-1), over lanes."""
        flat = tf.concat([tf.reshape(each, [each.shape[0], -1]) for each in present.before], axis=1)
        row = tf.reshape(flat, [1, -1])
        return [row @ tf.reshape(old, [-1, old.shape[2]]) for old in carried]


def _any(body: KerasBody, weights: Tensors, inputs: tf.Tensor, state: Tensors) -> tuple[tf.Tensor, Tensors]:
    """J and I of the whole stack of layers."""
    watched = [weights[place] for place in body.trainable if place < body.layers[-1].weights.stop]
    return dense(lambda x, s: body.step(weights, x, s)[1], watched, inputs, state)


def _structured(body: KerasBody, weights: Tensors, inputs: tf.Tensor, state: Tensors) -> tuple[tf.Tensor, Tensors]:
    """J and I of one layer from its structure; a column of I has one entry for each array of the state."""
    (part,) = body.layers
    here = local(body, part, weights, inputs, state)
    with body.reading(weights):
        change = jacobian(part.told, here)
    return change, [_placed(list(arrays), part) for arrays in zip(*here.immediate, strict=True)]


def _placed(arrays: Tensors, part: Recurrent) -> tf.Tensor:
    """K arrays (B, *w) as (B, K H, |w|), each column at the unit that it acts on."""
    units = part.told.units
    eye = tf.eye(units, dtype=arrays[0].dtype)[:, None, :]
    lanes = arrays[0].shape[0]
    blocks = [tf.reshape(eye * tf.reshape(array, [lanes, 1, -1, units]), [lanes, units, -1]) for array in arrays]
    return tf.concat(blocks, axis=1)
