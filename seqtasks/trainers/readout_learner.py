"""Training of the readout alone: the network computes its states, and a least-squares solver the readout.

Axis letters: B lanes, T steps, N inputs of the readout, O outputs.
"""

from collections.abc import Mapping
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.loss import step_losses
from seqtasks.core.network import Array
from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractStreamLearner, state_is_finite
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.network import Fetched, Held, KerasNetwork
from seqtasks.trainers.least_squares import AbstractLeastSquares, Doubles, Rows


@final
class ReadoutLearner(AbstractStreamLearner):
    """A learner that solves for a network's readout and leaves the other weights as they are.

    The readout is computed when the network's weights are read. Rows within ``washout`` steps of an episode's start are
    predicted but not learned.

    Args:
        network: The network; its readout is a dense layer with a bias.
        solver: A solver for N + 1 features, the last of which is 1.
        lanes: B.
        washout: The number of steps at the start of an episode that are not learned.
    """

    def __init__(self, network: KerasNetwork, solver: AbstractLeastSquares, lanes: int, washout: int) -> None:
        self._network, self._solver, self._washout = network, solver, washout
        self._known: Held = network.held  # weights that the learner has accounted for
        self._below = below_readout(network)
        self._ages = np.zeros(lanes, np.int64)
        self._carry = self._below.initial_state(lanes)
        self._steps = 0

    @property
    def updates(self) -> int:
        """The number of updates of the readout so far."""
        return self._solver.updates

    def compile(self, chunk: Chunk) -> None:
        """Compile the loop that computes the states; changes nothing."""
        self._below.compile(chunk.lanes)

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the steps that follow; returns the losses (B, T) of the predictions."""
        return self.follow(chunk)[0]

    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """:meth:`learn`, and the predictions (B, T, O)."""
        if chunk.lanes != len(self._ages):
            raise ValueError(f"The chunk has {chunk.lanes} lanes; this learner has {len(self._ages)}.")
        if self._network.held is not self._known:  # other code has loaded weights into the network
            self._reload()
        ages, weights = self._aged(chunk)
        features, self._carry = self._features(chunk.inputs, chunk.starts)
        targets = chunk.targets.swapaxes(0, 1).astype(np.float64)
        untrained = self._untrained(features, weights)
        with np.errstate(over="ignore", invalid="ignore"):  # a divergence is reported later, as an error
            predicted = self._solver.follow(Rows(features, targets, weights.T.astype(np.float64)))
        predicted[: len(untrained)] = untrained
        self._ages, self._steps = ages, self._steps + chunk.steps
        if self.updates:
            self._known = self._network.held = Fetched(self._solved)
        outputs = predicted.swapaxes(0, 1)
        return step_losses("real", chunk.targets, outputs).astype(np.float32), outputs.astype(
            self._network.architecture.dtype
        )

    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """The outputs (B, T, O) for steps that would follow, with the readout of all steps so far; changes nothing."""
        features, _ = self._features(inputs, starts)
        *_, kernel, bias = self._network.arrays
        outputs: Array = features.astype(kernel.dtype)[..., :-1] @ kernel + bias
        return outputs.swapaxes(0, 1)

    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Run steps without learning them."""
        nothing = np.zeros((*starts.shape, self._network.shapes.outputs), np.float32)
        self.follow(Chunk(inputs, nothing, nothing[..., 0], starts))

    def state(self) -> Mapping[str, Any]:
        """Weights, solver, hidden state, and the position of each lane in its episode, copied."""
        return {
            "weights": self._network.weights(),
            "solver": self._solver.state(),
            "carry": [array.copy() for array in self._carry],
            "ages": self._ages.copy(),
            "steps": self._steps,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._network.load(state["weights"])
        self._reload()
        self._solver.restore(state["solver"])
        self._carry = tuple(np.array(array) for array in state["carry"])
        self._ages, self._steps = np.array(state["ages"]), int(state["steps"])

    @property
    def is_finite(self) -> bool:
        """Whether the solver's state and the hidden state are finite. The readout is not computed."""
        return state_is_finite([self._solver.state(), self._carry])

    def snapshot(self) -> Any:
        """The current state, for :meth:`roll_back`. The readout is not computed."""
        return self._solver.state(), (
            self._network.held,
            self._known,
            self._below,
            self._carry,
            self._ages,
            self._steps,
        )

    def roll_back(self, snapshot: Any) -> None:
        """Restore what :meth:`snapshot` returned."""
        solver, own = snapshot
        self._solver.restore(solver)
        self._network.held, self._known, self._below, self._carry, self._ages, self._steps = own

    def _reload(self) -> None:
        """Use the network's current weights below the readout."""
        self._known = self._network.held
        self._below = below_readout(self._network)

    def _features(self, inputs: Array, starts: NDArray[np.bool_]) -> tuple[Doubles, tuple[Array, ...]]:
        """The readout's inputs and a 1, (T, B, N + 1), and the hidden state after the last step."""
        if self._steps == 0:  # the first step of a stream starts an episode, even if it is not marked
            starts = starts.copy()
            starts[:, :1] = True
        below, carry = self._below.run(inputs, starts, self._carry)
        phi = below.swapaxes(0, 1).astype(np.float64)
        return np.concatenate([phi, np.ones((*phi.shape[:2], 1))], axis=2), carry

    def _untrained(self, features: Doubles, weights: Array) -> Doubles:
        """The outputs of the initial readout, for all steps up to the first one that is learned."""
        counts = (weights > 0).any(axis=0)
        steps = 0 if self.updates else int(counts.argmax()) + 1 if counts.any() else len(features)
        *_, kernel, bias = self._network.arrays
        outputs: Doubles = features[:steps, :, :-1] @ kernel + bias
        return outputs

    def _aged(self, chunk: Chunk) -> tuple[NDArray[np.int64], Array]:
        """The age of each lane's episode after the chunk, and the weights, 0 within the washout."""
        ages = np.empty(chunk.weights.shape, np.int64)
        now = self._ages
        for t in range(chunk.steps):
            now = np.where(chunk.starts[:, t], 0, now)
            ages[:, t] = now
            now = now + 1
        return now, np.where(ages >= self._washout, chunk.weights, 0)

    def _solved(self) -> list[Array]:
        """The network's weights, with the solution as its readout."""
        *readout, bias = self._solver.solution()
        arrays = [*self._below.arrays, np.stack(readout), bias]
        return [np.asarray(array, self._network.architecture.dtype) for array in arrays]


def below_readout(network: KerasNetwork) -> KerasNetwork:
    """The network without its readout: its outputs are the readout's inputs. Layers and programs are shared."""
    whole = network.architecture

    def make() -> Architecture:
        return Architecture([part.layer for part in whole.layers], None, whole.shapes, 0.0)

    arch: Architecture = whole.program("below the readout", make)
    return KerasNetwork(arch, network.arrays[: len(arch.variables)], lambda: ([p.layer for p in arch.layers], None))
