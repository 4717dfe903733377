"""The interface of trainers, learners and feeds: how a network gets its data, and how its weights change."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import AbstractTask, Chunk, FixedSets, Objective
from seqtasks.errors import UsageError

UNKNOWN_DEPTH_WINDOW: Final = 10
LONGEST_WINDOW: Final = 1000


def window_for(objective: Objective, setting: int | None) -> int:
    """The truncation length of an online learner, in steps.

    Args:
        objective: What is minimized.
        setting: The trainer's setting; None for the objective's depth, but at most 1000, and 10 if that is unknown.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> [window_for(Objective(Shapes(1, 1), depth), None) for depth in (4, None, 5000)]
        [4, 10, 1000]
    """
    return setting or min(LONGEST_WINDOW, objective.depth or UNKNOWN_DEPTH_WINDOW)


class AbstractLearner(ABC):
    """A network in training, with the state of its training."""

    @property
    @abstractmethod
    def updates(self) -> int:
        """The number of updates of the weights so far."""

    @abstractmethod
    def compile(self, chunk: Chunk) -> None:
        """Compile the programs for chunks of this shape; changes nothing else."""

    @abstractmethod
    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the next steps.

        The result does not depend on how steps are cut into chunks.

        Returns:
            (B, T): the loss of each step, before the update that the step led to.
        """

    @abstractmethod
    def state(self) -> Mapping[str, Any]:
        """The whole state of the training: numbers, texts, arrays, and mappings and lists of them.

        The returned state does not change when the learner learns.
        """

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to a state that :meth:`state` returned."""

    @property
    def is_finite(self) -> bool:
        """Whether every number of the state is finite; override it if the learner knows that without a copy."""
        return state_is_finite(self.state())

    def snapshot(self) -> Any:
        """A snapshot for :meth:`roll_back`: the state, unless a learner has one that costs less.

        A snapshot is taken before each call of ``partial_fit``. It stays in this process, next to its learner.
        """
        return self.state()

    def roll_back(self, snapshot: Any) -> None:
        """Go back to a snapshot."""
        self.restore(snapshot)


def state_is_finite(state: Any) -> bool:
    """Whether every floating-point number in the arrays of a state is finite.

    Example:
        >>> state_is_finite({"weights": [np.ones(2)], "steps": 3}), state_is_finite([np.array([1.0, np.inf])])
        (True, False)
    """
    if isinstance(state, Mapping):
        return all(map(state_is_finite, state.values()))
    if isinstance(state, list | tuple):
        return all(map(state_is_finite, state))
    return not isinstance(state, np.ndarray) or state.dtype.kind not in "fc" or bool(np.isfinite(state).all())


class AbstractStreamLearner(AbstractLearner):
    """A learner of an endless stream, which carries the network's state from call to call."""

    @abstractmethod
    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """Learn the next steps, as :meth:`learn`, and return the outputs, too.

        Returns:
            The losses (B, T) and the outputs (B, T, O) of each step, before the update that the step led to.
        """

    @abstractmethod
    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """Return the outputs for steps that would come next; changes nothing.

        Args:
            inputs: (B, T, I), or symbols (B, T, 1).
            starts: (B, T); where true, an episode starts.

        Returns:
            The outputs (B, T, O).
        """

    @abstractmethod
    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Go over the next steps without an update.

        Args:
            inputs: (B, T, I), or symbols (B, T, 1).
            starts: (B, T); where true, an episode starts.
        """

    def stream_state(self) -> Mapping[str, Any]:
        """The state that the stream leaves at its last step: :meth:`state` without weights and optimizer.

        A learner that has it learns several streams in turn.

        Raises:
            NotImplementedError: By default.
        """
        raise NotImplementedError

    def resume_stream(self, state: Mapping[str, Any]) -> None:
        """Go on with another stream, where :meth:`stream_state` was taken; weights and optimizer stay.

        Raises:
            NotImplementedError: By default.
        """
        raise NotImplementedError

    def rescale_outputs(self, gain: Array, offset: Array) -> bool:
        """Change the readout so that every output o becomes gain o + offset; the state stays as it is.

        Args:
            gain: (O,).
            offset: (O,).

        Returns:
            Whether the readout was changed; by default it is not.
        """
        return False


class AbstractFeed(ABC):
    """The data of a run, chunk by chunk, until the budget is used up.

    The data up to a step, and the validation losses, do not depend on the budget: a finished run can be resumed with a
    larger one.
    """

    @property
    @abstractmethod
    def total(self) -> int:
        """The budget in time steps, over all lanes and sequences, including repeats."""

    @abstractmethod
    def take(self, steps: int) -> Chunk | None:
        """The next chunk, of about ``steps`` time steps over all lanes; None at the end."""

    @abstractmethod
    def in_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """The values (B, T) of a chunk's steps as a vector, in the order in which the steps are learned."""

    @abstractmethod
    def learned(self) -> Mapping[str, float] | None:
        """Called after the last chunk was learned.

        Returns:
            The validation ``loss``, and the score of the metric that the best epoch goes by, under its name; None if
            they are not measured now.
        """

    def finish(self) -> Mapping[str, float] | None:
        """Called when the budget is used up; as :meth:`learned`, and may restore the best weights."""
        return None

    @property
    def sets(self) -> FixedSets | None:
        """The sequences that are learned, and those that are not; None if there are no such sets."""
        return None

    @property
    def held_out_weights(self) -> Sequence[Array] | None:
        """The network's weights before it learned the validation set of :attr:`sets`; None if it did not."""
        return None

    @property
    def stopped(self) -> bool:
        """Whether the training has ended before its budget, so that :meth:`take` returns None."""
        return False

    def keep(self) -> None:
        """Load the best weights into the network of a feed that has stopped, because other replicas learn on."""
        return

    @property
    def best_epoch(self) -> int | None:
        """The epoch, counted from 1, whose weights the network has at the end; None if the last weights stay."""
        return None

    @abstractmethod
    def state(self) -> Mapping[str, Any]:
        """The state after the last chunk, which does not depend on the budget; as :meth:`AbstractLearner.state`."""

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to a state that :meth:`state` returned; the budget is that of this feed."""


class AbstractTrainer(ABC):
    """The settings of a training. Subclasses are final, and frozen dataclasses if possible.

    Attributes:
        lanes: B, the number of lanes of a stream that its learners take; None if they learn whole sequences, of which
            they take any number.
    """

    lanes: int | None = None

    @abstractmethod
    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """Return a learner that minimizes this objective. What it learns goes into the network's weights.

        Args:
            network: The network.
            objective: Shapes, loss and depth.
            seed: The seed of the random numbers of the training itself.

        Raises:
            UsageError: If this trainer cannot train this network.
        """

    def replicas(
        self, networks: Sequence[AbstractNetwork], objective: Objective, seeds: Sequence[int]
    ) -> AbstractLearner:
        """Return a learner that trains R networks of one architecture side by side, each as if it were alone.

        The lanes of its chunks and losses are R x B, replica after replica: r has lanes r B to (r + 1) B - 1. Its
        ``updates`` are those of one replica.

        Args:
            networks: The networks, R of them.
            objective: Shapes, loss and depth.
            seeds: The seed of each.

        Raises:
            UsageError: If this trainer cannot train these networks, or, by default, trains one network at a time.
        """
        raise UsageError(
            f"The trainer {type(self).__name__} trains one network at a time.", "Leave out --replicas (replicas=)."
        )

    @abstractmethod
    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> AbstractFeed:
        """Return the feed of the learner.

        Args:
            task: The task, which draws the data.
            network: The network, for trainers that validate it during training.
            seed: The seed of the data and their order.
            steps: The budget in time steps over all lanes and sequences; None for the trainer's own.
            epochs: The budget in passes over a fixed set, where the trainer has one.

        Raises:
            UsageError: If the trainer does not support such a budget.
        """

    @abstractmethod
    def truncation_length(self, objective: Objective) -> int | None:
        """After how many cell evaluations gradients are truncated; None if they are not."""
