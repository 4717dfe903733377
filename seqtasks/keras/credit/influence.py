"""Credit by influence: the derivative of the state by the weights is carried forward, and no past step is run again.

    g(t) = step(t) + past(t)

``step`` is the gradient through the current step alone, in every layer and the readout. ``past`` is computed by a rule
from the influence that it carries. Axis letters: B lanes, N numbers of a lane's state, K arrays of a layer's state.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors, shaped
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Gradients, TimeStep
from seqtasks.keras.credit.support import check_trains_recurrent_weights
from seqtasks.keras.program import reset


@final
@dataclass(frozen=True, eq=False)
class StepGradients:
    """The outcome of one step, and the gradients of its loss through that step alone.

    Args:
        outputs: (B, O).
        state: The state after the step.
        weights: dl/dw of each trained weight.
        state_in: dl/ds(t-1), by the state before the step.
        state_out: dl/ds(t), by the state after it, each array by itself.
    """

    outputs: tf.Tensor
    state: Tensors
    weights: Gradients
    state_in: Tensors
    state_out: Tensors


@final
@dataclass(frozen=True, eq=False)
class Step:
    """The data of a step that an influence is updated with.

    Args:
        inputs: (B, I).
        state: Before the step, reset where an episode starts.
        not_reset: (B,): 0 where an episode starts, so that the past has no influence, else 1.
        rademacher: (B, S) random signs, -1 or 1; S is the rule's ``rademacher_count``.
        index: (), the number of steps before this one.
    """

    inputs: tf.Tensor
    state: Tensors
    not_reset: tf.Tensor
    rademacher: tf.Tensor
    index: tf.Tensor


class AbstractInfluence(AbstractCredit):
    """A rule that carries influence. Subclasses are final; they define its update and the gradient that it leads to."""

    adds_step_gradient: ClassVar[bool] = (
        True  # whether the present step's gradient is added; if not, `past` has it within
    )

    @abstractmethod
    def start(self, arch: Architecture, lanes: int) -> Carry:
        """The influence when an episode starts: arrays that begin with B."""

    @abstractmethod
    def update(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """Update the influence by one step.

        Args:
            arch: The network's layers.
            weights: Its weights.
            influence: Before the step; that of lanes where an episode starts is wiped out by ``step.not_reset``.
            step: The inputs, the state before the step, and its random signs.

        Returns:
            The influence after the step, and the tensors that :meth:`past` needs.
        """

    @abstractmethod
    def past(self, arch: Architecture, grads: StepGradients, saved: Carry) -> Gradients:
        """The gradients, through the past, of the recurrent layers' trained weights."""

    def check(self, arch: Architecture, rule: str) -> None:
        """Raise an error for a network that trains no recurrent weight."""
        check_trains_recurrent_weights(arch, rule)

    def rademacher_count(self, arch: Architecture) -> int:
        """S, the number of random signs of a step for each lane."""
        return 0

    def initial(self, arch: Architecture, weights: Tensors, lanes: int, seed: int) -> Carry:
        """The initial state, the initial influence, and a clock for random signs: (seed, step)."""
        word = np.random.SeedSequence(seed).generate_state(1).astype(np.int32)[0]
        return [*arch.initial_state(weights, lanes), *self.start(arch, lanes), tf.constant([word, 0], tf.int32)]

    def forward(self, arch: Architecture, weights: Tensors, carry: Carry, now: TimeStep) -> tuple[tf.Tensor, Carry]:
        """One step: the state and the influence are updated."""
        _, influence, step, clock = self._before(arch, weights, carry, now)
        outputs, after = arch.step(weights, step.inputs, step.state)
        influence, _ = self.update(arch, weights, influence, step)
        return outputs, [*after, *influence, clock]

    def learn(
        self, arch: Architecture, weights: Tensors, carry: Carry, now: TimeStep
    ) -> tuple[tf.Tensor, Gradients, Carry]:
        """One step, and the gradient: through the step itself and, for the recurrent layers, through the past."""
        state, influence, step, clock = self._before(arch, weights, carry, now)
        grads = step_gradients(arch, weights, state, now)
        influence, saved = self.update(arch, weights, influence, step)
        past = self.past(arch, grads, saved)
        through = [tf.reshape(old, new.shape) for new, old in zip(grads.weights, past, strict=False)]
        if self.adds_step_gradient:
            through = [new + old for new, old in zip(grads.weights, through, strict=False)]
        gradients = [*through, *grads.weights[len(past) :]]
        return grads.outputs, gradients, [*grads.state, *influence, clock]

    def _before(self, arch: Architecture, weights: Tensors, carry: Carry, now: TimeStep) -> Any:
        lanes, states = now.starts.shape[0], arch.layers[-1].states.stop
        state, influence, clock = carry[:states], carry[states:-1], carry[-1]
        count = self.rademacher_count(arch)
        # XLA takes a negative seed for the unsigned number of the same bits, and TensorFlow's own kernels do not
        seed = tf.bitwise.bitwise_and(tf.cast(clock, tf.int64), tf.constant(2**32 - 1, tf.int64))
        signs = tf.cast(2 * tf.random.stateless_uniform((lanes, count), seed, 0, 2, tf.int32) - 1, arch.dtype)
        not_reset = tf.cast(tf.logical_not(now.starts), arch.dtype)
        entering = reset(now.starts, arch.initial_state(weights, lanes), state)
        step = Step(now.inputs, entering, not_reset, signs, clock[1])
        return state, influence, step, clock + tf.constant([0, 1], tf.int32)


def step_gradients(arch: Architecture, weights: Tensors, state: Tensors, now: TimeStep) -> StepGradients:
    """Compute one step, including resets, and the gradients of its loss by weights and states."""
    trained = arch.trained(weights)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([*trained, *state])
        entering = reset(now.starts, arch.initial_state(weights, now.starts.shape[0]), state)
        x, after = now.inputs, []
        for part in arch.layers:
            x, new = layer_step(arch, part, weights, x, entering[part.states])
            after += new
        outputs = arch.read_out(weights, x)
        total = now.total(outputs)
    wanted = [*trained, *state, *after]
    gradients = tape.gradient(total, wanted, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    first, last = len(trained), len(trained) + len(state)
    return StepGradients(outputs, shaped(after, state), gradients[:first], gradients[first:last], gradients[last:])


def layer_step(
    arch: Architecture, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, state: Tensors
) -> tuple[tf.Tensor, Tensors]:
    """One step of a layer, with a separate path from each array of the new state to the output.

    Within a cell one new array may be made of another, as an LSTM's h of its c. A gradient taken there would count the
    way from c to the output twice, by its own influence and by h's.
    """
    if part.structure is None:
        x, new = arch.layer_step(part, weights, inputs, state)
        leaves = [tf.identity(tensor) for tensor in new]
        same = [leaf for tensor, leaf in zip(new, leaves, strict=True) if tensor is x]
        return (same[0] if same else x), leaves
    with arch.reading(weights):
        new = part.declared.update(part.declared.preactivations(inputs, state), state)
        leaves = [tf.identity(tensor) for tensor in new]
        return part.declared.output(leaves), leaves


def flat(state: Tensors) -> tf.Tensor:
    """The arrays of a state, or their gradients, as (B, N)."""
    return tf.concat([tf.reshape(array, [array.shape[0], -1]) for array in state], axis=1)


def norm(arrays: Tensors) -> tf.Tensor:
    """The root of the sum of all their squares."""
    return tf.sqrt(tf.add_n([tf.reduce_sum(array * array) for array in arrays]))


def recurrent(arch: Architecture, weights: Sequence[Any]) -> list[Any]:
    """The trained weights of the recurrent layers, bottom first: those that have an influence on the state."""
    return [each for part in arch.layers for each in arch.trained(weights, part)]


def size(arch: Architecture) -> tuple[int, int]:
    """N numbers of a lane's state, and P recurrent weights."""
    state = sum(part.state_size for part in arch.layers)
    return state, sum(int(np.prod(weight.shape)) for weight in recurrent(arch, arch.variables))


def mask_resets(array: tf.Tensor, step: Step) -> tf.Tensor:
    """The array (B, ...), with zeros in the lanes where an episode starts."""
    return array * tf.reshape(step.not_reset, [-1] + [1] * (array.shape.rank - 1))
