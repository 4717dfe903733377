"""A network and its learner, built at their first use; plain arrays where copied, pickled or saved."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from threading import RLock
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.loss import step_losses
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Objective, Shapes
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.estimators.training.recipe import Recipe

BATCH_SIZE: Final = 64  # sequences of an evaluation


@final
class FittedNetwork:
    """A network in training; pickles, copies and files of it hold plain arrays.

    Args:
        recipe: What builds the network and its trainer.
        shapes: The shapes of the network.
        depth: Through how many cell evaluations gradients have to flow; None if unknown.
        seed: The seed of the initial weights and of all randomness in the training.
        state: A state to continue from, as :meth:`state` returned it; None for a new network.
    """

    def __init__(
        self, recipe: Recipe, shapes: Shapes, depth: int | None, seed: int, state: Mapping[str, Any] | None = None
    ) -> None:
        self.recipe, self.shapes, self.depth, self.seed = recipe, shapes, depth, seed
        self._saved = state
        self._network: AbstractNetwork | None = None
        self._learner: AbstractLearner | None = None
        self._lock = RLock()  # threads share the estimator, and each part is built once

    @property
    def network(self) -> AbstractNetwork:
        """The network, built at its first use."""
        if self._network is None:
            with self._lock:
                if self._network is None:
                    network = self.recipe.build_network(self.shapes, self.seed)
                    if self._saved is not None:
                        network.load(self._saved["weights"])
                    self._network = network
        return self._network

    @cached_property
    def trainer(self) -> AbstractTrainer:
        """The trainer of the recipe."""
        return self.recipe.build_trainer()

    @cached_property
    def objective(self) -> Objective:
        """The objective that the trainer minimizes."""
        return self.recipe.objective(self.shapes, self.depth)

    @property
    def learner(self) -> AbstractLearner:
        """The learner, built at its first use.

        Raises:
            UsageError: If the trainer cannot train such a network.
        """
        if self._learner is None:
            with self._lock:
                if self._learner is None:
                    learner = self.trainer.learner(self.network, self.objective, self.seed)
                    if self._saved is not None and self._saved["learner"] is not None:
                        learner.restore(self._saved["learner"])
                    self._learner = learner
        return self._learner

    def losses(self, targets: Array, outputs: Array) -> Array:
        """The loss of each step (N,), from targets (N, O), or classes (N, 1), and outputs (N, O)."""
        loss = self.objective.loss
        return np.asarray(loss(targets, outputs)) if callable(loss) else step_losses(loss, targets, outputs)

    def outputs_at(self, inputs: NDArray[Any], mask: NDArray[np.bool_]) -> NDArray[Any]:
        """The outputs at the steps of a mask; see :func:`outputs_at`."""
        return outputs_at(self.network, inputs, mask)

    def state(self) -> dict[str, Any]:
        """Weights, and all that a training continues from: numbers, strings, arrays, and mappings and lists of them."""
        if self._learner is None and self._saved is not None:
            return dict(self._saved)
        learner_state = None if self._learner is None else dict(self._learner.state())
        return {"weights": self.network.weights(), "learner": learner_state}

    def snapshot(self) -> Callable[[], None]:
        """A function that restores the current state of the training."""
        learner = self._learner
        if learner is None:  # what is built from here on can be built again

            def discard() -> None:
                self._network = self._learner = None

            return discard
        return partial(learner.roll_back, learner.snapshot())

    def check_finite(self) -> None:
        """Check that weights, optimizer slots and all other numbers that a training continues from are finite.

        Raises:
            ValueError: If a number is not finite.
        """
        if not self.learner.is_finite:
            raise ValueError(
                "The training diverged: weights, or other numbers in the state of the learner, are no longer finite. "
                "Scale the features of X, for example by StandardScaler() or PerStep(StandardScaler()), or lower "
                "learning_rate."
            )

    def __getstate__(self) -> dict[str, Any]:
        return {
            "recipe": self.recipe,
            "shapes": self.shapes,
            "depth": self.depth,
            "seed": self.seed,
            "state": self.state(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)


def outputs_at(network: AbstractNetwork, inputs: NDArray[Any], mask: NDArray[np.bool_]) -> NDArray[Any]:
    """The outputs of a network at some steps.

    Sequences are evaluated in batches of one size. One program serves any number of them, and the outputs of a
    sequence do not depend, to the last bit, on the other sequences.

    Args:
        network: The network.
        inputs: (n, T, F), n >= 1.
        mask: (n, T), the steps.

    Returns:
        (N, O), sequence after sequence.
    """
    state = network.initial_state(BATCH_SIZE)
    starts = np.zeros((BATCH_SIZE, inputs.shape[1]), np.bool_)
    results = []
    for first in range(0, len(inputs), BATCH_SIZE):
        batch_mask = mask[first : first + BATCH_SIZE]
        steps = int(np.flatnonzero(batch_mask.any(axis=0)).max(initial=-1)) + 1  # 0 if the mask has no step
        batch = np.zeros((BATCH_SIZE, steps, inputs.shape[2]), inputs.dtype)
        batch[: len(batch_mask)] = inputs[first : first + BATCH_SIZE, :steps]
        outputs, _ = network.run(batch, starts[:, :steps], state)
        results.append(outputs[: len(batch_mask)][batch_mask[:, :steps]])
    return np.concatenate(results)
