"""Online training: one compiled loop that learns a step at a time, whatever rule brings credit to the past.

    state, losses, gradients = credit(state, input)        at every step
    weights = optimizer(weights, clip(gradients))          at every step that counts in some lane

Axis letters: B lanes, T steps, I inputs, O outputs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any, final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.task import Chunk, Kind
from seqtasks.core.trainer import AbstractLearner
from seqtasks.keras.loss import step_loss
from seqtasks.keras.network import KerasBody, KerasNetwork, compiled
from seqtasks.keras.optimizer import Memory, Slots, clipped, optimizer, without_rate

CAPACITY = 2**16  # numbers of input and target in one call of the compiled loop

Carry = list[tf.Tensor]
Loss = Callable[[tf.Tensor], tf.Tensor]  # outputs (B, O) -> losses (B,)


class AbstractCredit(ABC):
    """A rule that says how the loss of a step changes the weights. Subclasses are final and hashable."""

    @abstractmethod
    def initial(self, body: KerasBody, lanes: int) -> Carry:
        """What the rule carries from step to step, before the first: the network's state, traces, a window."""

    @abstractmethod
    def forward(self, body: KerasBody, carry: Carry, inputs: tf.Tensor, starts: tf.Tensor) -> tuple[tf.Tensor, Carry]:
        """One step without learning.

        Args:
            body: The network.
            carry: As :meth:`initial` gives it.
            inputs: (B, I).
            starts: (B,); where true, an episode starts, and no credit goes back beyond it.

        Returns:
            The outputs (B, O) and the new carry.
        """

    @abstractmethod
    def learn(
        self, body: KerasBody, carry: Carry, inputs: tf.Tensor, starts: tf.Tensor, loss: Loss, weights: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor], Carry]:
        """One step with learning.

        Args:
            body: The network.
            carry: As :meth:`initial` gives it.
            inputs: (B, I).
            starts: (B,).
            loss: The loss of this step's outputs.
            weights: (B,), how much each lane's loss counts.

        Returns:
            The losses (B,), the gradients of (1/B) sum w l for each of ``body.trainable``, and the new carry.
        """


@final
class OnlineLoop:
    """The compiled loop for one body, rule, optimizer, loss and number of lanes."""

    def __init__(
        self,
        body: KerasBody,
        kind: Kind,
        credit: AbstractCredit,
        optimizer: keras.optimizers.Optimizer,
        clip: float | None,
        lanes: int,
    ) -> None:
        self.body, self.kind, self.credit, self.clip = body, kind, credit, clip
        shapes = body.shapes
        self._width = 1 if shapes.symbols else shapes.inputs
        self._targets = 1 if kind == "class" else shapes.outputs
        self.capacity = max(16, min(16384, CAPACITY // (lanes * (self._width + self._targets))))
        self.optimizer = optimizer
        self.slots = Slots(optimizer.variables)
        size = self.capacity
        self._buffers = (
            np.zeros((size, lanes, self._width), np.int32 if shapes.symbols else np.float32),
            np.zeros((size, lanes, self._targets), np.int32 if kind == "class" else np.float32),
            np.zeros((size, lanes), np.float32),
            np.zeros((size, lanes), np.bool_),
            np.zeros(size, np.bool_),
        )
        self._loop = compiled(self._trace)

    def __call__(self, chunk: Chunk, carry: Carry) -> tuple[NDArray[np.float32], Carry]:
        """Learn at most ``capacity`` steps: losses (T, B) and the new carry."""
        steps = chunk.steps
        values = (chunk.inputs, chunk.targets, chunk.weights, chunk.starts)
        for buffer, value in zip(self._buffers, values, strict=False):
            buffer[:steps] = value.swapaxes(0, 1)
        self._buffers[-1][:steps] = (chunk.weights != 0).any(axis=0)
        losses, carry = self._loop(tf.constant(steps), *(tf.constant(buffer) for buffer in self._buffers), carry)
        return losses.numpy()[:steps], carry

    def _trace(
        self,
        count: tf.Tensor,
        inputs: tf.Tensor,
        targets: tf.Tensor,
        weights: tf.Tensor,
        starts: tf.Tensor,
        counted: tf.Tensor,
        carry: Carry,
    ) -> tuple[tf.Tensor, Carry]:
        body, credit, last = self.body, self.credit, self.capacity - 1

        def loss(t: tf.Tensor) -> Loss:
            return lambda outputs: step_loss(self.kind, targets[t], outputs)

        def pass_over(t: tf.Tensor, losses: tf.TensorArray, carry: Carry) -> Any:
            outputs, carry = credit.forward(body, carry, body.encode(inputs[t]), starts[t])
            return t + 1, losses.write(t, loss(t)(outputs)), carry

        def learn(t: tf.Tensor, losses: tf.TensorArray, carry: Carry) -> Any:
            values, gradients, carry = credit.learn(body, carry, body.encode(inputs[t]), starts[t], loss(t), weights[t])
            self.optimizer.apply(clipped(gradients, self.clip), body.trainable)
            return t + 1, losses.write(t, values), carry

        def learns(t: tf.Tensor, *_: Any) -> tf.Tensor:
            return tf.logical_and(t < count, counted[tf.minimum(t, last)])

        def passes(t: tf.Tensor, *_: Any) -> tf.Tensor:
            return tf.logical_and(t < count, tf.logical_not(counted[tf.minimum(t, last)]))

        # Steps that count nowhere make no update. Two loops in turn cost nothing where a tf.cond around the
        # optimizer makes every step 2.5 times as dear.
        def runs(*loop: Any) -> Any:
            return tf.while_loop(learns, learn, tf.while_loop(passes, pass_over, loop))

        losses = tf.TensorArray(tf.float32, self.capacity, element_shape=(weights.shape[1],))
        _, losses, carry = tf.while_loop(lambda t, *_: t < count, runs, (tf.constant(0), losses, carry))
        return losses.stack(), carry


@final
class OnlineLearner(AbstractLearner):
    """A network that learns one step at a time.

    Args:
        network: The network; it keeps what is learned.
        kind: The task's kind, which decides the loss.
        credit: The rule that brings credit to the past.
        setting: The optimizer: a text, a spec or a Keras optimizer.
        clip: The greatest global norm of a gradient; None for no limit.
        lanes: B.
    """

    def __init__(
        self,
        network: KerasNetwork,
        kind: Kind,
        credit: AbstractCredit,
        setting: Any,
        clip: float | None,
        lanes: int,
    ) -> None:
        self.network = network
        body = network.body
        new = optimizer(setting, body.trainable)
        key: Hashable = ("online", kind, credit, without_rate(new), clip, lanes)
        self._loop = body.program(key, lambda: OnlineLoop(body, kind, credit, new, clip, lanes))
        self._memory = Memory([variable.numpy() for variable in new.variables])
        with body.lock:
            body.hold(network)  # the initial state may itself be a weight
            self._carry = credit.initial(body, lanes)
        self._lanes = lanes
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
        """Learn the steps that follow the last ones learned; the losses (B, T)."""
        if chunk.lanes != self._lanes:
            raise ValueError(f"The chunk has {chunk.lanes} lanes; this learner has {self._lanes}.")
        if self._steps == 0:
            chunk = _begun(chunk)
        loop, body = self._loop, self.network.body
        losses = [np.zeros((0, self._lanes), np.float32)]
        with body.lock:
            body.hold(self.network)
            loop.slots.lend(self._memory)
            for first in range(0, max(chunk.steps, 1), loop.capacity):
                piece = chunk.between(first, first + loop.capacity)
                values, self._carry = loop(piece, self._carry)
                self._steps += piece.steps
                losses.append(values)
            self.network.pull()
        self._updates += int((chunk.weights != 0).any(axis=0).sum())
        return np.concatenate(losses).swapaxes(0, 1)

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots, what the rule carries, and the counts."""
        with self.network.body.lock:
            self._loop.slots.settle()
        return {
            "weights": self.network.weights(),
            "slots": [array.copy() for array in self._memory.arrays],
            "carry": [tensor.numpy() for tensor in self._carry],
            "steps": self._steps,
            "updates": self._updates,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        with self.network.body.lock:
            self._loop.slots.settle()
            self.network.load(state["weights"])
            self._memory.arrays = [np.array(array) for array in state["slots"]]
            self._carry = [tf.constant(array) for array in state["carry"]]
            self._steps, self._updates = int(state["steps"]), int(state["updates"])


def _begun(chunk: Chunk) -> Chunk:
    """The chunk with a start at its first step: a stream begins there whether it says so or not."""
    starts = chunk.starts.copy()
    starts[:, :1] = True
    return replace(chunk, starts=starts)
