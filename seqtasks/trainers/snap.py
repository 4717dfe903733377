"""Training one step at a time by sparse approximations of the influence of the past."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, final

import numpy as np
import tensorflow as tf

from seqtasks.core.task import Objective
from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors
from seqtasks.keras.credit.influence import AbstractInfluence, Present, Step, flat, layer_step
from seqtasks.keras.credit.linearisation import at_random, dense
from seqtasks.keras.credit.refusal import refuse_hidden_output, refuse_loops
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Gradients
from seqtasks.keras.credit.traces import TraceCredit
from seqtasks.keras.online_trainer import AbstractOnlineTrainer
from seqtasks.keras.program import untraced
from seqtasks.spec.parameter import Range


@final
@dataclass(frozen=True)
class SnAp(AbstractOnlineTrainer):
    """SnAp-n: RTRL's influence, kept only where a weight moves a number of the state within n steps.

        P(t) = m_n * (J(t) S(t-1))          m_n: 1 where n steps can lead, else 0
        S(t) = P(t) + I(t)
        g(t) = direct(t) + dl/ds(t) P(t)

    n = 1 keeps one number for each weight and array of the state. With cells that declare their structure (gru, lstm,
    simple-rnn and the built-in ones) a step then costs about as much as a window of one step; other cells pay N
    vector-Jacobian products, and all of S. n > 1 always pays like RTRL, and in a layer whose units all see one another
    n = 2 is RTRL: it is there for cells with sparse connections.

    In a stack each layer has its own S; dropped is what reaches the loss through an upper layer's past.

    Args:
        n: How many steps a weight has to move a number of the state.

    Example:
        >>> SnAp(n=2).n
        2

    Source: Menick et al. (2021), arXiv:2006.07232.
    """

    name: ClassVar[str] = "snap"

    n: Annotated[int, Range(low=1, high=1000)] = 1

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """Credit by that pattern.

        Raises:
            UsageError: If a cell shows neither its structure nor its state.
        """
        if self.n == 1 and all(part.structure is not None for part in arch.layers):
            return TraceCredit(whole=True, masked=True)
        refuse_hidden_output(arch, "The trainer snap")
        refuse_loops(arch, "The trainer snap")
        return SparseCredit(self.n)


@final
@dataclass(frozen=True)
class SparseCredit(AbstractInfluence):
    """The influence of each layer's weights on that layer's state, masked: for each weight (B, N, |w|)."""

    n: int

    def numbers(self, arch: Architecture) -> tuple[int, str]:
        """N x P of each layer, kept whole for all its zeros."""
        each = [(_numbers(arch, part), sum(map(_size, arch.trained(arch.variables, part)))) for part in arch.layers]
        count = sum(state * weights for state, weights in each)
        sums = " + ".join(f"{weights:,} weights on {state:,} numbers" for state, weights in each)
        return count, f"The influence of {sums} of state"

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """None yet."""
        return [
            tf.zeros((lanes, _numbers(arch, part), _size(weight)), arch.dtype)
            for part in arch.layers
            for weight in arch.trained(arch.variables, part)
        ]

    def move(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """S <- m J S + I, and m J S."""
        moved, carried, x, rest = [], [], step.inputs, list(influence)
        for place, part in enumerate(arch.layers):
            change, immediate = _layer(arch, part, weights, x, step.state[part.states])
            change *= step.alive[:, None, None]
            kept = arch.program(("SnAp", place, self.n), partial(untraced, partial(_kept, arch, part, self.n)))
            past = [tf.constant(mask, arch.dtype) * (change @ rest.pop(0)) for mask in kept]
            moved += [old + new for old, new in zip(past, immediate, strict=True)]
            carried += past
            x, _ = layer_step(arch, part, weights, x, step.state[part.states])
        return moved, carried

    def past(self, arch: Architecture, present: Present, carried: Carry) -> Gradients:
        """dl/ds P, over lanes."""
        gradients, rest = [], list(carried)
        for part in arch.layers:
            row = tf.reshape(flat(present.behind[part.states]), [1, -1])
            for _ in arch.trained(arch.variables, part):
                old = rest.pop(0)
                gradients.append(row @ tf.reshape(old, [-1, old.shape[2]]))
        return gradients


def _layer(
    arch: Architecture, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, state: Tensors
) -> tuple[tf.Tensor, Tensors]:
    watched = arch.trained(weights, part)
    return dense(arch, lambda x, s: arch.layer_step(part, weights, x, s)[1], watched, inputs, state)


def _kept(arch: Architecture, part: RecurrentLayer, n: int) -> list[Any]:
    """m_n for each of a layer's weights, (N, |w|), from J and I at random weights: what is 0 there is always 0."""
    change, immediate = _layer(arch, part, *at_random(arch, part))
    leads = change[0].numpy() != 0
    kept = [each[0].numpy() != 0 for each in immediate]
    for _ in range(n - 1):
        further = [mask | (leads.astype(int) @ mask.astype(int) > 0) for mask in kept]
        if all((old == new).all() for old, new in zip(kept, further, strict=True)):
            break
        kept = further
    return kept


def _numbers(arch: Architecture, part: RecurrentLayer) -> int:
    return sum(int(np.prod(each)) for each in tf.nest.flatten(part.layer.cell.state_size))


def _size(weight: Any) -> int:
    return int(np.prod(weight.shape))
