"""The classifier of the rows of an endless stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from seqtasks.core.network import Array
from seqtasks.core.task import Shapes
from seqtasks.estimators.data import labels
from seqtasks.estimators.stream import AbstractStreamEstimator
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.estimators.training.stream_rows import learn_rows
from seqtasks.estimators.transaction import atomic


@final
@dataclass(kw_only=True, eq=False, repr=False)
class StreamClassifier(ClassifierMixin, AbstractStreamEstimator):
    """A recurrent network that classifies the rows of a stream and learns row by row.

    Attributes:
        classes_: The labels, sorted, K of them.
        n_features_in_: F.
        groups_: A dict whose keys are all groups so far in order, the current one last; empty without groups, None if
            the next row starts a new episode.

    Example:
        >>> X = np.random.default_rng(0).integers(0, 2, (2000, 1))
        >>> y = np.where(np.roll(X[:, 0], 1), "one", "zero")  # the input of the row before
        >>> model = StreamClassifier(trainer="rtrl", random_state=0).fit(X, y)
        >>> model.predict([[0], [0], [1], [1]])[1:].tolist()
        ['zero', 'zero', 'one']
    """

    targets: ClassVar[Mapping[str, Any]] = {}

    @atomic
    def partial_fit(self, X: Any, y: Any, classes: Any = None, groups: Any = None) -> Self:
        """Learn the rows that follow the last one learned; one call gives the same result as several.

        Args:
            X: (T, F), in time order.
            y: (T,), labels.
            classes: All labels that will occur; needed at the first call unless ``fit`` came before.
            groups: (T,), the episode of each row: the state is reset where it differs from that of the row before, the
                last row of the last call included.

        Raises:
            ValueError: As :meth:`fit`, or if y has a label that is not among the classes.
        """
        found = None if classes is None else labels.as_label_array(classes)
        if not self.__sklearn_is_fitted__():
            if found is None:
                raise ValueError("classes must be passed on the first call to partial_fit. Pass a list of all labels.")
        elif found is not None and not np.array_equal(labels.find_classes(found), self.classes_):
            raise ValueError(
                f"classes is {found.tolist()}, and was {self.classes_.tolist()} at the first call. Pass the same "
                "classes, or None."
            )
        self._follow(X, y, groups, found)
        return self

    def predict_proba(self, X: Any, groups: Any = None) -> Array:
        """The probability of each class, (T, K), for the rows that follow the last one learned."""
        return labels.probabilities(self._forward(X, groups))

    def predict_log_proba(self, X: Any, groups: Any = None) -> Array:
        """The logarithm of the probability of each class, (T, K)."""
        return labels.log_probabilities(self._forward(X, groups))

    def decision_function(self, X: Any, groups: Any = None) -> Array:
        """The logit of the second of two classes, (T,), or of each class, (T, K)."""
        return labels.decision_values(self._forward(X, groups)).astype(np.float64)

    def score(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> float:
        """The accuracy over rows that follow the last one learned.

        Args:
            X: (T, F).
            y: As for :meth:`fit`.
            sample_weight: (T,), the weight of each row.
            groups: (T,), the episode of each row, as for :meth:`predict`. scikit-learn passes it after
                ``set_score_request(groups=True)``.
        """
        return float(accuracy_score(y, self.predict(X, groups), sample_weight=sample_weight))

    def _set_target_attributes(self, y: Array) -> None:
        self.classes_ = labels.find_classes(y)

    def _check_targets(self, y: Array) -> Array:
        return labels.encode_labels(y, self.classes_)[:, None]

    def _encode_all(self, y: Array) -> Array:
        return self._check_targets(y)

    def _learn(self, fitted: FittedNetwork, rows: Array, targets: Array, starts: NDArray[np.bool_]) -> Array:
        return learn_rows(fitted, rows, targets, starts)

    def _in_unit(self, outputs: Array) -> Array:
        return outputs

    def _shapes(self) -> Shapes:
        return labels.shapes_for_classes(self.n_features_in_, self.classes_)

    def _decode(self, outputs: Array) -> Array:
        return np.asarray(self.classes_[labels.predicted_classes(outputs)])
