"""Online training on a stream, one step at a time, by a compiled loop.

Axis letters: R networks, B lanes of each, T steps, O outputs, P weights.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk, Kind
from seqtasks.core.trainer import AbstractStreamLearner, state_is_finite
from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.compiled import kernel
from seqtasks_native.laws import SLOTS, Law
from seqtasks_native.layer import new_scratch
from seqtasks_native.layout import parts
from seqtasks_native.loop import Data, Training, learning_loop
from seqtasks_native.loss import KINDS
from seqtasks_native.rules.rule import Rule
from seqtasks_native.source import Source


@final
class OneNetwork:
    """The training of one network.

    Args:
        source: The network; its weights change.
        kind: The kind of the task, which names the loss.
        rule: The credit rule.
        setting: The setting of the rule.
        law: The optimizer.
        lanes: B.
    """

    def __init__(self, source: Source, kind: Kind, rule: Rule, setting: Any, law: Law, lanes: int) -> None:
        self.source, self._kind, self._law, self.lanes = source, kind, law, lanes
        own = source.network
        self._learn = _loop(own.cell, rule)
        values = own.values
        self._training = Training(
            parts(values, own.layout),
            parts(np.zeros_like(values), own.layout),
            np.zeros((SLOTS, values.size), values.dtype),
            np.zeros(2, np.int64),
        )
        self._carry = rule.new(own.layout, lanes, setting, own.dtype)
        self._memory = rule.work(own.layout, setting, own.dtype), new_scratch(own.layout, own.dtype)
        self._constants = np.array([own.constants], own.dtype)

    @property
    def updates(self) -> int:
        """The number of updates so far."""
        return int(self._training.counts[1])

    @property
    def gradient(self) -> Array:
        """The gradient (P,) at the last step that counted, a copy."""
        return self._training.grad.vector.copy()

    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """Learn the steps; the losses (B, T) and the outputs (B, T, O) before each update."""
        self.source.pull()
        result = self._run(self._training, self._carry, chunk)
        if chunk.weights.any():
            self.source.push()
        return result

    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """The outputs (B, T, O) for steps that would follow; changes nothing."""
        self.source.pull()
        apart = self._training._replace(counts=self._training.counts.copy())
        return self._run(apart, _copied(self._carry), _uncounted(inputs, starts, self._targets))[1]

    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Run steps without learning them."""
        self.follow(_uncounted(inputs, starts, self._targets))

    def rescale_outputs(self, gain: Array, offset: Array) -> bool:
        """Change the readout, if there is one."""
        if not self.source.network.layout.dense:
            return False
        self.source.pull()
        net = self._training.net
        net.kernel[:] *= gain
        net.bias[:] = net.bias * gain + offset
        self.source.push()
        return True

    def state(self) -> dict[str, Any]:
        """Weights, slots, carry and counts, copied."""
        self.source.pull()
        training = self._training
        return {
            "weights": training.net.vector.copy(),
            "slots": training.slots.copy(),
            "counts": training.counts.copy(),
            "carry": [array.copy() for array in _flat(self._carry)],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to such a state."""
        training = self._training
        training.net.vector[:], training.slots[:] = state["weights"], state["slots"]
        training.counts[:] = state["counts"]
        for own, array in zip(_flat(self._carry), state["carry"], strict=True):
            own[:] = array
        self.source.push()

    @property
    def is_finite(self) -> bool:
        """Whether weights, slots and carry are finite."""
        return state_is_finite([self._training.net.vector, self._training.slots, *_flat(self._carry)])

    @property
    def _targets(self) -> int:
        return 1 if self._kind == "class" else self.source.network.shapes.outputs

    def _run(self, training: Training, carry: Any, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        own = self.source.network
        dtype, (lanes, steps) = own.dtype, chunk.weights.shape
        data = Data(
            own.encoded(chunk.inputs),
            np.ascontiguousarray(chunk.targets, dtype).reshape(lanes * steps, -1 if steps else self._targets),
            np.ascontiguousarray(chunk.weights, dtype),
            np.array(chunk.starts),
        )
        if steps and training.counts[0] == 0:
            data.starts[:, 0] = True  # the stream begins here
        losses, outputs = np.zeros((lanes, steps), dtype), np.zeros((lanes * steps, own.layout.outputs), dtype)
        self._learn(
            training,
            own.layout,
            self._constants,
            self._law,
            KINDS[self._kind],
            data,
            carry,
            *self._memory,
            losses,
            outputs,
        )
        return losses.astype(np.float32), outputs.reshape(lanes, steps, own.layout.outputs)


@final
class NativeLearner(AbstractStreamLearner):
    """R networks, each trained on lanes of its own; several in threads, for the compiled loop releases Python's lock.

    Args:
        networks: The trainings, of one architecture.
    """

    def __init__(self, networks: Sequence[OneNetwork]) -> None:
        self._networks = networks

    @property
    def updates(self) -> int:
        """The number of updates of one network so far."""
        return self._networks[0].updates

    @property
    def is_finite(self) -> bool:
        """Whether all weights, slots and carries are finite."""
        return all(network.is_finite for network in self._networks)

    def compile(self, chunk: Chunk) -> None:
        """Compile the loop, or read it from disk, by a call of no steps."""
        self._networks[0].follow(chunk.between(0, 0).lanes_at(slice(0, self._networks[0].lanes)))

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the next steps; returns the losses (R B, T)."""
        return self.follow(chunk)[0]

    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """:meth:`learn`, and the outputs (R B, T, O) before each update."""
        rows = len(self._networks) * self._networks[0].lanes
        if chunk.lanes != rows:
            raise ValueError(f"The chunk has {chunk.lanes} lanes; this learner has {rows}.")
        results = self._each(lambda network, own: network.follow(chunk.lanes_at(own)))
        losses, outputs = zip(*results, strict=True)
        return np.concatenate(losses), np.concatenate(outputs)

    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """The outputs (R B, T, O) for steps that would follow; changes nothing."""
        return np.concatenate(self._each(lambda network, own: network.predict(inputs[own], starts[own])))

    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Run steps without learning them."""
        self._each(lambda network, own: network.advance(inputs[own], starts[own]))

    def rescale_outputs(self, gain: Array, offset: Array) -> bool:
        """Change the readout of every network, if there is one; the optimizers go on from any weights."""
        changed = [network.rescale_outputs(gain, offset) for network in self._networks]
        return all(changed)

    def gradients(self) -> list[Array]:
        """The gradient (P,) of each network at the last step that counted, clipped, in the order of its vector."""
        return [network.gradient for network in self._networks]

    def state(self) -> Mapping[str, Any]:
        """The states of all networks."""
        return {"networks": [network.state() for network in self._networks]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to the state."""
        for network, own in zip(self._networks, state["networks"], strict=True):
            network.restore(own)

    def _each(self, action: Callable[[OneNetwork, slice], Any]) -> list[Any]:
        """The results of all networks, each with its lanes."""
        lanes = self._networks[0].lanes
        places = [slice(r * lanes, (r + 1) * lanes) for r in range(len(self._networks))]
        if len(self._networks) == 1:
            return [action(self._networks[0], places[0])]
        with ThreadPoolExecutor(min(len(self._networks), os.cpu_count() or 1)) as pool:
            return list(pool.map(action, self._networks, places))


@cache
def _loop(cell: type[AbstractNativeCell], rule: Rule) -> Any:
    """The compiled loop of a cell and a rule."""
    return kernel(learning_loop(cell, rule), cell)


def _flat(carry: Any) -> list[Array]:
    """The arrays of a carry."""
    return [each for part in carry for each in (_flat(part) if isinstance(part, tuple) else [part])]


def _copied(carry: Any) -> Any:
    """A copy of a carry."""
    return type(carry)(*(_copied(part) if isinstance(part, tuple) else part.copy() for part in carry))


def _uncounted(inputs: Array, starts: NDArray[np.bool_], targets: int) -> Chunk:
    """The steps with weight 0."""
    nothing = np.zeros((*starts.shape, targets), np.float32)
    return Chunk(inputs, nothing, nothing[..., 0], starts)
