"""The base class of estimators whose samples are whole sequences."""

from abc import abstractmethod
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from seqtasks.core.task import Shapes
from seqtasks.diagnosis.diagnosis import Diagnosis
from seqtasks.estimators.base import AbstractRecurrentEstimator
from seqtasks.estimators.data import targets
from seqtasks.estimators.data.feature_scale import FeatureScale
from seqtasks.estimators.data.sequence_dataset import SequenceDataset
from seqtasks.estimators.data.sequences import PaddedSequences, check_sequences
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.estimators.training.loop import (
    AbstractEpochCallback,
    CallbackRunner,
    EarlyStopping,
    MetricLogger,
    VerboseLogger,
    train,
    train_epoch,
)
from seqtasks.estimators.training.recipe import Recipe
from seqtasks.estimators.transaction import atomic
from seqtasks.lazy import LazyImport
from seqtasks.spec.parameter import Range

Rows = NDArray[Any]

_EXPLAINED: Final = LazyImport("seqtasks.estimators.explanation:explained")
SCALE_HINT: Final = "Put PerStep(StandardScaler()) before the estimator in a pipeline."


@dataclass(kw_only=True, eq=False, repr=False)
class AbstractSequenceEstimator(AbstractRecurrentEstimator):
    """A recurrent network over whole sequences. Subclasses are final.

    Args:
        epochs: The greatest number of passes over the sequences in ``fit``.
        output: Whether a ``sequence`` has one target, predicted at its last step, or all ``steps`` have targets.
        loss: A Keras loss that replaces squared error or cross-entropy: a name, a ``keras.losses.Loss`` or a function
            of targets and predictions. Numbers are in the unit of y. For classes, the targets are one-hot and the
            predictions probabilities (..., K).
        divisor: Replaces the ``divisor`` of the trainer, if it has one: with ``steps`` a mini-batch's weighted losses
            are divided by the number of its steps, so that a sample of weight 2 counts twice in any mini-batch; with
            ``weights`` by the sum of their weights; None for the trainer's own.
        metrics: A Keras metric by name, or an object, or a list of them, computed after each epoch. For classes, the
            targets are one-hot and the predictions probabilities (..., K).
        callbacks: A Keras callback, or a list of them. Their methods for the training and for epochs are called, those
            for mini-batches are not.
        early_stopping: Whether to set aside validation sequences, stop when their loss no longer falls, and restore the
            weights with the lowest one.
        validation_fraction: The share of validation sequences with ``early_stopping``.
        n_iter_no_change: The number of epochs without a lower validation loss after which ``early_stopping`` stops.
        warm_start: Whether ``fit`` continues from the weights of the last fit.
        verbose: Whether to write the losses of each epoch to standard error.
    """

    trainer: Any = "batch:batch_size=256,optimizer.amsgrad=true,clip=10.0"
    epochs: Annotated[int, Range(low=1)] = 100
    output: Literal["sequence", "steps"] = "sequence"
    loss: Any = None
    divisor: Literal["steps", "weights"] | None = "steps"
    metrics: Any = None
    callbacks: Any = None
    early_stopping: bool = False
    validation_fraction: Annotated[float, Range(above=0, below=1)] = 0.1
    n_iter_no_change: Annotated[int, Range(low=1)] = 10
    warm_start: bool = False
    verbose: Any = 0

    @atomic
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network, or with ``warm_start`` continue training.

        Args:
            X: (n, T), (n, T, F), or n sequences (T_i, F).
            y: A target for each sequence, (n,) or (n, O); with ``output="steps"`` for each step, (n, T), (n, T, O), or
                n arrays (T_i,) or (T_i, O).
            sample_weight: (n,); with ``output="steps"`` also (n, T), or n arrays (T_i,). Samples of weight 0 have no
                effect.

        Warns:
            UserWarning: If features are far from unit scale: a root mean square above 10, or no value above 0.01.

        Raises:
            ValueError: If an argument has another form, or the training diverges.
            UsageError: If a setting is wrong.
        """
        random = check_random_state(self.random_state)
        reset = not (self.warm_start and hasattr(self, "_fitted"))
        fitted, dataset = self._prepare(X, y, sample_weight, reset, None, random)
        validation = None
        if self.early_stopping:
            dataset, validation = self._split(dataset, random)
        orders = (random.permutation(len(dataset)) for _ in range(self.epochs))
        callbacks = self._build_callbacks(fitted, dataset, validation)
        self.history_ = train(fitted, dataset, orders, validation, callbacks, self._loss_unit())
        self.n_iter_ = len(self.history_["loss"])
        return self._finish(fitted, 0.0 if validation is not None else self.history_["loss"][-1])

    def explain(self, X: Any, y: Any, sample_weight: Any = None, *, try_changes: bool = False) -> Diagnosis:
        """Find out why the fitted network does not learn, or not as well as it could.

        Args:
            X: What the estimator was fitted to.
            y: As for :meth:`fit`.
            sample_weight: As for :meth:`fit`.
            try_changes: Whether to train copies with the proposed changes, over other seeds.

        Raises:
            NotFittedError: If the estimator is not fitted.
            UsageError: If the estimator has a loss of its own.
        """
        check_is_fitted(self)
        random = np.random.RandomState(0)  # nothing is drawn: the estimator is fitted
        fitted, dataset = copy(self)._prepare(X, y, sample_weight, False, None, random)
        losses = vars(self).get("history_", {}).get("loss", ())
        found: Diagnosis = _EXPLAINED(
            fitted, dataset, [loss / self._loss_unit() for loss in losses], try_changes=try_changes
        )
        return found

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, classes: Any) -> Self:
        random = check_random_state(self.random_state)
        fitted, dataset = self._prepare(X, y, sample_weight, not hasattr(self, "_fitted"), classes, random)
        return self._finish(fitted, train_epoch(fitted, dataset, np.arange(len(dataset))))

    def _prepare(
        self, X: Any, y: Any, sample_weight: Any, reset: bool, classes: Any, random: np.random.RandomState
    ) -> tuple[FittedNetwork, SequenceDataset]:
        """The network to train, new or as it is, and the dataset."""
        recipe = self._recipe()
        padded = check_sequences(self, X, reset, self.dtype)
        rows, weights, mask = self._check_targets(y, sample_weight, padded)
        encoded, weights, shapes = self._encode_targets(rows, weights, padded.values.shape[2], reset, classes)
        recipe = self._with_target_unit(recipe)
        dataset = SequenceDataset.from_rows(padded, mask, encoded, weights)
        if reset:
            FeatureScale.of(padded.values[_counted_steps(padded, mask, weights)]).warn(self, SCALE_HINT)
            return FittedNetwork(recipe, shapes, int(padded.lengths.max()), int(random.randint(2**31 - 1))), dataset
        before = self._fitted
        if before.recipe == recipe:
            return before, dataset
        state = {"weights": before.network.weights(), "learner": None}
        return FittedNetwork(recipe, before.shapes, before.depth, before.seed, state), dataset

    def _finish(self, fitted: FittedNetwork, loss: float) -> Self:
        """Check that the training has not diverged, and set the fitted network.

        A clipped gradient of an infinite loss leaves the weights finite, so that the loss is checked as well.
        """
        fitted.check_finite()
        if not np.isfinite(loss):
            raise ValueError(
                f"The training diverged: its loss is {loss}. Scale the features of X, for example by "
                "PerStep(StandardScaler()), or lower learning_rate; a regressor scales its targets with "
                "target_scale='auto'."
            )
        self._fitted = fitted
        return self

    def _check_targets(
        self, y: Any, sample_weight: Any, padded: PaddedSequences
    ) -> tuple[Rows, Rows, NDArray[np.bool_]]:
        """Targets (N, ...) and weights (N,), and the mask (n, T) of the steps that have them."""
        numeric = isinstance(self, RegressorMixin)
        if self.output == "steps":
            rows = targets.check_step_targets(y, padded, numeric)
            return rows, targets.check_step_weights(sample_weight, padded), padded.mask
        rows = targets.check_sequence_targets(y, padded, numeric)
        return rows, targets.check_sequence_weights(sample_weight, padded), padded.last_steps

    def _build_callbacks(
        self, fitted: FittedNetwork, dataset: SequenceDataset, validation: SequenceDataset | None
    ) -> list[AbstractEpochCallback]:
        """The callbacks of the settings; metrics come first because the others use their values."""
        callbacks: list[AbstractEpochCallback] = []
        if self.metrics:
            datasets = {"": dataset} if validation is None else {"": dataset, "val_": validation}
            callbacks.append(MetricLogger(_as_list(self.metrics), fitted, datasets, self._for_metrics))
        if self.verbose:
            callbacks.append(VerboseLogger())
        if self.callbacks:
            callbacks.append(CallbackRunner(_as_list(self.callbacks), fitted, self.epochs))
        if validation is not None:
            callbacks.append(EarlyStopping(fitted, self.n_iter_no_change))
        return callbacks

    def _split(
        self, dataset: SequenceDataset, random: np.random.RandomState
    ) -> tuple[SequenceDataset, SequenceDataset]:
        """The training and the validation sequences."""
        count = max(1, round(self.validation_fraction * len(dataset)))
        if count >= len(dataset):
            raise ValueError(
                f"early_stopping needs {count} of {len(dataset)} sequences for validation, and no sequence remains for "
                f"training: n_samples={len(dataset)}. Pass more sequences, or lower validation_fraction."
            )
        order = random.permutation(len(dataset))
        return dataset.subset(order[count:]), dataset.subset(order[:count])

    def _forward(self, X: Any) -> tuple[Rows, Callable[[Rows], Any]]:
        """The outputs of the network (N, O), and a function that returns such rows in the form of X."""
        check_is_fitted(self)
        padded = check_sequences(self, X, False, self.dtype)
        steps = self.output == "steps"
        outputs = self._fitted.outputs_at(padded.values, padded.mask if steps else padded.last_steps)
        if not np.isfinite(outputs).all():
            raise ValueError(
                "The network's outputs are not finite: X holds values too large for it, up to "
                f"{np.abs(padded.values).max()}. Scale its features, for example by PerStep(StandardScaler())."
            )
        return outputs, padded.unflatten if steps else lambda rows: rows

    def predict(self, X: Any) -> Any:
        """Predict the target of each sequence, or of each step.

        Args:
            X: As for :meth:`fit`.

        Returns:
            As y for :meth:`fit`; for a list of sequences with ``output="steps"``, a list.
        """
        outputs, unflatten = self._forward(X)
        return unflatten(self._decode(outputs))

    def _score(self, X: Any, y: Any, sample_weight: Any, score: Callable[..., Any]) -> float:
        """A score of the predictions with a positive weight."""
        check_is_fitted(self)
        rows, weights, _ = self._check_targets(y, sample_weight, check_sequences(self, X, False, self.dtype))
        outputs, _ = self._forward(X)
        positive = weights > 0
        return float(score(rows[positive], self._decode(outputs)[positive], sample_weight=weights[positive]))

    @abstractmethod
    def _encode_targets(
        self, rows: Rows, weights: Rows, features: int, reset: bool, classes: Any
    ) -> tuple[Rows, Rows, Shapes]:
        """Targets (N, O) and weights (N,) for the network, and its shapes."""

    def _with_target_unit(self, recipe: Recipe) -> Recipe:
        """The recipe with the unit in which targets are learned, if its loss needs it."""
        return recipe

    def _loss_unit(self) -> float:
        """The factor by which a loss of the network is a loss in the unit of y."""
        return 1.0

    @abstractmethod
    def _for_metrics(self, encoded: Rows, outputs: Rows) -> tuple[Rows, Rows]:
        """Encoded targets and outputs (N, O) as values in the unit of y, or as one-hot and probabilities (N, K)."""

    @abstractmethod
    def _decode(self, outputs: Rows) -> Rows:
        """Predictions (N, ...) from outputs (N, O)."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.required = True
        return tags


def _counted_steps(padded: PaddedSequences, mask: NDArray[np.bool_], weights: Rows) -> NDArray[np.bool_]:
    """(n, T), the steps of sequences with a target of positive weight; mask (n, T), weights (N,) of targets."""
    positive = np.zeros_like(mask)
    positive[mask] = weights > 0
    return padded.mask & positive.any(axis=1, keepdims=True)


def _as_list(setting: Any) -> list[Any]:
    return list(setting) if isinstance(setting, list | tuple) else [setting]
