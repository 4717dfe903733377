"""Exact credit for any layers: the influence of the past moves on once for many steps.

    S(t) = J(t) S(t-1) + I(t)                                 J = ds'/ds, I = ds'/dw, S = the influence on the state
         = L(t; a) S(a) + sum over a < r <= t of L(t; r) I(r)          a: where the stretch began

J S is what RTRL costs: N^2 P multiplications. Over a stretch of k steps S(a) stands still, and only a row of it is
wanted at each step, dl/ds L S(a), for N P. How far each step leads, L, moves on instead, for k N^3; I(r) is never
written down, for of it, too, only a row is wanted, which is one backward pass through the steps of the stretch as a
batch. At the end of the stretch all is folded into S: N^2 P once in k steps.

Schmidhuber (1992), Neural Computation 4(2), has the idea, with updates at the ends of stretches; here at every step.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.body import KerasBody, Tensors
from seqtasks.keras.credit import Carry, Gradients
from seqtasks.keras.influence import AbstractInfluence, Present, Step, flat, recurrent, size
from seqtasks.keras.leads import begun, onward, written
from seqtasks.keras.linearisation import ZERO, dense, lane_by_lane
from seqtasks.keras.program import reset


def length(body: KerasBody) -> int:
    """k, where k N^3 and N^2 P / k are the same: (P / N)^(1/2) steps, H^(1/2) for a layer of H units."""
    state, count = size(body)
    return max(1, round(sqrt(count / state)))


def numbers(body: KerasBody) -> tuple[int, str]:
    """N x P."""
    state, count = size(body)
    return state * count, f"The influence of {count:,} weights on {state:,} numbers of state"


@final
@dataclass(frozen=True)
class StretchCredit(AbstractInfluence):
    """S (B, N, P), how far steps lead, and what went into each: rows (B, k, I + 1 + N) of inputs, alive, state before.

    What the steps of a stretch did at once, I(r), is taken of today's weights; how it went on, J, of those of then.

    Args:
        steps: k.
    """

    steps: int

    @property
    def period(self) -> int:
        """Folded at the end of every stretch."""
        return self.steps

    def numbers(self, body: KerasBody) -> tuple[int, str]:
        """N x P."""
        return numbers(body)

    def start(self, body: KerasBody, lanes: int) -> Carry:
        """None yet; the last row waits for its place, so that nothing large is both read and written in a step."""
        state, count = size(body)
        width = body.shapes.inputs + 1 + state
        return [
            tf.zeros((lanes, state, count), body.dtype),
            *begun(lanes, self.steps, state, body.dtype),
            tf.zeros((lanes, self.steps, width), body.dtype),
            tf.zeros((lanes, width), body.dtype),
        ]

    def move(self, body: KerasBody, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """How far steps lead moves on, and what went into this one is kept; S stands still."""
        whole, *leads, rows, last = influence
        change, _ = dense(lambda x, s: body.step(weights, x, s)[1], [], step.inputs, step.state)
        place = step.number % self.steps
        rows = written(rows, last[:, None], place - 1, axis=1)
        row = tf.concat([step.inputs, step.alive[:, None], flat(step.state)], axis=1)
        moved = onward(leads, change * step.alive[:, None, None], place)
        return [whole, *moved, rows, row], [whole, *leads, rows, *weights]

    def past(self, body: KerasBody, present: Present, carried: Carry) -> Gradients:
        """dl/ds(t-1) S(t-1), over lanes."""
        whole, first, each, rows, *weights = carried
        signal = flat(present.before)[:, :, None]
        lanes, state, _ = signal.shape
        watched = recurrent(body, weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watched)
            after = _again(body, weights, tf.reshape(rows, [-1, rows.shape[2]]))
        back = tf.reshape(tf.reshape(each, [lanes, -1, state]) @ signal, after.shape)
        near = tape.gradient(after, watched, back, unconnected_gradients=ZERO)
        far = tf.reshape(first @ signal, [1, -1]) @ tf.reshape(whole, [-1, whole.shape[2]])
        pieces = tf.split(far[0], [int(np.prod(weight.shape)) for weight in watched])
        return [new + tf.reshape(old, new.shape) for new, old in zip(near, pieces, strict=True)]

    def fold(self, body: KerasBody, weights: Tensors, carry: Carry) -> Carry:
        """S <- L S + sum of L I, and a new stretch begins."""
        whole, first, each, rows, last = carry[body.layers[-1].states.stop : -1]
        rows = written(rows, last[:, None], tf.constant(self.steps - 1), axis=1)
        watched = recurrent(body, weights)

        def lane(each: tf.Tensor, rows: tf.Tensor) -> Any:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(watched)
                end = tf.einsum("rmn,rm->n", each, _again(body, weights, rows))
            found = tape.jacobian(end, watched, unconnected_gradients=ZERO)
            return tf.concat([tf.reshape(one, [end.shape[0], -1]) for one in found], axis=1)

        whole = tf.matmul(first, whole, transpose_a=True) + lane_by_lane(lane, each, rows)
        fresh = self.start(body, whole.shape[0])[1:]
        return [*carry[: body.layers[-1].states.stop], whole, *fresh, carry[-1]]


def _again(body: KerasBody, weights: Tensors, rows: tf.Tensor) -> tf.Tensor:
    """The states (..., N) after steps of which rows are kept, resets included."""
    initial = body.initial_state(weights, 1)
    sizes = [int(np.prod(array.shape)) for array in initial]
    inputs, alive, *state = tf.split(rows, [body.shapes.inputs, 1, *sizes], axis=1)
    shaped = [tf.reshape(array, [-1, *like.shape[1:]]) for array, like in zip(state, initial, strict=True)]
    return flat(body.step(weights, inputs, reset(alive[:, 0] < 1, initial, shaped))[1])
