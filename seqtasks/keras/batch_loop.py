"""Training on whole sequences: one compiled loop over many mini-batches, with gradients through all of each.

    weights = optimizer(weights, clip(d/dweights sum w l / sum w))          for every mini-batch in which a step counts

Axis letters: N mini-batches, B sequences of one, T steps, I inputs, O outputs.
"""

from collections.abc import Hashable, Mapping
from typing import Any, Final, final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.task import Chunk, Kind
from seqtasks.core.trainer import AbstractLearner
from seqtasks.keras.loss import step_loss
from seqtasks.keras.network import KerasBody, KerasNetwork, compiled
from seqtasks.keras.optimizer import Memory, Slots, clipped, optimizer, without_rate

CAPACITY: Final = 2**20  # numbers of input and target in one call of the compiled loop


@final
class BatchLoop:
    """The compiled loop for one body, optimizer, loss, and size of a mini-batch.

    A mini-batch that is not full is filled up with sequences of weight 0, which change neither loss nor gradient.
    """

    def __init__(
        self,
        body: KerasBody,
        kind: Kind,
        optimizer: keras.optimizers.Optimizer,
        clip: float | None,
        size: tuple[int, int],
    ) -> None:
        self.body, self.kind, self.clip, self.optimizer = body, kind, clip, optimizer
        self.slots = Slots(optimizer.variables)
        shapes = body.shapes
        inputs = (1, np.int32) if shapes.symbols else (shapes.inputs, np.float32)
        targets = (1, np.int32) if kind == "class" else (shapes.outputs, np.float32)
        batch, steps = size
        self.sequences = batch * max(1, CAPACITY // (batch * steps * (inputs[0] + targets[0])))
        self._buffers = (
            np.zeros((self.sequences, steps, inputs[0]), inputs[1]),
            np.zeros((self.sequences, steps, targets[0]), targets[1]),
            np.zeros((self.sequences, steps), np.float32),
        )
        self._batch = batch
        self._loop = compiled(self._trace)

    def __call__(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn at most ``sequences`` sequences, in mini-batches in the order given: losses (sequences, T)."""
        count = chunk.lanes
        full = -(-count // self._batch) * self._batch
        for buffer, value in zip(self._buffers, (chunk.inputs, chunk.targets, chunk.weights), strict=True):
            buffer[:count] = value
            buffer[count:full] = 0
        batches = (buffer.reshape(-1, self._batch, *buffer.shape[1:]) for buffer in self._buffers)
        losses = self._loop(tf.constant(full // self._batch), *(tf.constant(batch) for batch in batches))
        values: NDArray[np.float32] = losses.numpy()
        return values.reshape(self._buffers[2].shape)[:count]

    def _trace(self, count: tf.Tensor, inputs: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        body = self.body
        variables = [variable.value for variable in body.trainable]

        def learn(n: tf.Tensor, losses: tf.TensorArray) -> Any:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(variables)
                outputs = body.sequences(body.encode(inputs[n]), training=True)
                values = step_loss(self.kind, targets[n], outputs)
                total = tf.reduce_sum(weights[n] * values) / tf.maximum(tf.reduce_sum(weights[n]), 1e-12)
            gradients = tape.gradient(total, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)

            def update() -> tf.Tensor:
                self.optimizer.apply(clipped(gradients, self.clip), body.trainable)
                return tf.constant(0)

            # of a mini-batch in which nothing counts the gradient is 0, which momentum would not leave at that
            tf.cond(tf.reduce_any(weights[n] > 0), update, lambda: tf.constant(0))
            return n + 1, losses.write(n, values)

        losses = tf.TensorArray(tf.float32, weights.shape[0], element_shape=weights.shape[1:])
        _, losses = tf.while_loop(lambda n, _: n < count, learn, (tf.constant(0), losses))
        return losses.stack()


@final
class BatchLearner(AbstractLearner):
    """A network that learns whole sequences.

    Args:
        network: The network; it keeps what is learned.
        kind: The task's kind, which decides the loss.
        setting: The optimizer: a text, a spec or a Keras optimizer.
        clip: The greatest global norm of a gradient; None for no limit.
        batch: B, how many sequences lead to one update.
        seed: The seed of the dropout.
    """

    def __init__(
        self, network: KerasNetwork, kind: Kind, setting: Any, clip: float | None, batch: int, seed: int
    ) -> None:
        self.network = network
        self._kind, self._clip, self._batch = kind, clip, batch
        self._new = optimizer(setting, network.body.trainable)
        self._memory = Memory([variable.numpy() for variable in self._new.variables])
        words = np.random.SeedSequence(seed).generate_state(2 * len(network.body.noise.variables))
        self._noise = Memory(list(words.reshape(-1, 2)))
        self._loop: BatchLoop | None = None
        self._updates = 0

    @property
    def updates(self) -> int:
        """How often the weights have been changed."""
        return self._updates

    def compile(self, chunk: Chunk) -> None:
        """A call of no mini-batches compiles the loop and changes nothing."""
        self._pass(chunk, 0)

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """One pass over the chunk's sequences, in the order given; the losses (B, T)."""
        losses = self._pass(chunk, chunk.lanes)
        batches = (chunk.weights[n : n + self._batch] for n in range(0, chunk.lanes, self._batch))
        self._updates += sum(bool((batch > 0).any()) for batch in batches)
        return losses

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots and random states, and the count of updates."""
        self._settle()
        return {
            "weights": self.network.weights(),
            "slots": [array.copy() for array in self._memory.arrays],
            "noise": [array.copy() for array in self._noise.arrays],
            "updates": self._updates,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        self._settle()
        self.network.load(state["weights"])
        self._memory.arrays = [np.array(array) for array in state["slots"]]
        self._noise.arrays = [np.array(array) for array in state["noise"]]
        self._updates = int(state["updates"])

    def _settle(self) -> None:
        with self.network.body.lock:
            self.network.body.noise.settle()
            if self._loop is not None:
                self._loop.slots.settle()

    def _pass(self, chunk: Chunk, count: int) -> NDArray[np.float32]:
        body = self.network.body
        with body.lock:
            loop = self._loop_for(chunk.steps)
            body.hold(self.network)
            loop.slots.lend(self._memory)
            body.noise.lend(self._noise)
            pieces = (slice(a, min(count, a + loop.sequences)) for a in range(0, max(count, 1), loop.sequences))
            losses = [loop(chunk.lanes_at(piece)) for piece in pieces]
            self.network.pull()
        return np.concatenate(losses)

    def _loop_for(self, steps: int) -> BatchLoop:
        """The program for sequences of that length; slots move on from the last one's."""
        body, new = self.network.body, self._new
        size = (self._batch, steps)
        key: Hashable = ("batch", self._kind, without_rate(new), self._clip, size)
        loop: BatchLoop = body.program(key, lambda: BatchLoop(body, self._kind, new, self._clip, size))
        if self._loop is not None and self._loop is not loop:
            self._loop.slots.settle()
        self._loop = loop
        return loop
