"""Exact credit: the influence of the past moves on once for many steps.

    S(t) = J(t) S(t-1) + I(t)                                 J = ds'/ds, I = ds'/dw, S = the influence on the state
         = L(t; a) S(a) + sum over a < r <= t of L(t; r) I(r)          a: where the stretch began

J S is what RTRL costs: N^2 P multiplications. Over a stretch of k steps S(a) stands still, and only a row of it is
wanted at each step, dl/ds L S(a), for N P. How far each step leads, L, moves on instead, for k N^3; I(r) is never
written down, for of it, too, only a row is wanted. At the end of the stretch all is folded into S: N^2 P once in k
steps.

Schmidhuber (1992), Neural Computation 4(2), has the idea, with updates at the ends of stretches; here at every step.
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import Final

import tensorflow as tf

from seqtasks.keras.architecture import Architecture, Tensors
from seqtasks.keras.credit.influence import AbstractInfluence, size
from seqtasks.keras.credit.rule import Carry

FOLDING: Final = 3


def length(arch: Architecture) -> int:
    """k, where k N^3 and N^2 P / k are the same: (P / N)^(1/2) steps, H^(1/2) for a layer of H units."""
    state, count = size(arch)
    return max(1, round(sqrt(count / state)))


@dataclass(frozen=True)
class AbstractStretch(AbstractInfluence):
    """A rule whose carry is S, how far the steps of the stretch lead, and what is kept of them. Subclasses are final.

    Args:
        steps: k.
    """

    steps: int

    @property
    def period(self) -> int:
        """Folded at the end of every stretch."""
        return self.steps

    def numbers(self, arch: Architecture) -> tuple[int, str]:
        """N x P, and as much twice more while it is folded (measured: 4.7 times N x P for a GRU of 256 units)."""
        state, count = size(arch)
        what = f"The influence of {count:,} weights on {state:,} numbers of state"
        return FOLDING * state * count, f"{what} x {FOLDING} (folding takes it twice more)"

    @abstractmethod
    def folded(self, arch: Architecture, weights: Tensors, whole: tf.Tensor, stretch: Carry) -> tf.Tensor:
        """S at the end of the stretch: L S + sum of L I, of S at its beginning and the rest of the carry."""

    def fold(self, arch: Architecture, weights: Tensors, carry: Carry) -> Carry:
        """S moves on, and a new stretch begins."""
        states = arch.layers[-1].states.stop
        state, (whole, *stretch), clock = carry[:states], carry[states:-1], carry[-1]
        whole = self.folded(arch, weights, whole, stretch)
        _, *begun = self.start(arch, stretch[0].shape[0])
        return [*state, whole, *begun, clock]
