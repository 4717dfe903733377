"""Regression on a stream of dicts."""

from collections.abc import Iterator, Mapping
from typing import Any, final

from river import base

from seqtasks.estimators import StreamRegressor
from seqtasks.estimators.transaction import atomic
from seqtasks_river.stream import AbstractStreamModel


@final
class RecurrentRegressor(AbstractStreamModel, base.Regressor):
    """A number for each row of a stream, by a recurrent network.

    Learning dicts one by one gives the same result as ``StreamRegressor.partial_fit`` on the same rows, to the bit.

    Args:
        estimator: A ``StreamRegressor`` with the settings; None for the defaults.

    Example:
        >>> model = RecurrentRegressor(StreamRegressor(trainer="online:window=2", random_state=0))
        >>> bits = [0, 1, 1, 0] * 500
        >>> for now, before in zip(bits[1:], bits):
        ...     model.learn_one({"bit": now}, before)
        >>> round(model.predict_one({"bit": 0}), 1)  # the last one was 0
        0.0
    """

    def __init__(self, estimator: StreamRegressor | None = None) -> None:
        super().__init__(StreamRegressor() if estimator is None else estimator)

    @atomic
    def learn_one(self, x: Mapping[Any, Any], y: float) -> None:
        """Learn the row that follows the last learned one.

        Raises:
            DataError: If the features differ from those of the first row.
            ValueError: If y is not a finite number, or the training diverged.
        """
        self._learn(x, y)

    def predict_one(self, x: Mapping[Any, Any]) -> float:
        """Predict the target of the row that follows the last learned one; 0 before the first. Changes nothing.

        Raises:
            DataError: If the features differ from those of the first row.
        """
        row = self._row(x)
        return float(self._model.predict(row)[0]) if self._has_learned else 0.0

    @classmethod
    def _unit_test_params(cls) -> Iterator[dict[str, Any]]:
        yield {"estimator": StreamRegressor(model="gru:units=2", trainer="online:window=1", random_state=0)}
