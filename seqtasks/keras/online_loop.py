"""Online training: one compiled loop that learns a step at a time, whatever rule brings credit to the past.

    state, outputs, gradients = credit(state, input)       at every step
    weights = optimizer(weights, clip(gradients))          at every step that counts in some lane

Axis letters: R networks side by side, B lanes of each, T steps, I inputs, O outputs.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractStreamLearner, state_is_finite
from seqtasks.errors import UsageError
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Moment
from seqtasks.keras.loss import Loss, step_loss
from seqtasks.keras.network import KerasNetwork
from seqtasks.keras.optimizer import clipped, without_rate
from seqtasks.keras.program import Program, all_finite, side_by_side
from seqtasks.keras.replicas import Replicas
from seqtasks.keras.slots import Slots, Values

CAPACITY: Final = 2**16  # numbers of a step's data and outputs in one call of the compiled loop

Told = list[tf.TensorArray]  # losses and outputs


@final
@dataclass(frozen=True, slots=True)
class LoopState:
    """What the compiled loop goes on from.

    Args:
        values: Weights and optimizer slots.
        carry: What the rule carries from step to step.
        finite: Whether all these numbers are finite.
    """

    values: Values
    carry: Carry
    finite: bool


@final
class OnlineLoop:
    """The compiled loop for one architecture, rule, optimizer, loss, and number of networks and lanes.

    Args:
        arch: The networks' layers.
        kind: The loss: the kind of the task, or a custom loss.
        credit: The rule.
        variables: The weights' variables, which the loop changes.
        optimizer: Of those that are trained.
        clip: The greatest global norm of a network's gradient.
        replicas: R.
        lanes: B.
    """

    def __init__(
        self,
        arch: Architecture,
        kind: Loss,
        credit: AbstractCredit,
        variables: Sequence[keras.Variable],
        optimizer: keras.optimizers.Optimizer,
        *,
        clip: float | None,
        replicas: int,
        lanes: int,
    ) -> None:
        self.architecture, self.kind, self.credit, self.clip = arch, kind, credit, clip
        self._variables, self._optimizer = variables, optimizer
        self._replicas, self._lanes = replicas, lanes
        shapes, rows = arch.shapes, replicas * lanes
        self._widths = [1 if shapes.symbols else shapes.inputs, 1 if kind == "class" else shapes.outputs, 1, 1]
        width = sum(self._widths)
        self.capacity = max(16, min(16384, CAPACITY // (rows * (width + arch.outputs))))
        self.slots = Slots([*variables, *optimizer.variables])
        self._buffer = np.zeros((self.capacity, rows, width), arch.dtype)
        self._loop = Program(self._trace, arch.cells)

    def __call__(self, chunk: Chunk, before: LoopState, done: int) -> tuple[NDArray[np.float32], Array, LoopState]:
        """At most ``capacity`` steps after ``done`` others: losses (T, R B), outputs (T, R B, O), and the new state."""
        steps, first = chunk.steps, 0
        data = (chunk.inputs, chunk.targets, chunk.weights[..., None], chunk.starts[..., None])
        for width, value in zip(self._widths, data, strict=True):
            self._buffer[:steps, :, first : first + width] = value.swapaxes(0, 1)
            first += width
        span = tf.constant([steps, done % (self.credit.period or 1)])
        self.slots.put(before.values)
        losses, outputs, carry, values, finite = self._loop(span, tf.constant(self._buffer), before.carry)
        if not chunk.weights.any():
            values = before.values  # nothing was learned
        self.slots.hold(values)
        return losses.numpy()[:steps], outputs.numpy()[:steps], LoopState(values, carry, bool(finite))

    def _trace(self, span: tf.Tensor, steps: tf.Tensor, carry: Carry) -> tuple[Any, ...]:
        arch, credit, last, rows = self.architecture, self.credit, self.capacity - 1, steps.shape[1]
        count, phase = span[0], span[1]  # how many steps, and how many there were since the rule folded last
        counted = tf.reduce_any(steps[:, :, -2] != 0, axis=1)

        def at(t: tf.Tensor) -> list[tf.Tensor]:
            """The step's inputs, starts, targets and importance, network by network."""
            inputs, targets, importance, starts = tf.split(steps[t], self._widths, axis=1)
            if arch.shapes.symbols:
                inputs = tf.cast(inputs, tf.int32)
            if self.kind == "class":
                targets = tf.cast(targets, tf.int32)
            parts = [arch.encode(inputs), starts[:, 0] != 0, targets, importance[:, 0]]
            split = [self._replicas, self._lanes] if self._replicas > 1 else [self._lanes]
            return [tf.reshape(part, [*split, *part.shape[1:]]) for part in parts]

        def moment(inputs: tf.Tensor, starts: tf.Tensor, targets: tf.Tensor, importance: tf.Tensor) -> Moment:
            return Moment(inputs, starts, lambda outputs: step_loss(self.kind, targets, outputs), importance)

        def pass_over(weights: Any, carry: Carry, *data: tf.Tensor) -> Any:
            now = moment(*data)
            outputs, carry = credit.forward(arch, weights, carry, now)
            return (now.loss(outputs), outputs), carry

        def learn(weights: Any, carry: Carry, *data: tf.Tensor) -> Any:
            now = moment(*data)
            outputs, gradients, carry = credit.learn(arch, weights, carry, now)
            return (now.loss(outputs), outputs), gradients, carry

        def fold(weights: Any, carry: Carry) -> Carry:
            return credit.fold(arch, weights, carry)

        at_once = self._replicas > 1 and credit.vectorised and arch.vectorises
        passing = side_by_side(pass_over, self._replicas, at_once)
        learning = side_by_side(learn, self._replicas, at_once)
        folding = side_by_side(fold, self._replicas, at_once)

        def due(t: tf.Tensor) -> tf.Tensor:
            """Whether the rule folds before step t."""
            return tf.constant(False) if credit.period is None else (phase + t) % credit.period == 0

        def written(told: Told, t: tf.Tensor, values: Any) -> Told:
            pairs = zip(told, values, strict=True)
            return [array.write(t, tf.reshape(value, array.element_shape)) for array, value in pairs]

        def silent(t: tf.Tensor, _: tf.Tensor, told: Told, carry: Carry) -> Any:
            values, carry = passing(self._weights(), carry, *at(t))
            return t + 1, due(t + 1), written(told, t, values), carry

        def counting(t: tf.Tensor, _: tf.Tensor, told: Told, carry: Carry) -> Any:
            values, gradients, carry = learning(self._weights(), carry, *at(t))
            trained = arch.trained(self._variables)
            self._optimizer.apply(clipped(gradients, self.clip, self._replicas), trained)
            return t + 1, due(t + 1), written(told, t, values), carry

        def folded(t: tf.Tensor, _: tf.Tensor, told: Told, carry: Carry) -> Any:
            return t, tf.constant(False), told, folding(self._weights(), carry)

        def goes_on(t: tf.Tensor, folds: tf.Tensor) -> tf.Tensor:
            return tf.logical_and(t < count, tf.logical_not(folds))

        def counts(t: tf.Tensor, folds: tf.Tensor, *_: Any) -> tf.Tensor:
            return tf.logical_and(goes_on(t, folds), counted[tf.minimum(t, last)])

        def is_silent(t: tf.Tensor, folds: tf.Tensor, *_: Any) -> tf.Tensor:
            return tf.logical_and(goes_on(t, folds), tf.logical_not(counted[tf.minimum(t, last)]))

        # Steps that count nowhere make no update, and folding is rare. Loops in turn cost nothing where a tf.cond
        # around the optimizer makes every step 2.5 times as dear.
        def runs(*loop: Any) -> Any:
            loop = tf.while_loop(counts, counting, tf.while_loop(is_silent, silent, loop))
            return loop if credit.period is None else tf.while_loop(lambda _, folds, *__: folds, folded, loop)

        shapes = ((rows,), (rows, arch.outputs))  # of losses and outputs
        told = [tf.TensorArray(arch.dtype, self.capacity, element_shape=shape) for shape in shapes]
        loop = (tf.constant(0), tf.constant(False), told, carry)
        _, _, (losses, outputs), carry = tf.while_loop(lambda t, *_: t < count, runs, loop)
        values = self.slots.read()
        return losses.stack(), outputs.stack(), carry, values, all_finite([*values, *carry])

    def _weights(self) -> list[tf.Tensor]:
        return [tf.convert_to_tensor(variable.value) for variable in self._variables]


@final
class OnlineLearner(AbstractStreamLearner):
    """Networks of one architecture that learn one step at a time, each from lanes of its own.

    Args:
        networks: R networks; they keep what is learned.
        kind: The loss: the kind of the task, or a custom loss.
        credit: The rule that brings credit to the past.
        setting: The optimizer: a text, a spec or a Keras optimizer.
        clip: The greatest global norm of a gradient; None for no limit.
        lanes: B, for each network.
        seeds: Of whatever is random in each network's credit.

    Raises:
        UsageError: If several networks cannot share such an optimizer.
    """

    def __init__(
        self,
        networks: Sequence[KerasNetwork],
        kind: Loss,
        credit: AbstractCredit,
        setting: Any,
        clip: float | None,
        lanes: int,
        seeds: Sequence[int],
    ) -> None:
        self._replicas = own = Replicas(networks, setting)
        arch, count = own.architecture, own.count
        key: Hashable = ("online", kind, credit, without_rate(own.optimizer), clip, count, lanes)
        self._loop: OnlineLoop = arch.program(
            key,
            lambda: OnlineLoop(
                arch, kind, credit, own.variables, own.optimizer, clip=clip, replicas=count, lanes=lanes
            ),
        )
        carries = [
            credit.initial(arch, [tf.constant(array) for array in network.arrays], lanes, seed)
            for network, seed in zip(networks, seeds, strict=True)
        ]
        self._carry: Carry = carries[0] if count == 1 else [tf.stack(parts) for parts in zip(*carries, strict=True)]
        self._lanes, self._rows = lanes, count * lanes
        self._finite = True
        self._steps = 0
        self._updates = 0

    @property
    def updates(self) -> int:
        """How often the weights have been changed."""
        return self._updates

    @property
    def is_finite(self) -> bool:
        """Whether weights, optimizer slots and all that the rule carries are finite; the compiled loop looks."""
        return self._finite

    def compile(self, chunk: Chunk) -> None:
        """A call of no steps compiles the loop and changes nothing."""
        self.learn(chunk.between(0, 0))

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the steps that follow the last ones learned; the losses (R B, T).

        Raises:
            UsageError: If the same step counts for one network and not for another.
        """
        return self.follow(chunk)[0]

    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """:meth:`learn`, and the outputs (R B, T, O) before each update."""
        if chunk.lanes != self._rows:
            raise ValueError(f"The chunk has {chunk.lanes} lanes; this learner has {self._rows}.")
        counted = self._counted(chunk)
        with self._replicas.architecture.lock.checked:
            losses, outputs, after = self._run(chunk)
            if counted:
                self._replicas.values = after.values
            self._carry, self._finite = after.carry, after.finite
            self._steps += chunk.steps
            self._updates += counted
        return losses, outputs

    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """The outputs (R B, T, O) for steps that would follow: silent ones, after which the carry is what it was."""
        return self._run(self._silent(inputs, starts))[1]

    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Move on over steps without learning."""
        self.follow(self._silent(inputs, starts))

    def _silent(self, inputs: Array, starts: NDArray[np.bool_]) -> Chunk:
        """Steps that do not count."""
        nothing = np.zeros((*starts.shape, 1), np.float32)
        return Chunk(inputs, nothing, nothing[..., 0], starts)

    def _run(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array, LoopState]:
        """Losses, outputs, and what the learner would go on from after the chunk; changes nothing."""
        loop, told = self._loop, []
        with self._replicas.architecture.lock.checked:
            if self._steps == 0:
                chunk = _begun(chunk)
            now = LoopState(self._replicas.values, self._carry, self._finite)
            for first in range(0, max(chunk.steps, 1), loop.capacity):
                losses, outputs, now = loop(chunk.between(first, first + loop.capacity), now, self._steps + first)
                told.append((losses, outputs))
        losses, outputs = (np.concatenate(each).swapaxes(0, 1) for each in zip(*told, strict=True))
        return losses, outputs, now

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots, what the rule carries, and the counts."""
        with self._replicas.architecture.lock.checked:
            return {
                **self._replicas.state(),
                "carry": [tensor.numpy() for tensor in self._carry],
                "steps": self._steps,
                "updates": self._updates,
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        with self._replicas.architecture.lock.checked:
            self._replicas.restore(state)
            self._carry = [tf.constant(np.array(array)) for array in state["carry"]]
            self._finite = state_is_finite(state)
            self._steps, self._updates = int(state["steps"]), int(state["updates"])

    def snapshot(self) -> Any:
        """Where the learner is now; nothing is copied, for nothing is changed in place."""
        with self._replicas.architecture.lock.checked:
            return self._replicas.snapshot(), (self._carry, self._finite, self._steps, self._updates)

    def roll_back(self, snapshot: Any) -> None:
        """Go back to where the snapshot was taken."""
        weights, own = snapshot
        with self._replicas.architecture.lock.checked:
            self._replicas.roll_back(weights)
            self._carry, self._finite, self._steps, self._updates = own

    def _counted(self, chunk: Chunk) -> int:
        """How many of the steps count."""
        by_network = (chunk.weights.reshape(self._replicas.count, self._lanes, chunk.steps) != 0).any(axis=1)
        if (by_network != by_network[0]).any():
            raise UsageError(
                "A step counts for one replica and not for another, and one program updates all of them or none.",
                "Leave out replicas, and run the seeds one after another.",
            )
        return int(by_network[0].sum())


def _begun(chunk: Chunk) -> Chunk:
    """The chunk with a start at its first step: a stream begins there whether it says so or not."""
    starts = chunk.starts.copy()
    starts[:, :1] = True
    return replace(chunk, starts=starts)
