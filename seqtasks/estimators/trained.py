"""A network and its learner behind an estimator: live while they are used, plain arrays where copied or kept."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, final

import numpy as np

from seqtasks.core.loss import step_losses
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Shapes
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.estimators.given_task import GivenTask
from seqtasks.estimators.recipe import Recipe


@final
class Trained:
    """A network in training, which pickles, copies and is written to files as plain arrays.

    Args:
        recipe: What it is made of.
        shapes: What it fits.
        depth: Through how many cell evaluations credit has to flow; None if unknown.
        seed: Of the initial weights and of whatever is random in training.
        state: Where to go on from, as :meth:`state` gave it.
    """

    def __init__(
        self, recipe: Recipe, shapes: Shapes, depth: int | None, seed: int, state: Mapping[str, Any] | None = None
    ) -> None:
        self.recipe, self.shapes, self.depth, self.seed = recipe, shapes, depth, seed
        self._kept = state
        self._network: AbstractNetwork | None = None
        self._learner: AbstractLearner | None = None

    @property
    def network(self) -> AbstractNetwork:
        """The network, built at its first use."""
        if self._network is None:
            self._network = self.recipe.network(self.shapes, self.seed)
            if self._kept is not None:
                self._network.load(self._kept["weights"])
        return self._network

    @cached_property
    def trainer(self) -> AbstractTrainer:
        """What trains it."""
        return self.recipe.trained_by()

    @cached_property
    def task(self) -> GivenTask:
        """What it learns, but for the data."""
        return self.recipe.task(self.shapes, self.depth)

    @property
    def learner(self) -> AbstractLearner:
        """What it learns by, made at its first use.

        Raises:
            UsageError: If the trainer cannot train such a network.
        """
        if self._learner is None:
            self._learner = self.trainer.learner(self.network, self.task, self.seed)
            if self._kept is not None and self._kept["learner"] is not None:
                self._learner.restore(self._kept["learner"])
        return self._learner

    def losses(self, targets: Array, outputs: Array) -> Array:
        """The loss of each step (N,), from targets (N, O), or classes (N, 1), and outputs (N, O)."""
        loss = self.task.loss
        return np.asarray(loss(targets, outputs)) if callable(loss) else step_losses(loss, targets, outputs)

    def state(self) -> dict[str, Any]:
        """Weights, and everything that training goes on from: numbers, texts, arrays, mappings and lists of them."""
        if self._learner is None and self._kept is not None:
            return dict(self._kept)
        learned = None if self._learner is None else dict(self._learner.state())
        return {"weights": self.network.weights(), "learner": learned}

    def refuse_diverged(self) -> None:
        """Go on only if all weights are finite.

        Raises:
            ValueError: If one is not.
        """
        if not all(np.isfinite(array).all() for array in self.network.weights()):
            raise ValueError(
                "The training diverged: weights are not finite any more. Scale the features of X, for example by "
                "PerStep(StandardScaler()), or lower learning_rate."
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
