"""Classes of rows on an endless stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, final

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from seqtasks.core.network import Array
from seqtasks.core.task import Shapes
from seqtasks.estimators import labels
from seqtasks.estimators.stream import AbstractStreamEstimator
from seqtasks.estimators.transaction import atomic


@final
@dataclass(kw_only=True, eq=False, repr=False)
class StreamClassifier(ClassifierMixin, AbstractStreamEstimator):
    """The class of each row of a stream, by a recurrent network that learns row by row.

    Attributes:
        classes_: The labels, sorted, K of them.
        n_features_in_: F.
        groups_: The groups so far as the keys of a dict, in the order in which they appeared, the present one last;
            empty where there were none yet, None where the next row starts an episode.

    Example:
        >>> X = np.random.default_rng(0).integers(0, 2, (2000, 1))
        >>> y = np.where(np.roll(X[:, 0], 1), "one", "zero")  # what the row before was
        >>> model = StreamClassifier(trainer="rtrl", random_state=0).fit(X, y)
        >>> model.predict([[0], [0], [1], [1]])[1:].tolist()
        ['zero', 'zero', 'one']
    """

    targets: ClassVar[Mapping[str, Any]] = {}

    @atomic
    def partial_fit(self, X: Any, y: Any, classes: Any = None, groups: Any = None) -> Self:
        """Learn the rows that follow the last one learned; how they are cut into calls changes nothing.

        Args:
            X: (T, F), in the order of time.
            y: (T,), labels.
            classes: All labels there will be; needed at the first call, where ``fit`` has not found them.
            groups: (T,), each row's episode: the state is reset where it differs from that of the row before, the last
                call's last row included.

        Raises:
            ValueError: As :meth:`fit`, or if a label is of no class.
        """
        told = None if classes is None else labels.plain_labels(classes)
        if not self.__sklearn_is_fitted__():
            if told is None:
                raise ValueError("classes must be passed on the first call to partial_fit: all labels there will be.")
        elif told is not None and not np.array_equal(labels.classes_of(told), self.classes_):
            raise ValueError(f"classes is {told.tolist()}, and was {self.classes_.tolist()} at the first call.")
        self._follow(X, y, groups, told)
        return self

    def predict_proba(self, X: Any, groups: Any = None) -> Array:
        """The probability of each class, (T, K), for the rows that follow; changes nothing."""
        return labels.probabilities(self._outputs(X, groups))

    def predict_log_proba(self, X: Any, groups: Any = None) -> Array:
        """Its logarithm."""
        return labels.log_probabilities(self._outputs(X, groups))

    def decision_function(self, X: Any, groups: Any = None) -> Array:
        """The logit of the second of two classes, (T,), or of each, (T, K), for the rows that follow."""
        return labels.decisions(self._outputs(X, groups)).astype(np.float64)

    def score(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> float:
        """The accuracy: the share of the rows that follow the last one learned that are told right.

        Args:
            X: (T, F).
            y: As for :meth:`fit`.
            sample_weight: (T,), what each row counts.
            groups: (T,), each row's episode, as for :meth:`predict`. scikit-learn's tools hand them on after
                ``set_score_request(groups=True)``.
        """
        return float(accuracy_score(y, self.predict(X, groups), sample_weight=sample_weight))

    def _know(self, y: Array) -> None:
        self.classes_ = labels.classes_of(y)

    def _targets(self, y: Array) -> Array:
        return labels.codes(y, self.classes_)[:, None]

    def _shapes(self) -> Shapes:
        return labels.shapes_of(self.n_features_in_, self.classes_)

    def _answers(self, outputs: Array) -> Array:
        return np.asarray(self.classes_[labels.chosen(outputs)])
