"""Estimators whose samples are whole sequences."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from seqtasks.core.task import Shapes
from seqtasks.estimators import epochs, targets
from seqtasks.estimators.base import AbstractRecurrentEstimator
from seqtasks.estimators.inputs import Inputs, inputs
from seqtasks.estimators.outputs import outputs_at
from seqtasks.estimators.sequence_dataset import SequenceDataset
from seqtasks.estimators.trained import Trained
from seqtasks.estimators.transaction import atomic
from seqtasks.estimators.watchers import AbstractWatcher, Caller, Measurer, Patience, Speaker
from seqtasks.spec.parameter import Range

Rows = NDArray[Any]


@dataclass(kw_only=True, eq=False, repr=False)
class AbstractSequenceEstimator(AbstractRecurrentEstimator):
    """A recurrent network over whole sequences. Subclasses are final.

    Args:
        epochs: How many passes over the sequences ``fit`` makes, at most.
        output: Whether a ``sequence`` has one target, said at its last step, or ``steps`` have one each.
        loss: A Keras loss in place of squared error or cross-entropy: a name, a ``keras.losses.Loss`` or a function of
            targets and predictions. Of classes it sees probabilities (..., K) and one-hot targets.
        metrics: A Keras metric by name, or an object, or a list of them, measured after each epoch. Of classes they see
            probabilities (..., K) and one-hot targets.
        callbacks: A Keras callback, or a list of them; they hear of the training and its epochs, not of mini-batches.
        early_stopping: Whether to hold sequences back, stop where their loss no longer falls, and go back to where it
            was lowest.
        validation_fraction: The share of the sequences that is held back then.
        n_iter_no_change: For how many epochs without a lower validation loss to go on.
        warm_start: Whether ``fit`` goes on from where the last one ended.
        verbose: Whether to say each epoch's losses; on standard error.
    """

    trainer: Any = "batch:batch_size=256,optimizer.amsgrad=true,clip=10.0"
    epochs: Annotated[int, Range(low=1)] = 100
    output: Literal["sequence", "steps"] = "sequence"
    loss: Any = None
    metrics: Any = None
    callbacks: Any = None
    early_stopping: bool = False
    validation_fraction: Annotated[float, Range(above=0, below=1)] = 0.1
    n_iter_no_change: Annotated[int, Range(low=1)] = 10
    warm_start: bool = False
    verbose: Any = 0

    @atomic
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from the sequences, afresh unless ``warm_start``.

        Args:
            X: (n, T), (n, T, F), or n sequences (T_i, F).
            y: A target for each sequence, (n,) or (n, O); with ``output="steps"`` for each step, (n, T), (n, T, O), or
                n arrays (T_i,) or (T_i, O).
            sample_weight: (n,); with ``output="steps"`` also (n, T), or n arrays (T_i,). What weighs 0 is as if it were
                not there.

        Raises:
            ValueError: If they are not so, or the training diverges.
            UsageError: If a setting is wrong.
        """
        random = check_random_state(self.random_state)
        begins = not (self.warm_start and hasattr(self, "_trained"))
        trained, dataset = self._prepared(X, y, sample_weight, begins, None, random)
        held = None
        if self.early_stopping:
            dataset, held = self._split(dataset, random)
        orders = (random.permutation(len(dataset)) for _ in range(self.epochs))
        watching = self._watching(trained, dataset, held)
        try:
            if watching:
                self.history_ = epochs.watched(trained, dataset, orders, held, watching)
            else:
                self.history_ = epochs.unwatched(trained, dataset, orders)
        finally:
            for watcher in watching:
                watcher.close()
        self.n_iter_ = len(self.history_["loss"])
        return self._learned(trained, 0.0 if held is not None else self.history_["loss"][-1])

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, classes: Any) -> Self:
        random = check_random_state(self.random_state)
        trained, dataset = self._prepared(X, y, sample_weight, not hasattr(self, "_trained"), classes, random)
        return self._learned(trained, epochs.one_pass(trained, dataset, np.arange(len(dataset))))

    def _prepared(
        self, X: Any, y: Any, sample_weight: Any, begins: bool, classes: Any, random: np.random.RandomState
    ) -> tuple[Trained, SequenceDataset]:
        """What learns, new or as it was, and what it is to learn."""
        recipe = self._recipe()
        given = inputs(self, X, begins, self.dtype)
        rows, weights, places = self._rows(y, sample_weight, given)
        wanted, weights, shapes = self._taken(rows, weights, given.values.shape[2], begins, classes)
        dataset = SequenceDataset.from_rows(given, places, wanted, weights)
        if begins:
            return Trained(recipe, shapes, int(given.lengths.max()), int(random.randint(2**31 - 1))), dataset
        before = self._trained
        if before.recipe == recipe:
            return before, dataset
        state = {"weights": before.network.weights(), "learner": None}
        return Trained(recipe, before.shapes, before.depth, before.seed, state), dataset

    def _learned(self, trained: Trained, loss: float) -> Self:
        """Keep what has learned, unless it has diverged; a clipped gradient of an infinite loss teaches nothing."""
        trained.refuse_diverged()
        if not np.isfinite(loss):
            raise ValueError(
                f"The training diverged: its loss is {loss}. Scale the features of X, for example by "
                "PerStep(StandardScaler()), and the targets of a regressor, or lower learning_rate."
            )
        self._trained = trained
        return self

    def _rows(self, y: Any, sample_weight: Any, given: Inputs) -> tuple[Rows, Rows, NDArray[np.bool_]]:
        """Targets and weights behind one another, and the steps that they are of."""
        numeric = isinstance(self, RegressorMixin)
        if self.output == "steps":
            return targets.one_a_step(y, given, numeric), targets.weights_a_step(sample_weight, given), given.there
        return targets.one_each(y, given, numeric), targets.weights_each(sample_weight, given), given.last

    def _watching(
        self, trained: Trained, dataset: SequenceDataset, held: SequenceDataset | None
    ) -> list[AbstractWatcher]:
        """Who is to hear of each epoch: what measures before what is told."""
        found: list[AbstractWatcher] = []
        if self.metrics:
            datasets = {"": dataset} if held is None else {"": dataset, "val_": held}
            found.append(Measurer(_several(self.metrics), trained, datasets, self._as_known))
        if self.verbose:
            found.append(Speaker())
        if self.callbacks:
            found.append(Caller(_several(self.callbacks), trained, self.epochs))
        if held is not None:
            found.append(Patience(trained, self.n_iter_no_change))
        return found

    def _split(
        self, dataset: SequenceDataset, random: np.random.RandomState
    ) -> tuple[SequenceDataset, SequenceDataset]:
        count = max(1, round(self.validation_fraction * len(dataset)))
        if count >= len(dataset):
            raise ValueError(
                f"early_stopping holds {count} of {len(dataset)} sequences back, which leaves none to learn from: "
                f"n_samples={len(dataset)}. Give more, or lower validation_fraction."
            )
        order = random.permutation(len(dataset))
        return dataset.subset(order[count:]), dataset.subset(order[:count])

    def _said(self, X: Any) -> tuple[Rows, Callable[[Rows], Any]]:
        """The network's outputs behind one another, and what brings such rows into the form of X."""
        check_is_fitted(self)
        given = inputs(self, X, False, self.dtype)
        steps = self.output == "steps"
        said = outputs_at(self._trained.network, given.values, given.there if steps else given.last)
        if not np.isfinite(said).all():
            raise ValueError(
                "The network's outputs are not finite: X holds values too large for it, up to "
                f"{np.abs(given.values).max()}. Scale its features, for example by PerStep(StandardScaler())."
            )
        return said, given.formed if steps else lambda rows: rows

    def predict(self, X: Any) -> Any:
        """What is said of each sequence, or step.

        Args:
            X: As for :meth:`fit`.

        Returns:
            As y for :meth:`fit`; for sequences that stand apart in the form in which they do.
        """
        said, formed = self._said(X)
        return formed(self._shown(said))

    def _score(self, X: Any, y: Any, sample_weight: Any, score: Callable[..., Any]) -> float:
        """A score of predictions, over what counts."""
        check_is_fitted(self)
        rows, weights, _ = self._rows(y, sample_weight, inputs(self, X, False, self.dtype))
        said, _ = self._said(X)
        counts = weights > 0
        return float(score(rows[counts], self._shown(said)[counts], sample_weight=weights[counts]))

    @abstractmethod
    def _taken(self, rows: Rows, weights: Rows, features: int, begins: bool, classes: Any) -> tuple[Rows, Rows, Shapes]:
        """Targets (N, O) and weights (N,) as a network takes them, and what it must fit."""

    @abstractmethod
    def _as_known(self, wanted: Rows, said: Rows) -> tuple[Rows, Rows]:
        """Targets and outputs (N, O) as a network has them, as metrics know them: values, or probabilities (N, K)."""

    @abstractmethod
    def _shown(self, said: Rows) -> Rows:
        """Outputs (N, O) as predictions (N, ...)."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.required = True
        return tags


def _several(setting: Any) -> list[Any]:
    return list(setting) if isinstance(setting, list | tuple) else [setting]
