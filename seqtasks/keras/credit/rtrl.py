"""Real-time recurrent learning: exact credit, whose influence matrix is updated once in a block of steps.

    S(t) = J(t) S(t-1) + I(t)                                 J = ds'/ds, I = ds'/dw, S = the influence on the state
         = L(t; a) S(a) + sum over a < r <= t of L(t; r) I(r)          a: the first step of the block

    L(t; r) = J(t) L(t-1; r),   L(r; r) = 1                   the propagator: how the state at r acts on the state at t

J S is what RTRL costs: N^2 P multiplications. Over a block of k steps S(a) stands still, and only a row of it is needed
at each step, dl/ds L S(a), for N P. The propagators are updated instead, for k N^3. I(r) is never computed as a matrix,
because only a row of it is needed, too. At the end of the block, S takes in all of it: N^2 P once in k steps.

Schmidhuber (1992), Neural Computation 4(2), has the idea, with updates at the ends of blocks; here at every step.

Axis letters: B lanes, k steps, N numbers of a lane's state, P recurrent weights; of a structured layer F rows of W, G
sums of a unit, K arrays of a state, H units, N = K H.
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar, Final, cast, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, Tensors
from seqtasks.keras.credit.influence import AbstractInfluence, Step, StepGradients, flat, recurrent, size
from seqtasks.keras.credit.linearisation import (
    ZERO,
    dense,
    jacobian,
    jacobians,
    lane_by_lane,
    local,
    matrix_shape,
    recording,
)
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Gradients
from seqtasks.keras.program import reset

FLUSH_COPIES: Final = 3


def exact_credit(arch: Architecture) -> AbstractCredit:
    """The rule for these layers: factored for one layer with a weight matrix, unless its initial state is trained."""
    (part, *others) = arch.layers
    factored = not others and matrix_shape(arch, part) is not None and not _trained_start(arch)
    return FactoredRTRL(block_length(arch)) if factored else ReplayedRTRL(block_length(arch))


def _trained_start(arch: Architecture) -> bool:
    """Whether the initial state depends on the weights."""
    starts = [arch.initial_state([tf.fill(v.shape, tf.cast(x, arch.dtype)) for v in arch.variables], 1) for x in (0, 1)]
    return any(bool(tf.reduce_any(zero != one)) for zero, one in zip(*starts, strict=True))


def block_length(arch: Architecture) -> int:
    """k, where k N^3 and N^2 P / k are the same: (P / N)^(1/2) steps, H^(1/2) for a layer of H units."""
    state, count = size(arch)
    return max(1, round(sqrt(count / state)))


@dataclass(frozen=True)
class AbstractBlockRTRL(AbstractInfluence):
    """A rule whose carry is S, the propagators of the block, and the data of its steps. Subclasses are final.

    Args:
        steps: k, the length of a block.
    """

    steps: int

    @property
    def period(self) -> int:
        """The end of every block, at which S is updated."""
        return self.steps

    def carry_size(self, arch: Architecture) -> tuple[int, str]:
        """N x P, and twice as much again while S is updated (measured: 4.7 times N x P for a GRU of 256 units)."""
        state, count = size(arch)
        what = f"The influence of {count:,} weights on {state:,} state values"
        return FLUSH_COPIES * state * count, f"{what} x {FLUSH_COPIES} (the update takes it twice more)"

    @abstractmethod
    def updated_sensitivity(
        self, arch: Architecture, weights: Tensors, sensitivity: tf.Tensor, block: Carry
    ) -> tf.Tensor:
        """S at the end of the block: L S + sum of L I, of S at its beginning and the rest of the carry."""

    def flush(self, arch: Architecture, weights: Tensors, carry: Carry) -> Carry:
        """Update S, and begin a new block."""
        states = arch.layers[-1].states.stop
        state, (sensitivity, *block), clock = carry[:states], carry[states:-1], carry[-1]
        sensitivity = self.updated_sensitivity(arch, weights, sensitivity, block)
        _, *empty = self.start(arch, block[0].shape[0])
        return [*state, sensitivity, *empty, clock]


@final
@dataclass(frozen=True)
class FactoredRTRL(AbstractBlockRTRL):
    """RTRL for one layer that declares its structure and the matrix W of its weighted sums.

        u = a W, a = (x, s_0, 1)          ds'_n / dW_fc = a_f D_nc,   D = ds'/du: a unit's own, of its own sums

    The immediate influence of a step is two small arrays, a and D, and that of a block two small matrices. The carry is
    S of W's entries (F G H, B N), the propagators, and of each step a (B, F, k) and D (B, k, K, G, H).
    """

    adds_step_gradient: ClassVar[bool] = False

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """The initial influence, zeros."""
        (part,) = arch.layers
        units, arrays = part.declared.units, part.states.stop
        rows, columns = cast(tuple[int, int], matrix_shape(arch, part))
        return [
            tf.zeros((rows * columns, lanes * arrays * units), arch.dtype),
            *initial_propagators(lanes, self.steps, arrays * units, arch.dtype),
            tf.zeros((lanes, rows, self.steps), arch.dtype),
            tf.zeros((lanes, self.steps, arrays, columns // units, units), arch.dtype),
        ]

    def update(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """Update the propagators, and store a and D of this step; S stays as it is."""
        sensitivity, *propagators, seen, slopes = influence
        (part,) = arch.layers
        here = local(arch, part, weights, step.inputs, step.state)
        with arch.reading(weights):
            change = jacobian(part.declared, here) * step.not_reset[:, None, None]
        place = step.index % self.steps
        weighed = tf.concat([step.inputs, step.state[0], tf.ones_like(step.inputs[:, :1])], axis=1)
        slope = tf.stack([tf.stack(sums, axis=1) for sums in here.sums], axis=1)
        updated = [
            sensitivity,
            *propagate(propagators, change, place),
            write_at(seen, weighed[:, :, None], place, axis=2),
            write_at(slopes, slope[:, None], place, axis=1),
        ]
        return updated, [*updated, *weights]

    def past(self, arch: Architecture, grads: StepGradients, saved: Carry) -> Gradients:
        """dl/ds(t) S(t), summed over lanes; it includes the current step."""
        sensitivity, first, each, seen, slopes, *weights = saved
        (part,) = arch.layers
        lanes, steps, arrays, gates, units = slopes.shape
        signal = flat(grads.state_out)[:, :, None]
        back = tf.reshape(each, [lanes, -1, arrays * units]) @ signal
        sums = tf.reduce_sum(slopes * tf.reshape(back, [lanes, steps, arrays, 1, units]), axis=2)
        near = tf.reduce_sum(seen @ tf.reshape(sums, [lanes, steps, gates * units]), axis=0)
        far = sensitivity @ tf.reshape(first @ signal, [-1, 1])
        watched = recurrent(arch, weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape, arch.reading(weights):
            tape.watch(watched)
            matrix = part.declared.weight_matrix()
        found: Gradients = tape.gradient(matrix, watched, near + tf.reshape(far, near.shape))
        return found

    def updated_sensitivity(
        self, arch: Architecture, weights: Tensors, sensitivity: tf.Tensor, block: Carry
    ) -> tf.Tensor:
        """The new S, by two products of matrices."""
        first, each, seen, slopes = block
        lanes, steps, arrays, _, units = slopes.shape
        state = arrays * units
        by_state = slopes[..., None] * tf.reshape(each, [lanes, steps, arrays, 1, units, state])
        near = seen @ tf.reshape(tf.reduce_sum(by_state, axis=2), [lanes, steps, -1])
        near = tf.transpose(tf.reshape(near, [lanes, -1, state]), [1, 0, 2])  # (F G H, B, N)
        far = tf.einsum("pbm,bmn->pbn", tf.reshape(sensitivity, near.shape), first)
        return tf.reshape(far + near, sensitivity.shape)


@final
@dataclass(frozen=True)
class ReplayedRTRL(AbstractBlockRTRL):
    """RTRL for any layers: the steps of a block are run again, all at once, to find the influence of each by itself.

    I(r) comes from one backward pass through the steps of the block as a batch, with their inputs and the current
    weights; J has the weights of the time of its step. The carry is S (B, N, P), the propagators, and rows
    (B, k, I + 1 + N): the inputs of each step, ``not_reset``, and the state before it.
    """

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """Zeros. The last row is stored apart for a step, so that no step both reads and writes a large array."""
        state, count = size(arch)
        width = arch.shapes.inputs + 1 + state
        return [
            tf.zeros((lanes, state, count), arch.dtype),
            *initial_propagators(lanes, self.steps, state, arch.dtype),
            tf.zeros((lanes, self.steps, width), arch.dtype),
            tf.zeros((lanes, width), arch.dtype),
        ]

    def update(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """Update the propagators, and store the row of this step; S stays as it is."""
        sensitivity, *propagators, rows, last = influence
        change, _ = dense(arch, lambda x, s: arch.step(weights, x, s)[1], [], step.inputs, step.state)
        place = step.index % self.steps
        rows = write_at(rows, last[:, None], place - 1, axis=1)
        row = tf.concat([step.inputs, step.not_reset[:, None], flat(step.state)], axis=1)
        propagated = propagate(propagators, change * step.not_reset[:, None, None], place)
        return [sensitivity, *propagated, rows, row], [sensitivity, *propagators, rows, *weights]

    def past(self, arch: Architecture, grads: StepGradients, saved: Carry) -> Gradients:
        """dl/ds(t-1) S(t-1), summed over lanes."""
        sensitivity, first, each, rows, *weights = saved
        signal = flat(grads.state_in)[:, :, None]
        lanes, state, _ = signal.shape
        watched = recurrent(arch, weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watched)
            after = _replay(arch, weights, tf.reshape(rows, [-1, rows.shape[2]]))
        back = tf.reshape(tf.reshape(each, [lanes, -1, state]) @ signal, after.shape)
        near = tape.gradient(after, watched, back, unconnected_gradients=ZERO)
        far = tf.reshape(first @ signal, [1, -1]) @ tf.reshape(sensitivity, [-1, sensitivity.shape[2]])
        pieces = tf.split(far[0], [int(np.prod(weight.shape)) for weight in watched])
        return [new + tf.reshape(old, new.shape) for new, old in zip(near, pieces, strict=True)]

    def updated_sensitivity(
        self, arch: Architecture, weights: Tensors, sensitivity: tf.Tensor, block: Carry
    ) -> tf.Tensor:
        """The new S, by N vector-Jacobian products through the steps as a batch."""
        first, each, rows, last = block
        rows = write_at(rows, last[:, None], tf.constant(self.steps - 1), axis=1)
        watched = recurrent(arch, weights)

        def lane(each: tf.Tensor, rows: tf.Tensor) -> Any:
            with recording(arch) as tape:
                tape.watch(watched)
                end = tf.einsum("rmn,rm->n", each, _replay(arch, weights, rows))
            found = jacobians(arch, tape, end, watched)
            return tf.concat([tf.reshape(one, [end.shape[0], -1]) for one in found], axis=1)

        return tf.matmul(first, sensitivity, transpose_a=True) + lane_by_lane(arch, lane, each, rows)


def _replay(arch: Architecture, weights: Tensors, rows: tf.Tensor) -> tf.Tensor:
    """The states (..., N) after the steps of these rows, including resets."""
    initial = arch.initial_state(weights, 1)
    sizes = [int(np.prod(array.shape)) for array in initial]
    inputs, not_reset, *state = tf.split(rows, [arch.shapes.inputs, 1, *sizes], axis=1)
    shaped = [tf.reshape(array, [-1, *like.shape[1:]]) for array, like in zip(state, initial, strict=True)]
    return flat(arch.step(weights, inputs, reset(not_reset[:, 0] < 1, initial, shaped))[1])


def initial_propagators(lanes: int, steps: int, state_size: int, dtype: str) -> Carry:
    """The propagators before a block: from its start, L = 1 (B, N, N), and from each of its steps, L = 0 (B, k, N, N).

    They are transposed: row m is the effect of number m of the earlier state on each number of the current one.
    """
    return [
        tf.eye(state_size, batch_shape=[lanes], dtype=dtype),
        tf.zeros((lanes, steps, state_size, state_size), dtype),
    ]


def propagate(propagators: Carry, jacobian: tf.Tensor, place: tf.Tensor) -> Carry:
    """The propagators after one more step, the block's ``place``-th, whose Jacobian is J (B, N, N)."""
    first, each = propagators
    lanes, steps, width, _ = each.shape
    later = tf.matmul(tf.reshape(each, [lanes, steps * width, width]), jacobian, transpose_b=True)
    later = write_at(tf.reshape(later, each.shape), tf.eye(width, dtype=each.dtype), place, axis=1)
    return [tf.matmul(first, jacobian, transpose_b=True), later]


def write_at(stored: tf.Tensor, new: tf.Tensor, place: tf.Tensor, axis: int) -> tf.Tensor:
    """The stored array, with a new slice at one place along an axis."""
    shape = [1] * stored.shape.rank
    shape[axis] = stored.shape[axis]
    return tf.where(tf.reshape(tf.range(stored.shape[axis]) == place, shape), new, stored)
