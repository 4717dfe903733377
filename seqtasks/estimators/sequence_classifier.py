"""The estimator of classes of sequences."""

from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from seqtasks.core.task import Shapes
from seqtasks.estimators import class_weights, labels
from seqtasks.estimators.sequence import AbstractSequenceEstimator, Rows
from seqtasks.estimators.targets import check_sum
from seqtasks.estimators.transaction import atomic


@final
@dataclass(kw_only=True, eq=False, repr=False)
class SequenceClassifier(ClassifierMixin, AbstractSequenceEstimator):
    """Classes of sequences, or of their steps, by a recurrent network.

    ``help("seqtasks.estimators.base.AbstractRecurrentEstimator")`` tells of the settings ``model``, ``trainer``,
    ``optimizer``, ``learning_rate``, ``dtype`` and ``random_state``, and
    ``help("seqtasks.estimators.sequence.AbstractSequenceEstimator")`` of ``epochs``, ``output``, ``loss``, ``metrics``,
    ``callbacks``, ``early_stopping``, ``validation_fraction``, ``n_iter_no_change``, ``warm_start`` and ``verbose``.

    Args:
        class_weight: What each class's samples weigh beside ``sample_weight``: by label, or ``"balanced"`` for as much
            as those of any other; None for 1.

    Example:
        >>> X, y = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 0, 1]]), ["up", "down", "up", "down"]
        >>> SequenceClassifier(random_state=0).fit(X, y).score(X, y)
        1.0
    """

    class_weight: Any = None

    @atomic
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """One pass over the sequences in the order given; weights and optimizer state go on from the last.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            classes: All labels there will be, at the first call; those of this y if not given.
            sample_weight: As for :meth:`fit`.

        Raises:
            ValueError: As :meth:`fit`, or if there is a label of no class.
        """
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' needs all samples at once, which partial_fit does not have. Give the weights "
                "by label, such as class_weight={'up': 2.0, 'down': 1.0}."
            )
        return self._partial_fit(X, y, sample_weight, classes)

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class, (n, K); with ``output="steps"`` at each step."""
        said, formed = self._said(X)
        return formed(labels.probabilities(said))

    def predict_log_proba(self, X: Any) -> Any:
        """Its logarithm."""
        said, formed = self._said(X)
        return formed(labels.log_probabilities(said))

    def decision_function(self, X: Any) -> Any:
        """The logit of the second class, (n,), or of each, (n, K); with ``output="steps"`` at each step."""
        said, formed = self._said(X)
        return formed(labels.decisions(said))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy: the share of sequences, or of all sequences' steps, that are told right, of those that count.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            sample_weight: As for :meth:`fit`.
        """
        return self._score(X, y, sample_weight, accuracy_score)

    def _taken(self, rows: Rows, weights: Rows, features: int, begins: bool, classes: Any) -> tuple[Rows, Rows, Shapes]:
        counts = weights > 0
        if begins:
            self.classes_ = labels.classes_of(rows[counts] if classes is None else labels.plain_labels(classes))
        elif classes is not None and not np.array_equal(labels.classes_of(labels.plain_labels(classes)), self.classes_):
            raise ValueError(f"classes is {list(classes)}, and was {self.classes_.tolist()} at the first call.")
        numbers = np.zeros(len(rows), np.int32)
        numbers[counts] = labels.codes(rows[counts], self.classes_)
        by_class = class_weights.of(self.class_weight, self.classes_, numbers, weights)
        weights = weights * by_class[numbers]
        if not weights.any():
            raise ValueError("Sample weights times class weights must contain at least one non-zero number.")
        check_sum(weights, "sample weights times class weights")
        shapes = labels.shapes_of(features, self.classes_, one_logit=self.loss is None)
        if self.loss is not None:
            return np.eye(len(self.classes_))[numbers], weights, shapes
        return numbers[:, None] if shapes.kind == "class" else numbers[:, None].astype(float), weights, shapes

    def _as_known(self, wanted: Rows, said: Rows) -> tuple[Rows, Rows]:
        one_hot = wanted if self.loss is not None else np.eye(len(self.classes_))[wanted[:, 0].astype(int)]
        return one_hot, labels.probabilities(said)

    def _shown(self, said: Rows) -> Rows:
        return np.asarray(self.classes_[labels.chosen(said)])
