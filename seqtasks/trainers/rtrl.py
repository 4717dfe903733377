"""Training one step at a time by the exact gradient through the whole past: real-time recurrent learning."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import tensorflow as tf

from seqtasks.core.task import AbstractTask
from seqtasks.keras.body import KerasBody, Tensors
from seqtasks.keras.credit import AbstractCredit, Carry, Gradients
from seqtasks.keras.influence import AbstractInfluence, Present, Step, recurrent, size
from seqtasks.keras.linearisation import dense, jacobian, local
from seqtasks.keras.online_trainer import AbstractOnlineTrainer
from seqtasks.keras.program import once, reset
from seqtasks.keras.refusal import refuse_loops


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
        """Exact credit.

        Raises:
            UsageError: If a cell's step holds a loop.
        """
        refuse_loops(body, "The trainer rtrl")
        return exact_credit(body)


def exact_credit(body: KerasBody) -> AbstractCredit:
    """The rule for these layers: by columns where there is one that tells its structure and begins from no weight."""
    single = len(body.layers) == 1 and body.layers[0].structure is not None
    return ColumnCredit() if single and not _trained_start(body) else DenseCredit()


@final
@dataclass(frozen=True)
class DenseCredit(AbstractInfluence):
    """The influence of every recurrent weight on every number of the state: for each weight (B, N, |w|)."""

    def numbers(self, body: KerasBody) -> tuple[int, str]:
        """N x P."""
        return _numbers(body)

    def start(self, body: KerasBody, lanes: int) -> Carry:
        """None yet."""
        state, _ = size(body)
        return [tf.zeros((lanes, state, int(np.prod(w.shape))), body.dtype) for w in recurrent(body, body.variables)]

    def move(self, body: KerasBody, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """S <- J S + I, of the whole stack of layers."""
        watched = recurrent(body, weights)

        def begun(seen: tf.Tensor, state: Tensors) -> Tensors:
            """The reset is part of the step: nothing comes from before it, and a trained start has its share."""
            live, initial = seen[:, -1], body.initial_state(weights, 1)
            state = reset(live < 1, initial, state)
            return body.step(weights, seen[:, :-1], state)[1]

        seen = tf.concat([step.inputs, step.alive[:, None]], axis=1)
        change, immediate = dense(begun, watched, seen, step.state)
        return [change @ old + new for old, new in zip(influence, immediate, strict=True)], influence

    def past(self, body: KerasBody, present: Present, carried: Carry) -> Gradients:
        """dl/ds(t-1) S(t-1), over lanes."""
        return [_row(present) @ tf.reshape(old, [-1, old.shape[2]]) for old in carried]


@final
@dataclass(frozen=True)
class ColumnCredit(AbstractInfluence):
    """The same for one layer that tells its structure: all weights in one array (B, K H, H, C).

    C are a unit's columns, of all weights and gates: what moves at once is the unit itself, a stretch of C numbers in
    each of the K arrays, where a step of another cell moves everything.
    """

    def numbers(self, body: KerasBody) -> tuple[int, str]:
        """N x P."""
        return _numbers(body)

    def start(self, body: KerasBody, lanes: int) -> Carry:
        """None yet."""
        state, count = size(body)
        units = body.layers[0].told.units
        return [tf.zeros((lanes, state, units, count // units), body.dtype)]

    def move(self, body: KerasBody, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """S <- J S + I."""
        (part,), (old,) = body.layers, influence
        here = local(body, part, weights, step.inputs, step.state)
        with body.reading(weights):
            change = jacobian(part.told, here) * step.alive[:, None, None]
        lanes, units = old.shape[0], part.told.units
        through = change @ tf.reshape(old, [lanes, old.shape[1], -1])
        immediate = once(tf.stack([_columns(arrays, units) for arrays in here.immediate], axis=1))  # (B, K, H, C)
        eye = tf.eye(units, dtype=old.dtype)[:, :, None]
        moved = tf.reshape(through, [lanes, -1, units, units, old.shape[3]]) + eye * immediate[:, :, None]
        return [tf.reshape(moved, old.shape)], influence

    def past(self, body: KerasBody, present: Present, carried: Carry) -> Gradients:
        """dl/ds(t-1) S(t-1), over lanes."""
        (old,), (part,) = carried, body.layers
        found = tf.reshape(_row(present) @ tf.reshape(old, [-1, old.shape[2] * old.shape[3]]), old.shape[2:])
        like = body.trained(body.variables, part)
        pieces = tf.split(found, [int(np.prod(weight.shape)) // old.shape[2] for weight in like], axis=1)
        return [tf.transpose(piece) for piece in pieces]


def _trained_start(body: KerasBody) -> bool:
    """Whether the initial state depends on the weights."""
    starts = [body.initial_state([tf.fill(v.shape, tf.cast(x, body.dtype)) for v in body.variables], 1) for x in (0, 1)]
    return any(bool(tf.reduce_any(zero != one)) for zero, one in zip(*starts, strict=True))


def _columns(arrays: Tensors, units: int) -> tf.Tensor:
    """Arrays (B, ..., G H) as (B, H, C): unit by unit what stands in its columns."""
    lanes = arrays[0].shape[0]
    flat = [tf.transpose(tf.reshape(array, [lanes, -1, units]), [0, 2, 1]) for array in arrays]
    return tf.concat(flat, axis=2)


def _row(present: Present) -> tf.Tensor:
    """dl/ds(t-1) of all lanes in a row (1, B N)."""
    flat = tf.concat([tf.reshape(each, [each.shape[0], -1]) for each in present.before], axis=1)
    return once(tf.reshape(flat, [1, -1]))


def _numbers(body: KerasBody) -> tuple[int, str]:
    state, count = size(body)
    return state * count, f"The influence of {count:,} weights on {state:,} numbers of state"
