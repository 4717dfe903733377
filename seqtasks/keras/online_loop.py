"""Online training: one compiled loop that learns a step at a time, with any credit rule.

    carry, outputs, gradients = rule(carry, data)          at every step
    weights = optimizer(weights, clip(gradients))          at every step that counts in some lane

Axis letters: R networks side by side, B lanes of each, T steps, I inputs, O outputs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.rule import AbstractCredit, Carry, TimeStep
from seqtasks.keras.loss import Loss, step_loss
from seqtasks.keras.optimizer import clipped
from seqtasks.keras.program import Program, all_finite, side_by_side
from seqtasks.keras.shared_variables import ParameterSnapshot, SharedVariables

CAPACITY: Final = 2**16  # numbers of a step's data and outputs in one call of the compiled loop


@final
@dataclass(frozen=True, slots=True)
class LoopState:
    """The state between two calls of the compiled loop.

    Args:
        values: Weights and optimizer slots.
        carry: The carry of the credit rule.
        finite: Whether all these numbers are finite.
    """

    values: ParameterSnapshot
    carry: Carry
    finite: bool


class LoopVariables(NamedTuple):
    """The variables of the loop over time steps inside the program.

    Attributes:
        t: (), the number of steps done.
        flush_due: (), whether the rule flushes its carry before the next step.
        buffers: The losses (R B,) and the outputs (R B, O) of the steps.
        carry: The carry of the credit rule.
    """

    t: tf.Tensor
    flush_due: tf.Tensor
    buffers: list[tf.TensorArray]
    carry: Carry


@final
class OnlineLoop:
    """The compiled loop for one architecture, rule, optimizer, loss, and number of networks and lanes.

    Args:
        arch: The networks' layers.
        loss: The loss: the kind of the task, or a custom loss.
        credit: The credit rule.
        variables: The variables of the weights, which the loop changes.
        optimizer: The optimizer of those that are trained.
        clip: The maximum global norm of a network's gradient; None for no limit.
        replicas: R.
        lanes: B.
    """

    def __init__(
        self,
        arch: Architecture,
        loss: Loss,
        credit: AbstractCredit,
        variables: Sequence[keras.Variable],
        optimizer: keras.optimizers.Optimizer,
        *,
        clip: float | None,
        replicas: int,
        lanes: int,
    ) -> None:
        self.architecture, self.loss, self.credit, self.clip = arch, loss, credit, clip
        self.variables, self.optimizer = variables, optimizer
        self.replicas, self.lanes = replicas, lanes
        shapes, rows = arch.shapes, replicas * lanes
        self.widths = [1 if shapes.symbols else shapes.inputs, 1 if loss == "class" else shapes.outputs, 1, 1]
        width = sum(self.widths)
        self.capacity = max(16, min(16384, CAPACITY // (rows * (width + arch.outputs))))
        self._shared = SharedVariables([*variables, *optimizer.variables])
        self._data = np.zeros((self.capacity, rows, width), arch.dtype)
        self._program = Program(self._trace, arch.cells)

    def __call__(self, chunk: Chunk, before: LoopState, done: int) -> tuple[NDArray[np.float32], Array, LoopState]:
        """Learn at most ``capacity`` steps.

        Args:
            chunk: The data, R B lanes.
            before: The state before them.
            done: The number of steps of the stream before them.

        Returns:
            The losses (T, R B), the outputs (T, R B, O), and the new state.
        """
        steps, first = chunk.steps, 0
        data = (chunk.inputs, chunk.targets, chunk.weights[..., None], chunk.starts[..., None])
        for width, value in zip(self.widths, data, strict=True):
            self._data[:steps, :, first : first + width] = value.swapaxes(0, 1)
            first += width
        span = tf.constant([steps, done % (self.credit.period or 1)])
        self._shared.swap_in(before.values)
        losses, outputs, carry, values, finite = self._program(span, tf.constant(self._data), before.carry)
        if not chunk.weights.any():
            values = before.values  # no step counts, and no weight changes
        self._shared.owner = values
        return losses.numpy()[:steps], outputs.numpy()[:steps], LoopState(values, carry, bool(finite))

    def _trace(self, span: tf.Tensor, data: tf.Tensor, carry: Carry) -> tuple[Any, ...]:
        """The program: losses, outputs, carry and parameters after the steps, and whether all are finite."""
        end = TracedSteps(self, count=span[0], phase=span[1], data=data).run(carry)
        losses, outputs = end.buffers
        values = self._shared.read()
        return losses.stack(), outputs.stack(), end.carry, values, all_finite([*values, *end.carry])


@final
class TracedSteps:
    """The steps of one call, as functions from loop variables to loop variables that TensorFlow traces.

    Args:
        loop: The settings: architecture, rule, optimizer.
        count: (), T, the number of steps; the data have room for more.
        phase: (), the number of steps since the rule's last flush, before the first step.
        data: (capacity, R B, ...), the inputs, targets, weights and starts of each step.
    """

    def __init__(self, loop: OnlineLoop, *, count: tf.Tensor, phase: tf.Tensor, data: tf.Tensor) -> None:
        self._loop, self._count, self._phase, self._data = loop, count, phase, data
        self._counts = tf.reduce_any(data[:, :, -2] != 0, axis=1)  # of each step: whether it counts in some lane
        replicas, credit = loop.replicas, loop.credit
        vectorised = replicas > 1 and credit.vectorised and loop.architecture.vectorises
        self._forward_all = side_by_side(self._forward_one, replicas, vectorised)
        self._learn_all = side_by_side(self._learn_one, replicas, vectorised)
        self._flush_all = side_by_side(self._flush_one, replicas, vectorised)

    def run(self, carry: Carry) -> LoopVariables:
        """Run all steps from this carry."""
        start = LoopVariables(tf.constant(0), tf.constant(False), self._new_buffers(), carry)
        return _while(lambda now: now.t < self._count, self._run_loops_in_turn, start)

    def _run_loops_in_turn(self, now: LoopVariables) -> LoopVariables:
        """Steps that do not count, then steps that count, then a flush: each as many times as it is due.

        Steps that count in no lane make no update, and flushes are rare. Three loops in turn cost nothing, while a
        tf.cond around the optimizer makes every step 2.5 times as expensive.
        """
        now = _while(lambda now: tf.logical_and(self._steps_on(now), ~self._next_counts(now)), self._forward, now)
        now = _while(lambda now: tf.logical_and(self._steps_on(now), self._next_counts(now)), self._learn, now)
        if self._loop.credit.period is None:
            return now
        return _while(lambda now: now.flush_due, self._flush, now)

    def _steps_on(self, now: LoopVariables) -> tf.Tensor:
        """Whether a step comes next: not the end, and not a flush."""
        return tf.logical_and(now.t < self._count, tf.logical_not(now.flush_due))

    def _next_counts(self, now: LoopVariables) -> tf.Tensor:
        """Whether the next step counts in some lane."""
        return self._counts[tf.minimum(now.t, self._loop.capacity - 1)]

    def _forward(self, now: LoopVariables) -> LoopVariables:
        """One step without an update."""
        values, carry = self._forward_all(self._weights(), now.carry, *self._data_at(now.t))
        return self._after_step(now, values, carry)

    def _learn(self, now: LoopVariables) -> LoopVariables:
        """One step and an update."""
        loop = self._loop
        values, gradients, carry = self._learn_all(self._weights(), now.carry, *self._data_at(now.t))
        trained = loop.architecture.trained(loop.variables)
        loop.optimizer.apply(clipped(gradients, loop.clip, loop.replicas), trained)
        return self._after_step(now, values, carry)

    def _flush(self, now: LoopVariables) -> LoopVariables:
        """Flush the carry of every network; no step is done."""
        return now._replace(flush_due=tf.constant(False), carry=self._flush_all(self._weights(), now.carry))

    def _after_step(self, now: LoopVariables, values: Any, carry: Carry) -> LoopVariables:
        """The loop variables after a step with this loss and these outputs."""
        pairs = zip(now.buffers, values, strict=True)
        buffers = [buffer.write(now.t, tf.reshape(value, buffer.element_shape)) for buffer, value in pairs]
        period, t = self._loop.credit.period, now.t + 1
        flush_due = tf.constant(False) if period is None else (self._phase + t) % period == 0
        return LoopVariables(t, flush_due, buffers, carry)

    def _forward_one(self, weights: Any, carry: Carry, *data: tf.Tensor) -> Any:
        """A step of one network: the loss (B,) and the outputs (B, O), and the carry."""
        now = self._time_step(*data)
        outputs, carry = self._loop.credit.forward(self._loop.architecture, weights, carry, now)
        return (now.loss(outputs), outputs), carry

    def _learn_one(self, weights: Any, carry: Carry, *data: tf.Tensor) -> Any:
        """A step of one network: the loss (B,) and the outputs (B, O), the gradients, and the carry."""
        now = self._time_step(*data)
        outputs, gradients, carry = self._loop.credit.learn(self._loop.architecture, weights, carry, now)
        return (now.loss(outputs), outputs), gradients, carry

    def _flush_one(self, weights: Any, carry: Carry) -> Carry:
        """The carry of one network after a flush."""
        return self._loop.credit.flush(self._loop.architecture, weights, carry)

    def _time_step(self, inputs: tf.Tensor, starts: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> TimeStep:
        """The data of a step as a rule takes them."""
        return TimeStep(inputs, starts, lambda outputs: step_loss(self._loop.loss, targets, outputs), weights)

    def _data_at(self, t: tf.Tensor) -> list[tf.Tensor]:
        """Inputs, starts, targets and weights of step t: (B, ...), or (R, B, ...) for several networks."""
        loop = self._loop
        inputs, targets, weights, starts = tf.split(self._data[t], loop.widths, axis=1)
        if loop.architecture.shapes.symbols:
            inputs = tf.cast(inputs, tf.int32)
        if loop.loss == "class":
            targets = tf.cast(targets, tf.int32)
        parts = [loop.architecture.encode(inputs), starts[:, 0] != 0, targets, weights[:, 0]]
        axes = [loop.replicas, loop.lanes] if loop.replicas > 1 else [loop.lanes]
        return [tf.reshape(part, [*axes, *part.shape[1:]]) for part in parts]

    def _new_buffers(self) -> list[tf.TensorArray]:
        """Empty buffers of the losses (R B,) and the outputs (R B, O) of each step."""
        arch, rows = self._loop.architecture, self._data.shape[1]
        shapes = ((rows,), (rows, arch.outputs))
        return [tf.TensorArray(arch.dtype, self._loop.capacity, element_shape=shape) for shape in shapes]

    def _weights(self) -> list[tf.Tensor]:
        """The current weights as tensors."""
        return [tf.convert_to_tensor(variable.value) for variable in self._loop.variables]


def _while(
    condition: Callable[[LoopVariables], tf.Tensor], body: Callable[[LoopVariables], LoopVariables], now: LoopVariables
) -> LoopVariables:
    """A tf.while_loop whose variables have names."""
    (end,) = tf.while_loop(condition, lambda now: (body(now),), (now,))
    assert isinstance(end, LoopVariables)
    return end
