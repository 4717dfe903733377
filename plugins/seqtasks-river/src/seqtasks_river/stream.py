"""What both models do: one estimator of rows, fed a dict at a time."""

from collections.abc import Callable, Mapping
from typing import Any

from river import base
from sklearn.base import clone

from seqtasks.estimators import StreamClassifier, StreamRegressor
from seqtasks.estimators.transaction import AbstractTransactional, restorer
from seqtasks_river.features import Features


class AbstractStreamModel(AbstractTransactional, base.Estimator):
    """A recurrent network that learns row by row and carries its state on. Subclasses are final.

    A dict is a time step, and order matters: what is predicted is about the row that follows the last one learned.

    Args:
        estimator: What learns; it stays as it is, a copy of its settings is trained.
    """

    def __init__(self, estimator: StreamClassifier | StreamRegressor) -> None:
        self.estimator = estimator
        self._model = clone(estimator)
        self._features: Features | None = None

    @property
    def network(self) -> Any:
        """The estimator that was trained; fitted after the first row."""
        return self._model

    def advance_one(self, x: Mapping[Any, Any]) -> None:
        """Move on over a row whose target will never be known.

        Args:
            x: The row's features.

        Raises:
            NotFittedError: If nothing was learned yet.
            DataError: If the features are others than at first.
        """
        self._model.advance(self._row(x))

    def reset_state(self) -> None:
        """Have the next row start an episode.

        Raises:
            NotFittedError: If nothing was learned yet.
        """
        self._model.reset_state()

    @classmethod
    def _unit_test_skips(cls) -> set[str]:
        """River's checks that ask for inputs which come and go."""
        return {
            "check_emerging_features",
            "check_disappearing_features",
            "check_radically_disappearing_features",
        }

    @property
    def _begun(self) -> bool:
        return self._features is not None

    def _snapshot(self) -> Callable[[], None]:
        put_back, put_back_model = restorer(self), self._model._snapshot()

        def put_all_back() -> None:
            put_back()
            put_back_model()

        return put_all_back

    def _row(self, x: Mapping[Any, Any]) -> Any:
        """The row (1, F); of a first dict, what its features make it."""
        return (self._features or Features.of(x)).row(x)

    def _learn(self, x: Mapping[Any, Any], y: Any, **told: Any) -> None:
        row = self._row(x)
        self._model.partial_fit(row, [y], **told)
        self._features = self._features or Features.of(x)
