"""KF-RTRL: an unbiased estimate of the influence of RTRL, as a Kronecker product."""

from dataclasses import dataclass
from typing import Final, cast, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors
from seqtasks.keras.credit.influence import AbstractInfluence, Step, StepGradients, layer_step, mask_resets, norm
from seqtasks.keras.credit.linearisation import jacobian, lane_by_lane, local
from seqtasks.keras.credit.rule import Carry, Gradients

EPSILON: Final = 1e-7


@final
@dataclass(frozen=True)
class KFRTRLCredit(AbstractInfluence):
    """For each layer B (B, H, H), and A as (B, ...) for each weight: its shape without the axis of units."""

    def carry_size(self, arch: Architecture) -> tuple[int, str]:
        """H^2 + I + H + 1 of each layer."""
        count = 0
        for part in arch.layers:
            columns = [int(np.prod(weight.shape[:-1])) for weight in _like(arch, part)]
            count += part.declared.units**2 + sum(columns)
        return count, f"{count:,} numbers of an estimate"

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """The initial factors, zeros."""
        carry = []
        for part in arch.layers:
            units = part.declared.units
            carry.append(tf.zeros((lanes, units, units), arch.dtype))
            carry += [tf.zeros((lanes, *weight.shape[:-1]), arch.dtype) for weight in _like(arch, part)]
        return carry

    def rademacher_count(self, arch: Architecture) -> int:
        """Two for each layer, c and d."""
        return 2 * len(arch.layers)

    def update(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """The factors after the step, and those before it, which the gradient takes."""
        updated, x, rest = [], step.inputs, list(influence)
        for place, part in enumerate(arch.layers):
            own = [mask_resets(rest.pop(0), step) for _ in range(1 + len(_like(arch, part)))]
            signs = step.rademacher[:, 2 * place : 2 * place + 2]
            updated += self._layer(arch, part, weights, x, step.state[part.states], own, signs)
            x, _ = layer_step(arch, part, weights, x, step.state[part.states])
        return updated, influence

    def _layer(
        self,
        arch: Architecture,
        part: RecurrentLayer,
        weights: Tensors,
        inputs: tf.Tensor,
        state: Tensors,
        own: Carry,
        signs: tf.Tensor,
    ) -> Carry:
        watched = arch.trained(weights, part)
        here = local(arch, part, weights, inputs, state)
        with arch.reading(weights):
            change = jacobian(part.declared, here)

        def weighed(inputs: tf.Tensor, state: Tensors) -> Tensors:
            """A for each weight: it is the same for all units, so that of the first is returned."""
            with arch.reading(weights), tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(watched)
                (sums,) = part.declared.preactivations(inputs[None], [array[None] for array in state])
            return [each[..., 0] for each in tape.gradient(sums, watched)]

        def lane(change: tf.Tensor, slope: tf.Tensor, a: Tensors, own: Carry, signs: tf.Tensor) -> Carry:
            units, *columns = own
            through = change @ units
            p = tf.sqrt((norm([through]) + EPSILON) / (norm(columns) + EPSILON))
            q = tf.sqrt((norm([slope]) + EPSILON) / (norm(a) + EPSILON))
            c, d = signs[0], signs[1]
            after = c * through / p + d * tf.linalg.diag(slope) / q
            return [after, *(c * p * old + d * q * new for old, new in zip(columns, a, strict=True))]

        seen = lane_by_lane(arch, weighed, inputs, state)
        return cast(Carry, lane_by_lane(arch, lane, change, here.sums[0][0], seen, own, signs))

    def past(self, arch: Architecture, grads: StepGradients, saved: Carry) -> Gradients:
        """A (dl/ds B), over lanes."""
        gradients, rest = [], list(saved)
        for part in arch.layers:
            units = rest.pop(0)
            (signal,) = grads.state_in[part.states]
            row = tf.squeeze(signal[:, None] @ units, axis=1)  # (B, H)
            gradients += [tf.einsum("b...,bh->...h", rest.pop(0), row) for _ in _like(arch, part)]
        return gradients


def _like(arch: Architecture, part: RecurrentLayer) -> Tensors:
    return [weight.value for weight in arch.trained(arch.variables, part)]
