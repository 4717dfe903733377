"""The classifier of sequences."""

from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from seqtasks.core.task import Shapes
from seqtasks.estimators.data import labels
from seqtasks.estimators.data.targets import check_sum
from seqtasks.estimators.sequence import AbstractSequenceEstimator, Rows
from seqtasks.estimators.transaction import atomic


@final
@dataclass(kw_only=True, eq=False, repr=False)
class SequenceClassifier(ClassifierMixin, AbstractSequenceEstimator):
    """A recurrent network that classifies sequences, or their steps.

    ``help("seqtasks.estimators.base.AbstractRecurrentEstimator")`` documents the settings ``model``, ``trainer``,
    ``optimizer``, ``learning_rate``, ``dtype`` and ``random_state``, and
    ``help("seqtasks.estimators.sequence.AbstractSequenceEstimator")`` documents ``epochs``, ``output``, ``loss``,
    ``divisor``, ``metrics``, ``callbacks``, ``early_stopping``, ``validation_fraction``, ``n_iter_no_change``,
    ``warm_start`` and ``verbose``.

    Args:
        class_weight: Factors of ``sample_weight``: a dict of weights by label, ``"balanced"`` for the same total weight
            of each class, or None for 1.

    Example:
        >>> X, y = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 0, 1]]), ["up", "down", "up", "down"]
        >>> SequenceClassifier(random_state=0).fit(X, y).score(X, y)
        1.0
    """

    class_weight: Any = None

    @atomic
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one pass over the sequences in their order, from the current weights and optimizer state.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            classes: All labels that will occur, at the first call; None for the labels of this y.
            sample_weight: As for :meth:`fit`.

        Raises:
            ValueError: As :meth:`fit`, or if y has a label that is not among the classes.
        """
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' needs all samples at once, but partial_fit gets some of them. Pass weights "
                "by label, such as class_weight={'up': 2.0, 'down': 1.0}."
            )
        return self._partial_fit(X, y, sample_weight, classes)

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class, (n, K); with ``output="steps"`` at each step."""
        outputs, unflatten = self._forward(X)
        return unflatten(labels.probabilities(outputs))

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of the probability of each class."""
        outputs, unflatten = self._forward(X)
        return unflatten(labels.log_probabilities(outputs))

    def decision_function(self, X: Any) -> Any:
        """The logit of the second class, (n,), or of each class, (n, K); with ``output="steps"`` at each step."""
        outputs, unflatten = self._forward(X)
        return unflatten(labels.decision_values(outputs))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy: the weighted share of sequences, or of steps, that are classified correctly.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            sample_weight: As for :meth:`fit`.
        """
        return self._score(X, y, sample_weight, accuracy_score)

    def _encode_targets(
        self, rows: Rows, weights: Rows, features: int, reset: bool, classes: Any
    ) -> tuple[Rows, Rows, Shapes]:
        positive = weights > 0
        found = None if classes is None else labels.find_classes(labels.as_label_array(classes))
        if reset:
            self.classes_ = labels.find_classes(rows[positive]) if found is None else found
        elif found is not None and not np.array_equal(found, self.classes_):
            raise ValueError(
                f"classes is {list(classes)}, and was {self.classes_.tolist()} at the first call. Pass the same "
                "classes, or None."
            )
        indices = np.zeros(len(rows), np.int32)
        indices[positive] = labels.encode_labels(rows[positive], self.classes_)
        weights = weights * labels.class_weights(self.class_weight, self.classes_, indices, weights)[indices]
        if not weights.any():
            raise ValueError(
                "Sample weights times class weights must contain at least one non-zero number. Change class_weight."
            )
        check_sum(weights, "sample weights times class weights")
        shapes = labels.shapes_for_classes(features, self.classes_, one_logit=self.loss is None)
        if self.loss is not None:
            return np.eye(len(self.classes_))[indices], weights, shapes
        return indices[:, None] if shapes.kind == "class" else indices[:, None].astype(float), weights, shapes

    def _for_metrics(self, encoded: Rows, outputs: Rows) -> tuple[Rows, Rows]:
        one_hot = encoded if self.loss is not None else np.eye(len(self.classes_))[encoded[:, 0].astype(int)]
        return one_hot, labels.probabilities(outputs)

    def _decode(self, outputs: Rows) -> Rows:
        return np.asarray(self.classes_[labels.predicted_classes(outputs)])
