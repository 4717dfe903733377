"""Training on whole sequences: one compiled loop over many mini-batches, with full backpropagation through time.

    weights = optimizer(weights, clip(d/dweights sum w l / sum w))          for every mini-batch in which a step counts

Sequences may have any length, and mini-batches any size up to the learner's. Programs are compiled for the next power
of two, and the padding has weight 0.

Axis letters: R networks side by side, N mini-batches, B sequences of one, T steps, I inputs, O outputs.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractLearner, state_is_finite
from seqtasks.errors import UsageError
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.loss import Loss, step_loss
from seqtasks.keras.network import KerasNetwork
from seqtasks.keras.optimizer import clipped, without_rate
from seqtasks.keras.program import Program, all_finite, side_by_side
from seqtasks.keras.replicas import Replicas, count_updates
from seqtasks.keras.shared_variables import ParameterSnapshot, SharedVariables

CAPACITY: Final = 2**18  # numbers of input and target in one call of the compiled loop
SHORTEST: Final = 32  # least number of steps that a program is compiled for; steps of padding are not computed
LEAST: Final = 2**13  # steps of a mini-batch, all sequences together, that cost less than compiling another program

Divisor = Literal["weights", "steps"]


@final
@dataclass(frozen=True, slots=True)
class LoopState:
    """The state of a training between two calls of the compiled loop.

    Args:
        values: Weights and optimizer slots.
        noise: The random states of the dropout.
        finite: Whether all weights and slots are finite.
    """

    values: ParameterSnapshot
    noise: ParameterSnapshot
    finite: bool


@final
class BatchLoop:
    """The compiled loop for one architecture, optimizer, loss, number of networks, and size of a mini-batch.

    A mini-batch that is not full is padded with sequences of weight 0, which change neither loss nor gradient. A
    mini-batch of shorter sequences ends after their last step.
    """

    def __init__(
        self,
        arch: Architecture,
        loss: Loss,
        variables: Sequence[keras.Variable],
        optimizer: keras.optimizers.Optimizer,
        *,
        clip: float | None,
        divisor: Divisor,
        replicas: int,
        size: tuple[int, int],
    ) -> None:
        self.architecture, self.loss, self.clip, self._divisor = arch, loss, clip, divisor
        self._variables, self._optimizer, self._replicas = variables, optimizer, replicas
        self._shared = SharedVariables([*variables, *optimizer.variables])
        shapes = arch.shapes
        inputs = (1, np.int32) if shapes.symbols else (shapes.inputs, arch.dtype)
        targets = (1, np.int32) if loss == "class" else (shapes.outputs, arch.dtype)
        batch, steps = size
        self.sequences = batch * max(1, CAPACITY // (replicas * batch * steps * (inputs[0] + targets[0])))
        self._buffers = tuple(
            np.zeros((replicas, self.sequences, steps, *width), dtype)
            for width, dtype in ((inputs[:1], inputs[1]), (targets[:1], targets[1]), ((), arch.dtype))
        )
        self._batch = batch
        self._loop = Program(self._trace, arch.cells)

    def __call__(self, chunk: Chunk, before: LoopState) -> tuple[NDArray[np.float32], LoopState]:
        """Train each network on at most ``sequences`` sequences, in mini-batches, in their order.

        Args:
            chunk: R x S sequences, network by network.
            before: The state of the training.

        Returns:
            The losses (R S, T), and the new state.
        """
        count, steps = chunk.lanes // self._replicas, chunk.steps
        full = -(-count // self._batch) * self._batch
        for buffer, value in zip(self._buffers, (chunk.inputs, chunk.targets, chunk.weights), strict=True):
            buffer[:, :count, :steps] = value.reshape(self._replicas, count, *value.shape[1:])
            buffer[:, count:full, :steps] = 0
            buffer[:, :full, steps:] = 0
        batches = (
            buffer.reshape(self._replicas, -1, self._batch, *buffer.shape[2:]).swapaxes(0, 1)
            for buffer in self._buffers
        )
        arguments = (full // self._batch, steps, *batches)
        self._shared.swap_in(before.values)
        self.architecture.noise.swap_in(before.noise)
        stacked, values, noise, finite = self._loop(*(tf.constant(argument) for argument in arguments))
        self._shared.owner = values
        self.architecture.noise.owner = noise
        losses: NDArray[np.float32] = stacked.numpy().swapaxes(0, 1)  # (R, N, B, T)
        losses = losses.reshape(self._buffers[2].shape)[:, :count, :steps].reshape(chunk.weights.shape)
        return losses, LoopState(values, noise, bool(finite))

    def _trace(
        self, count: tf.Tensor, steps: tf.Tensor, inputs: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor
    ) -> tuple[Any, ...]:
        arch = self.architecture

        def divided_by(weights: tf.Tensor) -> tf.Tensor:
            return weights if self._divisor == "weights" else tf.cast(weights != 0, weights.dtype)

        def gradient(own: Any, inputs: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> Any:
            trained = arch.trained(own)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(trained)
                outputs = arch.sequences(own, arch.encode(inputs), training=True, steps=steps)
                values = step_loss(self.loss, targets, outputs)
                total = tf.reduce_sum(weights * values) / tf.maximum(tf.reduce_sum(divided_by(weights)), 1e-12)
            return values, tape.gradient(total, trained, unconnected_gradients=tf.UnconnectedGradients.ZERO)

        # XLA compiles no vectorised gradient of a loop, so networks take turns; mini-batches use all cores anyway
        gradients_of = side_by_side(gradient, self._replicas, vectorised=False)

        def learn(n: tf.Tensor, losses: tf.TensorArray) -> Any:
            batch = [tensor[n] if self._replicas > 1 else tensor[n, 0] for tensor in (inputs, targets, weights)]
            own = [tf.convert_to_tensor(variable.value) for variable in self._variables]
            values, gradients = gradients_of(own, *batch)

            def update() -> tf.Tensor:
                self._optimizer.apply(clipped(gradients, self.clip, self._replicas), arch.trained(self._variables))
                return tf.constant(0)

            # momentum would change the weights even though the gradient of a mini-batch of weight 0 is 0
            tf.cond(tf.reduce_any(batch[2] > 0), update, lambda: tf.constant(0))
            return n + 1, losses.write(n, tf.reshape(values, weights.shape[1:]))

        losses = tf.TensorArray(arch.dtype, weights.shape[0], element_shape=weights.shape[1:])
        _, losses = tf.while_loop(lambda n, _: n < count, learn, (tf.constant(0), losses))
        values = self._shared.read()
        return losses.stack(), values, arch.noise.read(), all_finite(values)


@final
class BatchLearner(AbstractLearner):
    """Networks of one architecture, each trained on whole sequences of its own.

    Args:
        networks: R networks; their weights change.
        loss: The loss: the kind of the task, or a custom loss.
        setting: The optimizer: a text, a spec or a Keras optimizer.
        clip: The maximum global norm of a gradient; None for no limit.
        batch: The number of sequences in a mini-batch.
        seed: The seed of the dropout.
        divisor: A mini-batch's sum w l is divided by the sum of its ``weights``, or by the number of its ``steps``
            that count.

    Raises:
        UsageError: If several networks cannot share such an optimizer, or have dropout.
    """

    def __init__(
        self,
        networks: Sequence[KerasNetwork],
        loss: Loss,
        setting: Any,
        clip: float | None,
        batch: int,
        seed: int,
        divisor: Divisor = "weights",
    ) -> None:
        self._replicas = Replicas(networks, setting)
        arch, count = self._replicas.architecture, len(networks)
        if arch.dropout and count > 1:
            raise UsageError(
                f"Replicas cannot have dropout ({arch.dropout}): in one program they would share its random numbers.",
                "Set dropout=0, or leave out replicas.",
            )
        self._loss, self._clip, self._divisor = loss, clip, divisor
        self._batch, self._room = batch, 1  # _room: sequences of a mini-batch that programs are compiled for
        words = np.random.SeedSequence(seed).generate_state(2 * len(arch.noise.variables))
        self._noise = arch.noise.pack(words.reshape(-1, 2))
        self._finite = True
        self._updates = 0

    @property
    def updates(self) -> int:
        """The number of updates of the weights so far."""
        return self._updates

    @property
    def is_finite(self) -> bool:
        """Whether weights and optimizer slots are finite, as the compiled loop found."""
        return self._finite

    def compile(self, chunk: Chunk) -> None:
        """Compile the loop, by a call with no mini-batches, which changes nothing."""
        with self._replicas.architecture.lock.checked:
            self._pass(chunk, 0)

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Train on the chunk's sequences once, in their order; the losses (R S, T).

        Raises:
            UsageError: If a mini-batch counts for one network and not for another.
        """
        counted = self._counted(chunk)
        with self._replicas.architecture.lock.checked:
            losses, after = self._pass(chunk, chunk.lanes // self._replicas.count)
            self._replicas.values, self._noise, self._finite = after.values, after.noise, after.finite
            self._updates += counted
        return losses

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots, random states, and the number of updates, copied."""
        with self._replicas.architecture.lock.checked:
            return {
                **self._replicas.state(),
                "noise": self._replicas.architecture.noise.unpack(self._noise),
                "room": self._room,
                "updates": self._updates,
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        with self._replicas.architecture.lock.checked:
            self._replicas.restore(state)
            self._noise = self._replicas.architecture.noise.pack(np.array(array) for array in state["noise"])
            self._finite = state_is_finite(state)
            self._room, self._updates = int(state["room"]), int(state["updates"])

    def snapshot(self) -> Any:
        """The current state, for :meth:`roll_back`. Nothing is copied, because nothing is changed in place."""
        with self._replicas.architecture.lock.checked:
            return self._replicas.snapshot(), (self._noise, self._finite, self._room, self._updates)

    def roll_back(self, snapshot: Any) -> None:
        """Restore what :meth:`snapshot` returned."""
        weights, own = snapshot
        with self._replicas.architecture.lock.checked:
            self._replicas.roll_back(weights)
            self._noise, self._finite, self._room, self._updates = own

    def _pass(self, chunk: Chunk, count: int) -> tuple[NDArray[np.float32], LoopState]:
        """The losses, and the state after ``count`` sequences of each network; the learner's own state stays."""
        replicas = self._replicas.count
        rows = np.arange(chunk.lanes).reshape(replicas, -1)
        losses = np.zeros(chunk.weights.shape, self._replicas.architecture.dtype)
        loop = self._loop_for(chunk.lanes // replicas, chunk.steps)
        now = LoopState(self._replicas.values, self._noise, self._finite)
        for first in range(0, max(count, 1), loop.sequences):
            chosen = rows[:, first : min(count, first + loop.sequences)].ravel()
            losses[chosen], now = loop(chunk.lanes_at(chosen), now)
        return losses, now

    def _counted(self, chunk: Chunk) -> int:
        """The number of mini-batches that count."""
        weights = chunk.weights.reshape(self._replicas.count, chunk.lanes // self._replicas.count, chunk.steps)
        batches = [weights[:, n : n + self._batch] for n in range(0, weights.shape[1], self._batch)]
        counts = np.array([(batch > 0).any(axis=(1, 2)) for batch in batches]).reshape(-1, self._replicas.count)
        return count_updates(counts.T, "mini-batch")

    def _loop_for(self, sequences: int, steps: int) -> BatchLoop:
        """The program for that many sequences of that length.

        Its mini-batches hold as many sequences as the largest chunk so far, at most the learner's batch size.
        """
        own = self._replicas
        arch, new, count = own.architecture, own.optimizer, own.count
        length = max(SHORTEST, _power_of_two(steps))
        self._room = min(self._batch, max(self._room, _power_of_two(sequences), LEAST // length))
        size = (self._room, length)
        key: Hashable = ("batch", self._loss, without_rate(new), self._clip, self._divisor, count, size)
        loop: BatchLoop = arch.program(
            key,
            lambda: BatchLoop(
                arch,
                self._loss,
                own.variables,
                new,
                clip=self._clip,
                divisor=self._divisor,
                replicas=count,
                size=size,
            ),
        )
        return loop


def _power_of_two(number: int) -> int:
    """The smallest power of two that is at least ``number``."""
    return 1 << max(0, number - 1).bit_length()
