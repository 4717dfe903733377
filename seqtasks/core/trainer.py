"""What a trainer is: how a network is fed, and how credit for a step's loss reaches its weights."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import AbstractTask, Chunk, Objective
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
    """A network in training, and everything its training remembers."""

    @property
    @abstractmethod
    def updates(self) -> int:
        """How often the weights have been changed."""

    @abstractmethod
    def compile(self, chunk: Chunk) -> None:
        """Get ready to learn chunks of this width; changes nothing."""

    @abstractmethod
    def learn(self, chunk: Chunk) -> NDArray[np.float32]:
        """Learn the steps that follow the last ones learned.

        How steps are cut into chunks changes no result.

        Returns:
            (B, T): the loss of each step, before the update that the step led to.
        """

    @abstractmethod
    def state(self) -> Mapping[str, Any]:
        """Everything that goes on from here: numbers, texts, arrays, and mappings and lists of them.

        What was taken stays as it is when the learner goes on.
        """

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where :meth:`state` was taken."""

    @property
    def is_finite(self) -> bool:
        """Whether every number of the state is finite; override it where that is known without a copy of the state."""
        return state_is_finite(self.state())

    def snapshot(self) -> Any:
        """What :meth:`roll_back` goes back to: the state, unless a learner has something that costs less.

        A snapshot is taken before each call of ``partial_fit``. It stays in this process, next to its learner.
        """
        return self.state()

    def roll_back(self, snapshot: Any) -> None:
        """Go back to where :meth:`snapshot` was taken."""
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
    """A learner of an endless stream, one step after another: its place in the stream goes with it."""

    @abstractmethod
    def follow(self, chunk: Chunk) -> tuple[NDArray[np.float32], Array]:
        """:meth:`learn`, and see what the network said.

        Returns:
            The losses (B, T) and the outputs (B, T, O) of each step, before the update that the step led to.
        """

    @abstractmethod
    def predict(self, inputs: Array, starts: NDArray[np.bool_]) -> Array:
        """What the network says to steps that would follow the last ones learned; changes nothing.

        Args:
            inputs: (B, T, I), or symbols (B, T, 1).
            starts: (B, T); where true, an episode starts.

        Returns:
            The outputs (B, T, O).
        """

    @abstractmethod
    def advance(self, inputs: Array, starts: NDArray[np.bool_]) -> None:
        """Move on over steps without learning from them.

        Args:
            inputs: (B, T, I), or symbols (B, T, 1).
            starts: (B, T); where true, an episode starts.
        """


class AbstractFeed(ABC):
    """What a learner is fed in a run, piece by piece, until the budget is used up.

    What is fed up to a step, and what is measured, does not depend on how large the budget is: a run that ended can go
    on with a larger one.
    """

    @property
    @abstractmethod
    def total(self) -> int:
        """The time steps it will feed at most, over all lanes and sequences, repeats included."""

    @abstractmethod
    def take(self, steps: int) -> Chunk | None:
        """The next chunk, of about ``steps`` time steps over all lanes; None at the end."""

    @abstractmethod
    def in_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """The values (B, T) of a chunk's steps in the order in which they are learned, however chunks are cut."""

    @abstractmethod
    def learned(self, learner: AbstractLearner) -> float | None:
        """Hear that the last chunk was learned; the validation loss where one was measured."""

    def finish(self, learner: AbstractLearner) -> float | None:
        """Hear that the budget is used up: what is left to measure then, and to go back to."""
        return None

    @property
    def goes_back(self) -> bool:
        """Whether it may restore an earlier state of the learner."""
        return False

    @abstractmethod
    def state(self) -> Mapping[str, Any]:
        """Where it is after the last chunk, whatever the budget: as :meth:`AbstractLearner.state`."""

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to where :meth:`state` was taken, and on from there to today's budget."""


class AbstractTrainer(ABC):
    """How to train. Subclasses are final and, best, frozen dataclasses of their settings.

    Attributes:
        lanes: B, how many lanes of a stream its learners learn from at once; None where they learn whole sequences, any
            number at once.
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
            UsageError: If this trainer cannot train these networks, or, as here, one at a time only.
        """
        raise UsageError(
            f"The trainer {type(self).__name__} trains one network at a time.", "Leave out --replicas (replicas=)."
        )

    @abstractmethod
    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> AbstractFeed:
        """What the learner is fed.

        Args:
            task: Where the data come from.
            network: What is trained, for trainers that validate it on the way.
            seed: Which data, and in which order.
            steps: The budget in time steps over all lanes and sequences; None for the trainer's own.
            epochs: The budget in passes over a fixed set, where the trainer has one.

        Raises:
            UsageError: If the trainer cannot keep to such a budget.
        """

    @abstractmethod
    def truncation_length(self, objective: Objective) -> int | None:
        """After how many cell evaluations gradients are truncated; None if they are not."""
