"""Training one step at a time by an unbiased estimate of the influence of the past, a Kronecker product."""

from dataclasses import dataclass
from typing import ClassVar, Final, cast, final

import numpy as np
import tensorflow as tf

from seqtasks.core.task import Objective
from seqtasks.errors import UsageError
from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors
from seqtasks.keras.credit.factored import matrix_shape
from seqtasks.keras.credit.influence import AbstractInfluence, Present, Step, alive, layer_step, norm
from seqtasks.keras.credit.linearisation import jacobian, lane_by_lane, local
from seqtasks.keras.credit.refusal import refuse_untold
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Gradients
from seqtasks.keras.online_trainer import AbstractOnlineTrainer

EPSILON: Final = 1e-7


@final
@dataclass(frozen=True)
class KFRTRL(AbstractOnlineTrainer):
    """Kronecker-factored RTRL: RTRL's influence, estimated by a vector of inputs and a matrix of units.

        A <- c p A + d q a          B <- c J B / p + d diag(D) / q          c, d: random signs, E[A x B] = S
        g(t) = direct(t) + A(t-1) (dl/ds(t-1) B(t-1))
        p^2 = |J B| / |A|           q^2 = |D| / |a|

    Only where a weight's influence within a step is such a product, a x diag(D), of what is weighted, a = (x, s, 1),
    and of each unit's derivative: simple-rnn and leaky-rnn. The mean of the estimate is the exact gradient, with less
    spread than UORO's; a step costs about H^3 multiplications. In a stack each layer has its own; dropped is what
    reaches the loss through an upper layer's past.

    Example:
        >>> KFRTRL(lanes=2).lanes
        2

    Source: Mujika, Meier & Steger (2018), arXiv:1805.10842.
    """

    name: ClassVar[str] = "kf-rtrl"

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """The estimate.

        Raises:
            UsageError: If the influence within a step is no Kronecker product.
        """
        refuse_untold(arch, "The trainer kf-rtrl")
        for part in arch.layers:
            shape = matrix_shape(arch, part)
            if shape is None or shape[1] > part.declared.units:  # of several sums a unit has several derivatives
                raise UsageError(
                    f"kf-rtrl needs cells where a weight's influence is one product of an input and a unit's "
                    f"derivative (a Kronecker product), and in {type(part.layer.cell).__name__} it is not.",
                    "Use simple-rnn or leaky-rnn, or --trainer uoro, which takes any cell.",
                )
        return KroneckerCredit()


@final
@dataclass(frozen=True)
class KroneckerCredit(AbstractInfluence):
    """For each layer B (B, H, H), and A as (B, ...) for each weight: its shape without the axis of units."""

    def numbers(self, arch: Architecture) -> tuple[int, str]:
        """H^2 + I + H + 1 of each layer."""
        count = 0
        for part in arch.layers:
            columns = [int(np.prod(weight.shape[:-1])) for weight in _like(arch, part)]
            count += part.declared.units**2 + sum(columns)
        return count, f"{count:,} numbers of an estimate"

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """None yet."""
        carry = []
        for part in arch.layers:
            units = part.declared.units
            carry.append(tf.zeros((lanes, units, units), arch.dtype))
            carry += [tf.zeros((lanes, *weight.shape[:-1]), arch.dtype) for weight in _like(arch, part)]
        return carry

    def signs(self, arch: Architecture) -> int:
        """Two for each layer."""
        return 2 * len(arch.layers)

    def move(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """The factors, one step on; the gradient takes them as they were."""
        moved, x, rest = [], step.inputs, list(influence)
        for place, part in enumerate(arch.layers):
            own = [alive(rest.pop(0), step) for _ in range(1 + len(_like(arch, part)))]
            signs = step.signs[:, 2 * place : 2 * place + 2]
            moved += self._layer(arch, part, weights, x, step.state[part.states], own, signs)
            x, _ = layer_step(arch, part, weights, x, step.state[part.states])
        return moved, influence

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
            """a, as each weight sees it: all units see the same, and the first will do."""
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

    def past(self, arch: Architecture, present: Present, carried: Carry) -> Gradients:
        """A (dl/ds B), over lanes."""
        gradients, rest = [], list(carried)
        for part in arch.layers:
            units = rest.pop(0)
            (signal,) = present.before[part.states]
            row = tf.squeeze(signal[:, None] @ units, axis=1)  # (B, H)
            gradients += [tf.einsum("b...,bh->...h", rest.pop(0), row) for _ in _like(arch, part)]
        return gradients


def _like(arch: Architecture, part: RecurrentLayer) -> Tensors:
    return [weight.value for weight in arch.trained(arch.variables, part)]
