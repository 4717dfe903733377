"""Exact credit for a layer that declares its structure and the matrix of its weighted sums.

    u = a W, a = (x, s_0, 1)          ds'_n / dW_fc = a_f D_nc,   D = ds'/du: a unit's own, of its own sums

A step's immediate influence is then two small things, a and D, and the stretch of steps since S last moved (see
:mod:`seqtasks.keras.credit.stretch`) is two small matrices. Axis letters: B lanes, k steps, F rows of W, G sums of a
unit, K arrays of a state, H units, N = K H.
"""

from dataclasses import dataclass
from typing import ClassVar, cast, final

import tensorflow as tf

from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors
from seqtasks.keras.credit.influence import Present, Step, flat, recurrent
from seqtasks.keras.credit.leads import begun, onward, written
from seqtasks.keras.credit.linearisation import jacobian, local
from seqtasks.keras.credit.rule import Carry, Gradients
from seqtasks.keras.credit.stretch import AbstractStretch


def matrix_shape(arch: Architecture, part: RecurrentLayer) -> tuple[int, int] | None:
    """(F, G H) of a layer's matrix of weighted sums, found without computing it; None where it is not declared."""
    with tf.Graph().as_default(), arch.reading([tf.zeros(variable.shape, arch.dtype) for variable in arch.variables]):
        matrix = part.structure.weight_matrix() if part.structure is not None else None
        return None if matrix is None else tuple(matrix.shape)


@final
@dataclass(frozen=True)
class FactoredCredit(AbstractStretch):
    """S of W's entries (F G H, B N), how far steps lead, each step's a (B, F, k) and its D (B, k, K, G, H)."""

    direct: ClassVar[bool] = False

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """None yet."""
        (part,) = arch.layers
        units, arrays = part.declared.units, part.states.stop
        rows, columns = cast(tuple[int, int], matrix_shape(arch, part))
        return [
            tf.zeros((rows * columns, lanes * arrays * units), arch.dtype),
            *begun(lanes, self.steps, arrays * units, arch.dtype),
            tf.zeros((lanes, rows, self.steps), arch.dtype),
            tf.zeros((lanes, self.steps, arrays, columns // units, units), arch.dtype),
        ]

    def move(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """How far steps lead moves on, and this one's a and D are kept; S stands still."""
        whole, *leads, seen, slopes = influence
        (part,) = arch.layers
        here = local(arch, part, weights, step.inputs, step.state)
        with arch.reading(weights):
            change = jacobian(part.declared, here) * step.alive[:, None, None]
        place = step.number % self.steps
        weighed = tf.concat([step.inputs, step.state[0], tf.ones_like(step.inputs[:, :1])], axis=1)
        slope = tf.stack([tf.stack(sums, axis=1) for sums in here.sums], axis=1)
        moved = [
            whole,
            *onward(leads, change, place),
            written(seen, weighed[:, :, None], place, axis=2),
            written(slopes, slope[:, None], place, axis=1),
        ]
        return moved, [*moved, *weights]

    def past(self, arch: Architecture, present: Present, carried: Carry) -> Gradients:
        """dl/ds(t) S(t), over lanes, the present step within."""
        whole, first, each, seen, slopes, *weights = carried
        (part,) = arch.layers
        lanes, steps, arrays, gates, units = slopes.shape
        signal = flat(present.behind)[:, :, None]
        back = tf.reshape(each, [lanes, -1, arrays * units]) @ signal
        sums = tf.reduce_sum(slopes * tf.reshape(back, [lanes, steps, arrays, 1, units]), axis=2)
        near = tf.reduce_sum(seen @ tf.reshape(sums, [lanes, steps, gates * units]), axis=0)
        far = whole @ tf.reshape(first @ signal, [-1, 1])
        watched = recurrent(arch, weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape, arch.reading(weights):
            tape.watch(watched)
            matrix = part.declared.weight_matrix()
        found: Gradients = tape.gradient(matrix, watched, near + tf.reshape(far, near.shape))
        return found

    def folded(self, arch: Architecture, weights: Tensors, whole: tf.Tensor, stretch: Carry) -> tf.Tensor:
        """By two products of matrices."""
        first, each, seen, slopes = stretch
        lanes, steps, arrays, _, units = slopes.shape
        state = arrays * units
        led = slopes[..., None] * tf.reshape(each, [lanes, steps, arrays, 1, units, state])
        near = seen @ tf.reshape(tf.reduce_sum(led, axis=2), [lanes, steps, -1])
        near = tf.transpose(tf.reshape(near, [lanes, -1, state]), [1, 0, 2])  # (F G H, B, N)
        moved = tf.einsum("pbm,bmn->pbn", tf.reshape(whole, near.shape), first) + near
        return tf.reshape(moved, whole.shape)
