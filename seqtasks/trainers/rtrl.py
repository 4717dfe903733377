"""Training one step at a time by the exact gradient through the whole past: real-time recurrent learning."""

from dataclasses import dataclass
from typing import ClassVar, final

import tensorflow as tf

from seqtasks.core.task import Objective
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.factored import FactoredCredit, matrix_shape
from seqtasks.keras.credit.refusal import refuse_loops
from seqtasks.keras.credit.replayed import ReplayedCredit
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.stretch import length
from seqtasks.keras.online_trainer import AbstractOnlineTrainer


@final
@dataclass(frozen=True)
class RTRL(AbstractOnlineTrainer):
    """Real-time recurrent learning: the exact gradient of each step's loss, through every step before it.

        S(t) = J(t) S(t-1) + I(t)          J = ds'/ds, I = ds'/dw, S = the influence of the weights on the state
        g(t) = dl/dw + dl/ds(t-1) S(t-1)

    Nothing of the past is kept but S, N x P numbers for a state of N numbers and P recurrent weights, and what the
    last k = (P / N)^(1/2) steps add to it, which is folded in once in k steps. A step then costs about 2 k N^3 + N P
    multiplications in place of N^2 P: units to the power 3.5, not 4. While the weights stand still S is exact, in
    stacks of layers, too; while they move, S is that of the weights as they were at each step.

    Any Keras cell will do whose step TensorFlow can vectorise. One layer of a cell that declares its structure and the
    matrix of its sums (gru, lstm, simple-rnn, leaky-rnn, mingru) is about twice as fast as others.

    Example:
        >>> RTRL(lanes=2).lanes
        2

    Source: Williams & Zipser (1989), Neural Computation 1(2); in stretches, Schmidhuber (1992), 4(2).
    """

    name: ClassVar[str] = "rtrl"

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """Exact credit.

        Raises:
            UsageError: If a cell's step holds a loop.
        """
        refuse_loops(arch, "The trainer rtrl")
        return exact_credit(arch)


def exact_credit(arch: Architecture) -> AbstractCredit:
    """The rule for these layers: by factors where there is one layer that has them, and begins from no weight."""
    (part, *others) = arch.layers
    factored = not others and matrix_shape(arch, part) is not None and not _trained_start(arch)
    return FactoredCredit(length(arch)) if factored else ReplayedCredit(length(arch))


def _trained_start(arch: Architecture) -> bool:
    """Whether the initial state depends on the weights."""
    starts = [arch.initial_state([tf.fill(v.shape, tf.cast(x, arch.dtype)) for v in arch.variables], 1) for x in (0, 1)]
    return any(bool(tf.reduce_any(zero != one)) for zero, one in zip(*starts, strict=True))
