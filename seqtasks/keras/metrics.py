"""Keras metrics of a network's predictions."""

from collections.abc import Sequence
from typing import Any, Final, final

import keras
import numpy as np

from seqtasks.core.network import Array
from seqtasks.keras.loss import check_dense

OF_CLASSES: Final = {  # how Keras resolves these names for one-hot targets
    "accuracy": "categorical_accuracy",
    "acc": "categorical_accuracy",
    "crossentropy": "categorical_crossentropy",
    "ce": "categorical_crossentropy",
}


@final
class KerasMetrics:
    """Metrics over all steps that count.

    Args:
        settings: Names, ``keras.metrics.Metric`` objects, or functions of targets and predictions.
        classes: Whether predictions are probabilities and targets one-hot.

    Raises:
        ValueError: If Keras knows no such metric.
        UsageError: If one takes class indices.

    Example:
        >>> import numpy as np
        >>> metrics = KerasMetrics(["accuracy"], classes=True)
        >>> metrics(np.eye(2), np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([3.0, 1.0]))
        {'accuracy': 0.75}
    """

    def __init__(self, settings: Sequence[Any], classes: bool) -> None:
        self._metrics, self._classes = {}, classes
        for setting in settings:
            found = keras.metrics.get(OF_CLASSES.get(setting, setting) if classes and _named(setting) else setting)
            if classes:
                check_dense("metric", found)
            if not isinstance(found, keras.metrics.Metric):
                found = keras.metrics.MeanMetricWrapper(found, name=found.__name__)
            self._metrics[setting if _named(setting) else found.name] = found

    def __call__(self, targets: Array, predictions: Array, weights: Array) -> dict[str, float]:
        """The value of each metric, by name: targets and predictions (N, O), weights (N,)."""
        if self._classes:
            predictions = predictions.astype(np.float32)  # Keras's top-k metrics take float32 only
        values = {}
        for name, metric in self._metrics.items():
            metric.reset_state()
            metric.update_state(targets, predictions, sample_weight=weights)
            values[name] = float(metric.result())
        return values


def _named(setting: Any) -> bool:
    return isinstance(setting, str)
