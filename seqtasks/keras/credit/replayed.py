"""Exact credit for any layers: the steps of a stretch are taken again, all at once, for what each did by itself.

What a step did at once, I(r), is taken from one backward pass through the steps of the stretch as a batch, from what
went into each and today's weights; how it went on, J, is that of the weights of then.
"""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, Tensors
from seqtasks.keras.credit.influence import Present, Step, flat, recurrent, size
from seqtasks.keras.credit.leads import begun, onward, written
from seqtasks.keras.credit.linearisation import ZERO, dense, jacobians, lane_by_lane, recording
from seqtasks.keras.credit.rule import Carry, Gradients
from seqtasks.keras.credit.stretch import AbstractStretch
from seqtasks.keras.program import reset


@final
@dataclass(frozen=True)
class ReplayedCredit(AbstractStretch):
    """S (B, N, P), how far steps lead, and rows (B, k, I + 1 + N): each step's inputs, alive, and state before it."""

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """None yet; the last row waits for its place, so that nothing large is both read and written in a step."""
        state, count = size(arch)
        width = arch.shapes.inputs + 1 + state
        return [
            tf.zeros((lanes, state, count), arch.dtype),
            *begun(lanes, self.steps, state, arch.dtype),
            tf.zeros((lanes, self.steps, width), arch.dtype),
            tf.zeros((lanes, width), arch.dtype),
        ]

    def move(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """How far steps lead moves on, and what went into this one is kept; S stands still."""
        whole, *leads, rows, last = influence
        change, _ = dense(arch, lambda x, s: arch.step(weights, x, s)[1], [], step.inputs, step.state)
        place = step.number % self.steps
        rows = written(rows, last[:, None], place - 1, axis=1)
        row = tf.concat([step.inputs, step.alive[:, None], flat(step.state)], axis=1)
        moved = onward(leads, change * step.alive[:, None, None], place)
        return [whole, *moved, rows, row], [whole, *leads, rows, *weights]

    def past(self, arch: Architecture, present: Present, carried: Carry) -> Gradients:
        """dl/ds(t-1) S(t-1), over lanes."""
        whole, first, each, rows, *weights = carried
        signal = flat(present.before)[:, :, None]
        lanes, state, _ = signal.shape
        watched = recurrent(arch, weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watched)
            after = _again(arch, weights, tf.reshape(rows, [-1, rows.shape[2]]))
        back = tf.reshape(tf.reshape(each, [lanes, -1, state]) @ signal, after.shape)
        near = tape.gradient(after, watched, back, unconnected_gradients=ZERO)
        far = tf.reshape(first @ signal, [1, -1]) @ tf.reshape(whole, [-1, whole.shape[2]])
        pieces = tf.split(far[0], [int(np.prod(weight.shape)) for weight in watched])
        return [new + tf.reshape(old, new.shape) for new, old in zip(near, pieces, strict=True)]

    def folded(self, arch: Architecture, weights: Tensors, whole: tf.Tensor, stretch: Carry) -> tf.Tensor:
        """By N vector-Jacobian products through the steps as a batch."""
        first, each, rows, last = stretch
        rows = written(rows, last[:, None], tf.constant(self.steps - 1), axis=1)
        watched = recurrent(arch, weights)

        def lane(each: tf.Tensor, rows: tf.Tensor) -> Any:
            with recording(arch) as tape:
                tape.watch(watched)
                end = tf.einsum("rmn,rm->n", each, _again(arch, weights, rows))
            found = jacobians(arch, tape, end, watched)
            return tf.concat([tf.reshape(one, [end.shape[0], -1]) for one in found], axis=1)

        return tf.matmul(first, whole, transpose_a=True) + lane_by_lane(arch, lane, each, rows)


def _again(arch: Architecture, weights: Tensors, rows: tf.Tensor) -> tf.Tensor:
    """The states (..., N) after steps of which rows are kept, resets included."""
    initial = arch.initial_state(weights, 1)
    sizes = [int(np.prod(array.shape)) for array in initial]
    inputs, alive, *state = tf.split(rows, [arch.shapes.inputs, 1, *sizes], axis=1)
    shaped = [tf.reshape(array, [-1, *like.shape[1:]]) for array, like in zip(state, initial, strict=True)]
    return flat(arch.step(weights, inputs, reset(alive[:, 0] < 1, initial, shaped))[1])
