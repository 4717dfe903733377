"""What trains the readout of a network alone: its states are found once, and a solver does the rest.

Axis letters: B lanes, T steps, N numbers that the readout sees, O outputs.
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
from seqtasks_modern_cells.least_squares import AbstractLeastSquares, Doubles, Rows


@final
class ReadoutLearner(AbstractStreamLearner):
    """A network whose readout follows a solver, and whose other weights stay as they are.

    The readout is solved for when somebody asks the network for its weights. Rows within ``washout`` steps of an
    episode's start are foretold and not learned.

    Args:
        network: The network; its readout is a dense layer with a bias.
        solver: Of N + 1 features, the last of which is 1.
        lanes: B.
        washout: How many steps of an episode leave no trace of its start.
    """

    def __init__(self, network: KerasNetwork, solver: AbstractLeastSquares, lanes: int, washout: int) -> None:
        self._network, self._solver, self._washout = network, solver, washout
        self._known: Held = network.held  # what the network held when it was last looked at
        self._below = below_readout(network)
        self._ages = np.zeros(lanes, np.int64)
        self._carry = self._below.initial_state(lanes)
        self._steps = 0

    @property
    def updates(self) -> int:
        """How often the readout has been changed."""
        return self._solver.updates

    def compile(self, chunk: Chunk) -> None:
        """Compile the loop that finds the states; changes nothing."""
        self._below.compile(chunk.lanes)

    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the steps that follow; the losses (B, T) of what was foretold."""
        return self.follow(chunk)[0]

    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """:meth:`learn`, and what was foretold (B, T, O)."""
        if chunk.lanes != len(self._ages):
            raise ValueError(f"The chunk has {chunk.lanes} lanes; this learner has {len(self._ages)}.")
        if self._network.held is not self._known:  # somebody else gave the network other weights
            self._see()
        ages, weights = self._aged(chunk)
        features, self._carry = self._features(chunk.inputs, chunk.starts)
        targets = chunk.targets.swapaxes(0, 1).astype(np.float64)
        by_itself = self._by_itself(features, weights)
        with np.errstate(over="ignore", invalid="ignore"):  # what has diverged is reported, not warned about
            foretold = self._solver.follow(Rows(features, targets, weights.T.astype(np.float64)))
        foretold[: len(by_itself)] = by_itself
        self._ages, self._steps = ages, self._steps + chunk.steps
        if self.updates:
            self._known = self._network.held = Fetched(self._solved)
        outputs = foretold.swapaxes(0, 1)
        return step_losses("real", chunk.targets, outputs).astype(np.float32), outputs.astype(
            self._network.architecture.dtype
        )

    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """What the network, solved for all steps so far, says to steps that would follow; changes nothing."""
        features, _ = self._features(inputs, starts)
        *_, kernel, bias = self._network.arrays
        outputs: Array = features.astype(kernel.dtype)[..., :-1] @ kernel + bias
        return outputs.swapaxes(0, 1)

    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Move on over steps without learning."""
        nothing = np.zeros((*starts.shape, self._network.shapes.outputs), np.float32)
        self.follow(Chunk(inputs, nothing, nothing[..., 0], starts))

    def state(self) -> Mapping[str, Any]:
        """The weights, what the solver knows, and where in the stream each lane is."""
        return {
            "weights": self._network.weights(),
            "solver": self._solver.state(),
            "carry": [array.copy() for array in self._carry],
            "ages": self._ages.copy(),
            "steps": self._steps,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        self._network.load(state["weights"])
        self._see()
        self._solver.restore(state["solver"])
        self._carry = tuple(np.array(array) for array in state["carry"])
        self._ages, self._steps = np.array(state["ages"]), int(state["steps"])

    @property
    def is_finite(self) -> bool:
        """Whether all that the solver knows, and the network's state, is finite; nothing is solved for."""
        return state_is_finite([self._solver.state(), self._carry])

    def snapshot(self) -> Any:
        """What :meth:`roll_back` goes back to; nothing is solved for."""
        return self._solver.state(), (
            self._network.held,
            self._known,
            self._below,
            self._carry,
            self._ages,
            self._steps,
        )

    def roll_back(self, snapshot: Any) -> None:
        """Go back to where the snapshot was taken."""
        solver, own = snapshot
        self._solver.restore(solver)
        self._network.held, self._known, self._below, self._carry, self._ages, self._steps = own

    def _see(self) -> None:
        """Take the network's weights as they are."""
        self._known = self._network.held
        self._below = below_readout(self._network)

    def _features(self, inputs: Array, starts: NDArray[np.bool_]) -> tuple[Doubles, tuple[Array, ...]]:
        """(T, B, N + 1): what the readout sees, and 1; and the state after the last step."""
        if self._steps == 0:  # a stream begins there whether it says so or not
            starts = starts.copy()
            starts[:, :1] = True
        below, carry = self._below.run(inputs, starts, self._carry)
        seen = below.swapaxes(0, 1).astype(np.float64)
        return np.concatenate([seen, np.ones((*seen.shape[:2], 1))], axis=2), carry

    def _by_itself(self, features: Doubles, weights: Array) -> Doubles:
        """What the network's own readout says to the steps before its first change, that which leads to it included."""
        counts = (weights > 0).any(axis=0)
        steps = 0 if self.updates else int(counts.argmax()) + 1 if counts.any() else len(features)
        *_, kernel, bias = self._network.arrays
        said: Doubles = features[:steps, :, :-1] @ kernel + bias
        return said

    def _aged(self, chunk: Chunk) -> tuple[NDArray[np.int64], Array]:
        """How old each lane's episode is after the chunk, and the weights without those of the washout."""
        ages = np.empty(chunk.weights.shape, np.int64)
        now = self._ages
        for t in range(chunk.steps):
            now = np.where(chunk.starts[:, t], 0, now)
            ages[:, t] = now
            now = now + 1
        return now, np.where(ages >= self._washout, chunk.weights, 0)

    def _solved(self) -> list[Array]:
        """The network's weights with the solution for its readout."""
        *readout, bias = self._solver.solution()
        arrays = [*self._below.arrays, np.stack(readout), bias]
        return [np.asarray(array, self._network.architecture.dtype) for array in arrays]


def below_readout(network: KerasNetwork) -> KerasNetwork:
    """The network without its readout, whose outputs are what that sees; it shares the layers and their programs."""
    whole = network.architecture

    def make() -> Architecture:
        return Architecture([part.layer for part in whole.layers], None, whole.shapes, 0.0)

    arch: Architecture = whole.program("below the readout", make)
    return KerasNetwork(arch, network.arrays[: len(arch.variables)], lambda: ([p.layer for p in arch.layers], None))
