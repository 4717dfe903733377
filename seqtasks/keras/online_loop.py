"""Online training: one compiled loop that learns a step at a time, whatever rule brings credit to the past.

    state, losses, gradients = credit(state, input)        at every step
    weights = optimizer(weights, clip(gradients))          at every step that counts in some lane

Axis letters: R networks side by side, B lanes of each, T steps, I inputs, O outputs.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.task import Chunk, Kind
from seqtasks.core.trainer import AbstractLearner
from seqtasks.errors import UsageError
from seqtasks.keras.body import KerasBody
from seqtasks.keras.credit import AbstractCredit, Carry, Moment
from seqtasks.keras.loss import step_loss
from seqtasks.keras.network import KerasNetwork
from seqtasks.keras.optimizer import clipped, without_rate
from seqtasks.keras.program import compiled, side_by_side
from seqtasks.keras.replicas import Replicas
from seqtasks.keras.slots import Slots

CAPACITY: Final = 2**16  # numbers of input and target in one call of the compiled loop


@final
class OnlineLoop:
    """The compiled loop for one body, rule, optimizer, loss, and number of networks and lanes.

    Args:
        body: The networks' layers.
        kind: The task's kind, which decides the loss.
        credit: The rule.
        variables: The weights' variables, which the loop changes.
        optimizer: Of those that are trained.
        clip: The greatest global norm of a network's gradient.
        replicas: R.
        lanes: B.
    """

    def __init__(
        self,
        body: KerasBody,
        kind: Kind,
        credit: AbstractCredit,
        variables: Sequence[keras.Variable],
        optimizer: keras.optimizers.Optimizer,
        *,
        clip: float | None,
        replicas: int,
        lanes: int,
    ) -> None:
        self.body, self.kind, self.credit, self.clip = body, kind, credit, clip
        self._variables, self._optimizer = variables, optimizer
        self._replicas, self._lanes = replicas, lanes
        shapes, rows = body.shapes, replicas * lanes
        width, targets = 1 if shapes.symbols else shapes.inputs, 1 if kind == "class" else shapes.outputs
        self.capacity = max(16, min(16384, CAPACITY // (rows * (width + targets))))
        self.slots = Slots([*variables, *optimizer.variables])
        size = self.capacity
        self._buffers = (
            np.zeros((size, rows, width), np.int32 if shapes.symbols else body.dtype),
            np.zeros((size, rows, targets), np.int32 if kind == "class" else body.dtype),
            np.zeros((size, rows), body.dtype),
            np.zeros((size, rows), np.bool_),
            np.zeros(size, np.bool_),
        )
        self._loop = compiled(self._trace)

    def __call__(self, chunk: Chunk, carry: Carry, done: int) -> tuple[NDArray[np.float32], Carry]:
        """Learn at most ``capacity`` steps, ``done`` of them were before: losses (T, R B) and the new carry."""
        steps = chunk.steps
        values = (chunk.inputs, chunk.targets, chunk.weights, chunk.starts)
        for buffer, value in zip(self._buffers, values, strict=False):
            buffer[:steps] = value.swapaxes(0, 1)
        self._buffers[-1][:steps] = (chunk.weights != 0).any(axis=0)
        span = tf.constant([steps, done % (self.credit.period or 1)])
        losses, carry = self._loop(span, *(tf.constant(buffer) for buffer in self._buffers), carry)
        return losses.numpy()[:steps], carry

    def _trace(
        self,
        span: tf.Tensor,
        inputs: tf.Tensor,
        targets: tf.Tensor,
        importance: tf.Tensor,
        starts: tf.Tensor,
        counted: tf.Tensor,
        carry: Carry,
    ) -> tuple[tf.Tensor, Carry]:
        body, credit, last = self.body, self.credit, self.capacity - 1
        count, phase = span[0], span[1]  # how many steps, and how many there were since the rule folded last

        def at(t: tf.Tensor) -> list[tf.Tensor]:
            """The step's inputs, starts, targets and importance, network by network."""
            rows = [body.encode(inputs[t]), starts[t], targets[t], importance[t]]
            split = [self._replicas, self._lanes] if self._replicas > 1 else [self._lanes]
            return [tf.reshape(row, [*split, *row.shape[1:]]) for row in rows]

        def moment(inputs: tf.Tensor, starts: tf.Tensor, targets: tf.Tensor, importance: tf.Tensor) -> Moment:
            return Moment(inputs, starts, lambda outputs: step_loss(self.kind, targets, outputs), importance)

        def pass_over(weights: Any, carry: Carry, *data: tf.Tensor) -> Any:
            now = moment(*data)
            outputs, carry = credit.forward(body, weights, carry, now)
            return now.loss(outputs), carry

        def learn(weights: Any, carry: Carry, *data: tf.Tensor) -> Any:
            return credit.learn(body, weights, carry, moment(*data))

        def fold(weights: Any, carry: Carry) -> Carry:
            return credit.fold(body, weights, carry)

        passing = side_by_side(pass_over, self._replicas, credit.vectorised)
        learning = side_by_side(learn, self._replicas, credit.vectorised)

        folding = side_by_side(fold, self._replicas, credit.vectorised)

        def due(t: tf.Tensor) -> tf.Tensor:
            """Whether the rule folds before step t."""
            return tf.constant(False) if credit.period is None else (phase + t) % credit.period == 0

        def silent(t: tf.Tensor, _: tf.Tensor, losses: tf.TensorArray, carry: Carry) -> Any:
            values, carry = passing(self._weights(), carry, *at(t))
            return t + 1, due(t + 1), losses.write(t, tf.reshape(values, [-1])), carry

        def counting(t: tf.Tensor, _: tf.Tensor, losses: tf.TensorArray, carry: Carry) -> Any:
            values, gradients, carry = learning(self._weights(), carry, *at(t))
            trained = body.trained(self._variables)
            self._optimizer.apply(clipped(gradients, self.clip, self._replicas), trained)
            return t + 1, due(t + 1), losses.write(t, tf.reshape(values, [-1])), carry

        def folded(t: tf.Tensor, _: tf.Tensor, losses: tf.TensorArray, carry: Carry) -> Any:
            return t, tf.constant(False), losses, folding(self._weights(), carry)

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

        losses = tf.TensorArray(body.dtype, self.capacity, element_shape=(importance.shape[1],))
        loop = (tf.constant(0), tf.constant(False), losses, carry)
        _, _, losses, carry = tf.while_loop(lambda t, *_: t < count, runs, loop)
        return losses.stack(), carry

    def _weights(self) -> list[tf.Tensor]:
        return [tf.convert_to_tensor(variable.value) for variable in self._variables]


@final
class OnlineLearner(AbstractLearner):
    """Networks of one architecture that learn one step at a time, each from lanes of its own.

    Args:
        networks: R networks; they keep what is learned.
        kind: The task's kind, which decides the loss.
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
        kind: Kind,
        credit: AbstractCredit,
        setting: Any,
        clip: float | None,
        lanes: int,
        seeds: Sequence[int],
    ) -> None:
        self._replicas = own = Replicas(networks, setting)
        body, count = own.body, own.count
        key: Hashable = ("online", kind, credit, without_rate(own.optimizer), clip, count, lanes)
        self._loop: OnlineLoop = body.program(
            key,
            lambda: OnlineLoop(
                body, kind, credit, own.variables, own.optimizer, clip=clip, replicas=count, lanes=lanes
            ),
        )
        carries = [
            credit.initial(body, [tf.constant(array) for array in network.arrays], lanes, seed)
            for network, seed in zip(networks, seeds, strict=True)
        ]
        self._carry: Carry = carries[0] if count == 1 else [tf.stack(parts) for parts in zip(*carries, strict=True)]
        self._lanes, self._rows = lanes, count * lanes
        self._steps = 0
        self._updates = 0

    @property
    def updates(self) -> int:
        """How often the weights have been changed."""
        return self._updates

    def compile(self, chunk: Chunk) -> None:
        """A call of no steps compiles the loop and changes nothing."""
        self.learn(chunk.between(0, 0))

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the steps that follow the last ones learned; the losses (R B, T).

        Raises:
            UsageError: If the same step counts for one network and not for another.
        """
        if chunk.lanes != self._rows:
            raise ValueError(f"The chunk has {chunk.lanes} lanes; this learner has {self._rows}.")
        counted = self._counted(chunk)
        if self._steps == 0:
            chunk = _begun(chunk)
        loop, body = self._loop, self._replicas.body
        losses = [np.zeros((0, self._rows), body.dtype)]
        with body.lock:
            self._replicas.lend(loop.slots)
            for first in range(0, max(chunk.steps, 1), loop.capacity):
                piece = chunk.between(first, first + loop.capacity)
                values, self._carry = loop(piece, self._carry, self._steps)
                self._steps += piece.steps
                losses.append(values)
            self._replicas.collect(loop.slots)
        self._updates += counted
        return np.concatenate(losses).swapaxes(0, 1)

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots, what the rule carries, and the counts."""
        with self._replicas.body.lock:
            self._loop.slots.settle()
        return {
            **self._replicas.state(),
            "carry": [tensor.numpy() for tensor in self._carry],
            "steps": self._steps,
            "updates": self._updates,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        with self._replicas.body.lock:
            self._loop.slots.settle()
            self._replicas.restore(state)
            self._carry = [tf.constant(array) for array in state["carry"]]
            self._steps, self._updates = int(state["steps"]), int(state["updates"])

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
