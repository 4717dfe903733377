"""Training one step at a time by an unbiased estimate of the influence of the past, of rank one."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, final

import numpy as np
import tensorflow as tf

from seqtasks.core.task import Objective
from seqtasks.keras.architecture import Architecture, Tensors
from seqtasks.keras.credit.influence import AbstractInfluence, Present, Step, alive, flat, norm, recurrent, size
from seqtasks.keras.credit.linearisation import lane_by_lane
from seqtasks.keras.credit.refusal import refuse_loops
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Gradients
from seqtasks.keras.online_trainer import AbstractOnlineTrainer
from seqtasks.spec.parameter import Names

EPSILON: Final = 1e-7


@final
@dataclass(frozen=True)
class UORO(AbstractOnlineTrainer):
    """Unbiased online recurrent optimisation: RTRL's influence, estimated by a product of two vectors.

        s <- a J s + b v          T <- T / a + v I / b          v: random signs, E[s T] = S
        g(t) = direct(t) + (dl/ds(t-1) . s(t-1)) T(t-1)
        a^2 = |T| / |J s|         b^2 = |v I| / |v|

    Whatever the cell, the stack of layers and the past, the mean of the estimate is the exact gradient; its spread is
    several times that. A step costs a few times a window of one step; kept are P + N numbers.

    Args:
        optimizer: Any Keras optimizer. The default's epsilon is ten times that of the other rules: the estimate's noise
            comes in rare large gradients, which knock a solved network over for a while.

    Example:
        >>> UORO(lanes=2).lanes
        2

    Source: Tallec & Ollivier (2018), arXiv:1702.05043.
    """

    name: ClassVar[str] = "uoro"

    optimizer: Annotated[Any, Names("optimizers")] = "adam:learning_rate=0.003,amsgrad=true,epsilon=0.01"

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """The estimate.

        Raises:
            UsageError: If a cell's step holds a loop.
        """
        refuse_loops(arch, "The trainer uoro")
        return RankOneCredit()


@final
@dataclass(frozen=True)
class RankOneCredit(AbstractInfluence):
    """The two vectors: s (B, N), and T as (B, *w) for each weight."""

    def numbers(self, arch: Architecture) -> tuple[int, str]:
        """N + P."""
        state, count = size(arch)
        return state + count, f"{count:,} + {state:,} numbers of an estimate"

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """None yet."""
        state, _ = size(arch)
        weights = [tf.zeros((lanes, *weight.shape), arch.dtype) for weight in recurrent(arch, arch.variables)]
        return [tf.zeros((lanes, state), arch.dtype), *weights]

    def signs(self, arch: Architecture) -> int:
        """One for each number of the state."""
        return size(arch)[0]

    def move(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """The pair, one step on; the gradient takes it as it was."""
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
            moved = inner.gradient(end, watched, signs, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            a = tf.sqrt((norm(weighted) + EPSILON) / (norm([pushed]) + EPSILON))
            b = tf.sqrt((norm(moved) + EPSILON) / (norm([signs]) + EPSILON))
            return [a * pushed + b * signs, *(old / a + new / b for old, new in zip(weighted, moved, strict=True))]

        own = [alive(array, step) for array in influence]
        return lane_by_lane(arch, lane, step.inputs, step.state, own, step.signs), influence

    def past(self, arch: Architecture, present: Present, carried: Carry) -> Gradients:
        """(dl/ds . s) T, over lanes."""
        s, *weighted = carried
        scale = tf.reduce_sum(flat(present.before) * s, axis=1)  # (B,)
        return [tf.tensordot(scale, each, axes=1) for each in weighted]
