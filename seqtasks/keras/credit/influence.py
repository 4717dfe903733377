"""Credit by influence: how much each weight moved the state is carried forward, so that no step is kept or run again.

    g(t) = direct(t) + past(t)

``direct`` is the gradient through the present step alone, in every layer and the readout; ``past`` is what a rule makes
of the influence that it carries. Axis letters: B lanes, N numbers of a lane's state, K arrays of a layer's state.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors, shaped
from seqtasks.keras.credit.refusal import refuse_untrained
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Gradients, Moment
from seqtasks.keras.program import reset


@final
@dataclass(frozen=True, eq=False)
class Present:
    """One step, and its loss differentiated through that step alone.

    Args:
        outputs: (B, O).
        after: The state after the step.
        direct: The gradients of each trained weight.
        before: The gradients of the state before the step.
        behind: The gradients of the state after it, each array moved by itself.
    """

    outputs: tf.Tensor
    after: Tensors
    direct: Gradients
    before: Tensors
    behind: Tensors


@final
@dataclass(frozen=True, eq=False)
class Step:
    """What moves an influence.

    Args:
        inputs: (B, I).
        state: Before the step, reset where an episode starts.
        alive: (B,): 0 where an episode starts, so that nothing comes from before, else 1.
        signs: (B, S) random signs, S of them as the rule's ``signs`` says.
        number: (), how many steps there were before.
    """

    inputs: tf.Tensor
    state: Tensors
    alive: tf.Tensor
    signs: tf.Tensor
    number: tf.Tensor


class AbstractInfluence(AbstractCredit):
    """A rule that carries influence. Subclasses are final, and say how it moves and how it becomes a gradient."""

    direct: ClassVar[bool] = True  # whether the present step's gradient is added; if not, `past` has it within

    @abstractmethod
    def start(self, arch: Architecture, lanes: int) -> Carry:
        """The influence when an episode starts: arrays that begin with B."""

    @abstractmethod
    def move(self, arch: Architecture, weights: Tensors, influence: Carry, step: Step) -> tuple[Carry, Carry]:
        """Take the influence one step on.

        Args:
            arch: The network's layers.
            weights: Its weights.
            influence: Before the step; that of lanes where an episode starts is wiped out by ``step.alive``.
            step: What happens.

        Returns:
            The influence after the step, and what of it :meth:`past` needs.
        """

    @abstractmethod
    def past(self, arch: Architecture, present: Present, carried: Carry) -> Gradients:
        """The gradients, through the past, of the recurrent layers' trained weights."""

    def refuse(self, arch: Architecture, rule: str) -> None:
        """Refuse a network that trains no recurrent weight."""
        refuse_untrained(arch, rule)

    def signs(self, arch: Architecture) -> int:
        """How many random signs a step takes for each lane."""
        return 0

    def initial(self, arch: Architecture, weights: Tensors, lanes: int, seed: int) -> Carry:
        """The initial state, the influence at a start, and a clock for random signs: (seed, step)."""
        word = np.random.SeedSequence(seed).generate_state(1).astype(np.int32)[0]
        return [*arch.initial_state(weights, lanes), *self.start(arch, lanes), tf.constant([word, 0], tf.int32)]

    def forward(self, arch: Architecture, weights: Tensors, carry: Carry, moment: Moment) -> tuple[tf.Tensor, Carry]:
        """One step: the state and the influence move."""
        _, influence, step, clock = self._before(arch, weights, carry, moment)
        outputs, after = arch.step(weights, step.inputs, step.state)
        influence, _ = self.move(arch, weights, influence, step)
        return outputs, [*after, *influence, clock]

    def learn(
        self, arch: Architecture, weights: Tensors, carry: Carry, moment: Moment
    ) -> tuple[tf.Tensor, Gradients, Carry]:
        """One step, and the gradient: the present step's, and the past's for the recurrent layers."""
        state, influence, step, clock = self._before(arch, weights, carry, moment)
        present = step_back(arch, weights, state, moment)
        influence, carried = self.move(arch, weights, influence, step)
        past = self.past(arch, present, carried)
        through = [tf.reshape(old, new.shape) for new, old in zip(present.direct, past, strict=False)]
        if self.direct:
            through = [new + old for new, old in zip(present.direct, through, strict=False)]
        gradients = [*through, *present.direct[len(past) :]]
        return present.outputs, gradients, [*present.after, *influence, clock]

    def _before(self, arch: Architecture, weights: Tensors, carry: Carry, moment: Moment) -> Any:
        lanes, states = moment.starts.shape[0], arch.layers[-1].states.stop
        state, influence, clock = carry[:states], carry[states:-1], carry[-1]
        count = self.signs(arch)
        # XLA takes a negative seed for the unsigned number of the same bits, and TensorFlow's own kernels do not
        seed = tf.bitwise.bitwise_and(tf.cast(clock, tf.int64), tf.constant(2**32 - 1, tf.int64))
        signs = tf.cast(2 * tf.random.stateless_uniform((lanes, count), seed, 0, 2, tf.int32) - 1, arch.dtype)
        alive = tf.cast(tf.logical_not(moment.starts), arch.dtype)
        begun = reset(moment.starts, arch.initial_state(weights, lanes), state)
        step = Step(moment.inputs, begun, alive, signs, clock[1])
        return state, influence, step, clock + tf.constant([0, 1], tf.int32)


def step_back(arch: Architecture, weights: Tensors, state: Tensors, moment: Moment) -> Present:
    """Take one step, resets included, and differentiate its loss by weights and states."""
    trained = arch.trained(weights)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([*trained, *state])
        begun = reset(moment.starts, arch.initial_state(weights, moment.starts.shape[0]), state)
        x, after = moment.inputs, []
        for part in arch.layers:
            x, new = layer_step(arch, part, weights, x, begun[part.states])
            after += new
        outputs = arch.read_out(weights, x)
        total = moment.total(outputs)
    wanted = [*trained, *state, *after]
    gradients = tape.gradient(total, wanted, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    first, last = len(trained), len(trained) + len(state)
    return Present(outputs, shaped(after, state), gradients[:first], gradients[first:last], gradients[last:])


def layer_step(
    arch: Architecture, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, state: Tensors
) -> tuple[tf.Tensor, Tensors]:
    """One step of a layer whose new state's arrays lead to its output each by itself alone.

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
    """A state's arrays, or what is said of them, as (B, N)."""
    return tf.concat([tf.reshape(array, [array.shape[0], -1]) for array in state], axis=1)


def norm(arrays: Tensors) -> tf.Tensor:
    """The root of the sum of all their squares."""
    return tf.sqrt(tf.add_n([tf.reduce_sum(array * array) for array in arrays]))


def recurrent(arch: Architecture, weights: Sequence[Any]) -> list[Any]:
    """Those of the weights whose influence on the state there is: the recurrent layers' trained ones, bottom first."""
    return [each for part in arch.layers for each in arch.trained(weights, part)]


def size(arch: Architecture) -> tuple[int, int]:
    """N numbers of a lane's state, and P recurrent weights."""
    states = [layer.layer.cell.state_size for layer in arch.layers]
    numbers = sum(int(np.prod(each)) for each in tf.nest.flatten(states))
    return numbers, sum(int(np.prod(weight.shape)) for weight in recurrent(arch, arch.variables))


def alive(array: tf.Tensor, step: Step) -> tf.Tensor:
    """What is carried, in the lanes where no episode starts; else zeros."""
    return array * tf.reshape(step.alive, [-1] + [1] * (array.shape.rank - 1))
