"""The learner of online trainers: networks in training, and the state of their training between calls."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, final

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractStreamLearner, state_is_finite
from seqtasks.keras.credit.rule import AbstractCredit, Carry
from seqtasks.keras.loss import Loss
from seqtasks.keras.network import KerasNetwork
from seqtasks.keras.online_loop import LoopState, OnlineLoop
from seqtasks.keras.optimizer import without_rate
from seqtasks.keras.replicas import Replicas, count_updates


@final
class OnlineLearner(AbstractStreamLearner):
    """Networks of one architecture, each trained one step at a time on lanes of its own.

    Args:
        networks: R networks; their weights change.
        loss: The loss: the kind of the task, or a custom loss.
        credit: The credit rule.
        setting: The optimizer: a text, a spec or a Keras optimizer.
        clip: The maximum global norm of a gradient; None for no limit.
        lanes: B, for each network.
        seeds: The seed of the random numbers of each network's rule.

    Raises:
        UsageError: If several networks cannot share such an optimizer.
    """

    def __init__(
        self,
        networks: Sequence[KerasNetwork],
        loss: Loss,
        credit: AbstractCredit,
        setting: Any,
        clip: float | None,
        lanes: int,
        seeds: Sequence[int],
    ) -> None:
        self._replicas = own = Replicas(networks, setting)
        arch, count = own.architecture, own.count
        key: Hashable = ("online", loss, credit, without_rate(own.optimizer), clip, count, lanes)
        self._loop: OnlineLoop = arch.program(
            key,
            lambda: OnlineLoop(
                arch, loss, credit, own.variables, own.optimizer, clip=clip, replicas=count, lanes=lanes
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
        """The number of updates so far."""
        return self._updates

    @property
    def is_finite(self) -> bool:
        """Whether weights, optimizer slots and the carry of the rule are finite; the compiled loop checks it."""
        return self._finite

    def compile(self, chunk: Chunk) -> None:
        """Compile the loop by a call of no steps, which changes nothing."""
        self.learn(chunk.between(0, 0))

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the next steps of the stream; return the losses (R B, T).

        Raises:
            UsageError: If a step counts for one network and not for another.
        """
        return self.follow(chunk)[0]

    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """:meth:`learn`, and the outputs (R B, T, O) before each update."""
        if chunk.lanes != self._rows:
            raise ValueError(f"The chunk has {chunk.lanes} lanes; this learner has {self._rows}.")
        updates = self._updates_of(chunk)
        with self._replicas.architecture.lock.checked:
            losses, outputs, after = self._run(chunk)
            if updates:
                self._replicas.values = after.values
            self._carry, self._finite = after.carry, after.finite
            self._steps += chunk.steps
            self._updates += updates
        return losses, outputs

    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """The outputs (R B, T, O) for the next steps; changes nothing."""
        return self._run(self._uncounted(inputs, starts))[1]

    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Go over steps without an update."""
        self.follow(self._uncounted(inputs, starts))

    def stream_state(self) -> Mapping[str, Any]:
        """The carry of the rule, and how many steps the stream has; nothing is copied."""
        return {"carry": list(self._carry), "steps": self._steps}

    def resume_stream(self, state: Mapping[str, Any]) -> None:
        """Go on with another stream."""
        with self._replicas.architecture.lock.checked:
            self._carry, self._steps = [tf.convert_to_tensor(each) for each in state["carry"]], int(state["steps"])

    def rescale_outputs(self, gain: Array, offset: Array) -> bool:
        """Change the readout if it is linear and the optimizer continues from any weights."""
        with self._replicas.architecture.lock.checked:
            return self._replicas.rescale_outputs(gain, offset)

    def _uncounted(self, inputs: Array, starts: NDArray[np.bool_]) -> Chunk:
        """The steps with weight 0."""
        nothing = np.zeros((*starts.shape, 1), np.float32)
        return Chunk(inputs, nothing, nothing[..., 0], starts)

    def _run(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array, LoopState]:
        """Losses, outputs, and the state after the chunk, which is not yet the learner's."""
        loop, results = self._loop, []
        with self._replicas.architecture.lock.checked:
            if self._steps == 0:
                chunk = _with_start(chunk)
            now = LoopState(self._replicas.values, self._carry, self._finite)
            for first in range(0, max(chunk.steps, 1), loop.capacity):
                losses, outputs, now = loop(chunk.between(first, first + loop.capacity), now, self._steps + first)
                results.append((losses, outputs))
        losses, outputs = (np.concatenate(each).swapaxes(0, 1) for each in zip(*results, strict=True))
        return losses, outputs, now

    def state(self) -> Mapping[str, Any]:
        """Weights, optimizer slots, the carry of the rule, and the counts, copied."""
        with self._replicas.architecture.lock.checked:
            return {
                **self._replicas.state(),
                "carry": [tensor.numpy() for tensor in self._carry],
                "steps": self._steps,
                "updates": self._updates,
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to the state."""
        with self._replicas.architecture.lock.checked:
            self._replicas.restore(state)
            self._carry = [tf.constant(np.array(array)) for array in state["carry"]]
            self._finite = state_is_finite(state)
            self._steps, self._updates = int(state["steps"]), int(state["updates"])

    def snapshot(self) -> Any:
        """A snapshot of the learner; nothing is copied, because nothing is changed in place."""
        with self._replicas.architecture.lock.checked:
            return self._replicas.snapshot(), (self._carry, self._finite, self._steps, self._updates)

    def roll_back(self, snapshot: Any) -> None:
        """Go back to the snapshot."""
        weights, own = snapshot
        with self._replicas.architecture.lock.checked:
            self._replicas.roll_back(weights)
            self._carry, self._finite, self._steps, self._updates = own

    def _updates_of(self, chunk: Chunk) -> int:
        """The number of steps that count."""
        weights = chunk.weights.reshape(self._replicas.count, self._lanes, chunk.steps)
        return count_updates((weights != 0).any(axis=1), "step")


def _with_start(chunk: Chunk) -> Chunk:
    """The chunk with a start at its first step, because the stream begins there."""
    starts = chunk.starts.copy()
    starts[:, :1] = True
    return replace(chunk, starts=starts)
