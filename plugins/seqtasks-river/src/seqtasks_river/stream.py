"""Base of both models: a stream estimator that receives one dict at a time."""

from collections.abc import Callable, Mapping
from typing import Any

from river import base
from sklearn.base import clone

from seqtasks.estimators import StreamClassifier, StreamRegressor
from seqtasks.estimators.transaction import AbstractTransactional, restorer
from seqtasks_river.features import Features


class AbstractStreamModel(AbstractTransactional, base.Estimator):
    """A recurrent network that learns row by row, with one hidden state for the whole stream. Subclasses are final.

    A dict is a time step, and order matters: a prediction is for the row that follows the last learned one.

    Args:
        estimator: The settings; a clone of it is trained.
    """

    def __init__(self, estimator: StreamClassifier | StreamRegressor) -> None:
        self.estimator = estimator
        self._model = clone(estimator)
        self._features: Features | None = None

    @property
    def network(self) -> Any:
        """The estimator in training; fitted after the first row."""
        return self._model

    def advance_one(self, x: Mapping[Any, Any]) -> None:
        """Update the hidden state by a row without a target.

        Args:
            x: The row's features.

        Raises:
            NotFittedError: If no row was learned yet.
            DataError: If the features differ from those of the first row.
        """
        self._model.advance(self._row(x))

    def reset_state(self) -> None:
        """Reset the hidden state before the next row.

        Raises:
            NotFittedError: If no row was learned yet.
        """
        self._model.reset_state()

    @classmethod
    def _unit_test_skips(cls) -> set[str]:
        """River's checks with features that appear and disappear."""
        return {
            "check_emerging_features",
            "check_disappearing_features",
            "check_radically_disappearing_features",
        }

    @property
    def _has_learned(self) -> bool:
        return self._features is not None

    def _snapshot(self) -> Callable[[], None]:
        restore, restore_model = restorer(self), self._model._snapshot()

        def restore_all() -> None:
            restore()
            restore_model()

        return restore_all

    def _row(self, x: Mapping[Any, Any]) -> Any:
        """The row (1, F); the first dict sets the features."""
        return (self._features or Features.of(x)).row(x)

    def _learn(self, x: Mapping[Any, Any], y: Any, **settings: Any) -> None:
        row = self._row(x)
        self._model.partial_fit(row, [y], **settings)
        self._features = self._features or Features.of(x)
