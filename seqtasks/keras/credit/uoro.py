"""UORO: an unbiased estimate of the influence of RTRL, as a product of two vectors."""

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, Tensors
from seqtasks.keras.credit.influence import (
    AbstractInfluence,
    Step,
    StepGradients,
    flat,
    mask_resets,
    norm,
    recurrent,
    size,
)
from seqtasks.keras.credit.linearisation import lane_by_lane
from seqtasks.keras.credit.rule import Carry, Gradients

EPSILON: Final = 1e-7


@final
@dataclass(frozen=True)
class UOROCredit(AbstractInfluence):
    """The two vectors: s (B, N), and T as (B, *w) for each weight."""

    def carry_size(self, arch: Architecture) -> tuple[int, str]:
        """The numbers of one lane: N + P."""
        state, count = size(arch)
        return state + count, f"{count:,} + {state:,} numbers of an estimate"

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """The initial estimate, zeros."""
        state, _ = size(arch)
        weights = [tf.zeros((lanes, *weight.shape), arch.dtype) for weight in recurrent(arch, arch.variables)]
        return [tf.zeros((lanes, state), arch.dtype), *weights]

    def rademacher_count(self, arch: Architecture) -> int:
        """One for each number of the state."""
        return size(arch)[0]

    def update(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """The two vectors after the step, and those before it, which the gradient takes."""
        watched = recurrent(arch, weights)

        def lane(inputs: tf.Tensor, state: Tensors, influence: Carry, signs: tf.Tensor) -> Any:
            rows, (s, *weighted) = [array[None] for array in state], influence
            # a Jacobian-vector product is the derivative of a vector-Jacobian product by its vector
            with tf.GradientTape(persistent=True, watch_accessed_variables=False) as outer:
                probe = tf.zeros_like(s)
                outer.watch(probe)
                with tf.GradientTape(persistent=True, watch_accessed_variables=False) as inner:
                    inner.watch([*rows, *watched])
                    _, after = arch.step(weights, inputs[None], rows)
                    end = flat(after)[0]
                back = inner.gradient(end, rows, probe, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            pushed = sum(
                outer.gradient(each, probe, tf.reshape(part, each.shape))
                for each, part in zip(back, tf.split(s, [int(np.prod(row.shape)) for row in back]), strict=True)
            )
            products = inner.gradient(end, watched, signs, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            a = tf.sqrt((norm(weighted) + EPSILON) / (norm([pushed]) + EPSILON))
            b = tf.sqrt((norm(products) + EPSILON) / (norm([signs]) + EPSILON))
            return [a * pushed + b * signs, *(old / a + new / b for old, new in zip(weighted, products, strict=True))]

        own = [mask_resets(array, step) for array in influence]
        return lane_by_lane(arch, lane, step.inputs, step.state, own, step.rademacher), influence

    def past(self, arch: Architecture, grads: StepGradients, saved: Carry) -> Gradients:
        """(dl/ds . s) T, over lanes."""
        s, *weighted = saved
        scale = tf.reduce_sum(flat(grads.state_in) * s, axis=1)  # (B,)
        return [tf.tensordot(scale, each, axes=1) for each in weighted]
