"""Eligibility traces: influence within a unit, one number for each weight and each array of a cell's state.

    P(t)_k = m_k * sum over j of L(t)_kj E(t-1)_j        the part of the past that a unit passes on to itself
    E(t)_k = P(t)_k + I(t)_k
    g(t) = sum over k of q(t)_k E(t)_k                    q = dl/ds(t); q I is the gradient of the current step

Rules differ in L, how a unit's state passes to itself, and in the mask m. Axis letters: B lanes, K arrays (B, H)
of a state.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors
from seqtasks.keras.credit.influence import AbstractInfluence, Step, StepGradients
from seqtasks.keras.credit.linearisation import at_random, local, unit_blocks
from seqtasks.keras.credit.rule import Carry, Gradients
from seqtasks.keras.program import once, untraced


@final
@dataclass(frozen=True)
class EligibilityTraces(AbstractInfluence):
    """A rule that carries traces, layer by layer.

    The carry holds, layer by layer and weight by weight, traces (B, K, *w).

    Args:
        whole: Whether L is all of a unit's own Jacobian; else only the part that does not pass through weighted sums.
        masked: Whether m is 1 only for arrays that a weight changes within one step; else everywhere.
    """

    whole: bool
    masked: bool = False
    adds_step_gradient: ClassVar[bool] = False

    def carry_size(self, arch: Architecture) -> tuple[int, str]:
        """K for each weight."""
        count = sum(_arrays(part) * int(np.prod(w.shape)) for part in arch.layers for w in _weights(arch, part))
        return count, f"{count:,} traces"

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """The initial traces, zeros."""
        return [
            tf.zeros((lanes, _arrays(part), *weight.shape), arch.dtype)
            for part in arch.layers
            for weight in _weights(arch, part)
        ]

    def update(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """E <- m L E + I."""
        updated, saved, x, rest = [], [], step.inputs, list(influence)
        for part in arch.layers:
            own = [rest.pop(0) for _ in _weights(arch, part)]
            here = local(arch, part, weights, x, step.state[part.states])
            with arch.reading(weights):
                through = unit_blocks(part.declared, here) if self.whole else here.past
            blocks = tf.stack([array for row in through for array in row], axis=1) * step.not_reset[:, None, None]
            past = [_passed(once(blocks), traces) for traces in own]
            if self.masked:
                past = [mask * traces for mask, traces in zip(_reached_in_one_step(arch, part), past, strict=True)]
            immediate = [tf.stack(arrays, axis=1) for arrays in zip(*here.immediate, strict=True)]
            now = [old + new for old, new in zip(past, immediate, strict=True)]
            updated += now
            saved += now
            if part is not arch.layers[-1]:
                with arch.reading(weights):
                    cell = part.declared
                    before = step.state[part.states]
                    x = cell.output(cell.update(cell.preactivations(x, before), before))
        return updated, saved

    def past(self, arch: Architecture, grads: StepGradients, saved: Carry) -> Gradients:
        """The sum of q E over lanes and the arrays of the state."""
        gradients, rest = [], list(saved)
        for part in arch.layers:
            signal = once(tf.stack(grads.state_out[part.states], axis=1))  # (B, K, H)
            own = [rest.pop(0) for _ in _weights(arch, part)]
            gradients += [tf.reduce_sum(_by_column(signal, old) * old, axis=[0, 1]) for old in own]
        return gradients


def _reached_in_one_step(arch: Architecture, part: RecurrentLayer) -> Tensors:
    """M for each weight, (K, *w): 1 if it changes the array within one step, found at random weights."""

    def find_mask() -> list[Any]:
        found = local(arch, part, *at_random(arch, part)).immediate
        return [np.concatenate([array.numpy() != 0 for array in arrays]) for arrays in zip(*found, strict=True)]

    place = arch.layers.index(part)
    masks = arch.program(("reached in one step", place), partial(untraced, find_mask))
    return [tf.constant(mask, arch.dtype) for mask in masks]


def _weights(arch: Architecture, part: RecurrentLayer) -> list[tf.Tensor]:
    return arch.trained(arch.variables, part)


def _arrays(part: RecurrentLayer) -> int:
    return int(part.states.stop - part.states.start)


def _by_column(units: tf.Tensor, like: tf.Tensor) -> tf.Tensor:
    """Numbers (B, K, H) of units as numbers of columns, which broadcast to traces (B, K, ..., G H)."""
    gates = like.shape[-1] // units.shape[-1]
    columns = tf.tile(units, [1, 1, gates]) if gates > 1 else units
    return tf.reshape(columns, [*columns.shape[:2], *([1] * (like.shape.rank - 3)), columns.shape[2]])


def _passed(blocks: tf.Tensor, traces: tf.Tensor) -> tf.Tensor:
    """L E: blocks (B, K K, H), traces (B, K, *w)."""
    count = traces.shape[1]
    rows = [_by_column(blocks[:, k * count : (k + 1) * count], traces) * traces for k in range(count)]
    return tf.stack([tf.reduce_sum(row, axis=1) for row in rows], axis=1)
