"""SnAp-n: the influence of RTRL, masked to the numbers of the state that a weight reaches within n steps."""

from dataclasses import dataclass
from functools import partial
from typing import Any, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors
from seqtasks.keras.credit.influence import AbstractInfluence, Step, StepGradients, flat, layer_step
from seqtasks.keras.credit.linearisation import at_random, dense
from seqtasks.keras.credit.rule import Carry, Gradients
from seqtasks.keras.program import untraced


@final
@dataclass(frozen=True)
class SnApCredit(AbstractInfluence):
    """The influence of each layer's weights on that layer's state, masked: for each weight (B, N, |w|)."""

    n: int

    def carry_size(self, arch: Architecture) -> tuple[int, str]:
        """N x P of each layer, zeros included."""
        each = [(part.state_size, sum(map(_size, arch.trained(arch.variables, part)))) for part in arch.layers]
        count = sum(state * weights for state, weights in each)
        sums = " + ".join(f"{weights:,} weights on {state:,} state values" for state, weights in each)
        return count, f"The influence of {sums}"

    def start(self, arch: Architecture, lanes: int) -> Carry:
        """The initial influence, zeros."""
        return [
            tf.zeros((lanes, part.state_size, _size(weight)), arch.dtype)
            for part in arch.layers
            for weight in arch.trained(arch.variables, part)
        ]

    def update(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """S <- m J S + I, and m J S, which the gradient takes."""
        updated, saved, x, rest = [], [], step.inputs, list(influence)
        for place, part in enumerate(arch.layers):
            change, immediate = _layer(arch, part, weights, x, step.state[part.states])
            change *= step.not_reset[:, None, None]
            masks = arch.program(("SnAp", place, self.n), partial(untraced, partial(_mask, arch, part, self.n)))
            past = [tf.constant(mask, arch.dtype) * (change @ rest.pop(0)) for mask in masks]
            updated += [old + new for old, new in zip(past, immediate, strict=True)]
            saved += past
            x, _ = layer_step(arch, part, weights, x, step.state[part.states])
        return updated, saved

    def past(self, arch: Architecture, grads: StepGradients, saved: Carry) -> Gradients:
        """The gradient through the past: dl/ds P, summed over lanes."""
        gradients, rest = [], list(saved)
        for part in arch.layers:
            row = tf.reshape(flat(grads.state_out[part.states]), [1, -1])
            for _ in arch.trained(arch.variables, part):
                old = rest.pop(0)
                gradients.append(row @ tf.reshape(old, [-1, old.shape[2]]))
        return gradients


def _layer(
    arch: Architecture, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, state: Tensors
) -> tuple[tf.Tensor, Tensors]:
    watched = arch.trained(weights, part)
    return dense(arch, lambda x, s: arch.layer_step(part, weights, x, s)[1], watched, inputs, state)


def _mask(arch: Architecture, part: RecurrentLayer, n: int) -> list[Any]:
    """m_n for each of a layer's weights, (N, |w|), from J and I at random weights: what is 0 there is always 0."""
    change, immediate = _layer(arch, part, *at_random(arch, part))
    reaches = change[0].numpy() != 0
    masks = [each[0].numpy() != 0 for each in immediate]
    for _ in range(n - 1):
        wider = [mask | (reaches.astype(int) @ mask.astype(int) > 0) for mask in masks]
        if all((old == new).all() for old, new in zip(masks, wider, strict=True)):
            break
        masks = wider
    return masks


def _size(weight: Any) -> int:
    return int(np.prod(weight.shape))
