"""A network and its learner behind an estimator: live while they are used, plain arrays where copied or kept."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from threading import RLock
from typing import Any, final

import numpy as np

from seqtasks.core.loss import step_losses
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Objective, Shapes
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
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
        self._lock = RLock()  # of what is made at its first use, which no other thread may see half made

    @property
    def network(self) -> AbstractNetwork:
        """The network, built at its first use."""
        if self._network is None:
            with self._lock:
                if self._network is None:
                    network = self.recipe.network(self.shapes, self.seed)
                    if self._kept is not None:
                        network.load(self._kept["weights"])
                    self._network = network
        return self._network

    @cached_property
    def trainer(self) -> AbstractTrainer:
        """What trains it."""
        return self.recipe.trained_by()

    @cached_property
    def objective(self) -> Objective:
        """What it minimizes."""
        return self.recipe.objective(self.shapes, self.depth)

    @property
    def learner(self) -> AbstractLearner:
        """What it learns by, made at its first use.

        Raises:
            UsageError: If the trainer cannot train such a network.
        """
        if self._learner is None:
            with self._lock:
                if self._learner is None:
                    learner = self.trainer.learner(self.network, self.objective, self.seed)
                    if self._kept is not None and self._kept["learner"] is not None:
                        learner.restore(self._kept["learner"])
                    self._learner = learner
        return self._learner

    def losses(self, targets: Array, outputs: Array) -> Array:
        """The loss of each step (N,), from targets (N, O), or classes (N, 1), and outputs (N, O)."""
        loss = self.objective.loss
        return np.asarray(loss(targets, outputs)) if callable(loss) else step_losses(loss, targets, outputs)

    def state(self) -> dict[str, Any]:
        """Weights, and everything that training goes on from: numbers, texts, arrays, mappings and lists of them."""
        if self._learner is None and self._kept is not None:
            return dict(self._kept)
        learned = None if self._learner is None else dict(self._learner.state())
        return {"weights": self.network.weights(), "learner": learned}

    def snapshot(self) -> Callable[[], None]:
        """What puts the training back to where it is now."""
        learner = self._learner
        if learner is None:  # whatever is made from here on can be made again

            def start_over() -> None:
                self._network = self._learner = None

            return start_over
        return partial(learner.roll_back, learner.snapshot())

    def refuse_diverged(self) -> None:
        """Go on only if weights, optimizer slots and everything else that the training goes on from are finite.

        Raises:
            ValueError: If a number is not.
        """
        if not self.learner.is_finite:
            raise ValueError(
                "The training diverged: weights, or numbers that the training carries on, are not finite any more. "
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
