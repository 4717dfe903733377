"""Recurrent networks as scikit-learn estimators: on whole sequences, and on an endless stream of rows.

Importing, constructing, cloning and printing one loads no TensorFlow.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqtasks.estimators.per_step import PerStep
    from seqtasks.estimators.prequential import prequential_score
    from seqtasks.estimators.scorer import steps_scorer
    from seqtasks.estimators.sequence_classifier import SequenceClassifier
    from seqtasks.estimators.sequence_regressor import SequenceRegressor
    from seqtasks.estimators.series_forecaster import SeriesForecaster
    from seqtasks.estimators.stream_classifier import StreamClassifier
    from seqtasks.estimators.stream_pipeline import StreamPipeline, make_stream_pipeline
    from seqtasks.estimators.stream_regressor import StreamRegressor

_HOMES = {
    "PerStep": "seqtasks.estimators.per_step",
    "SequenceClassifier": "seqtasks.estimators.sequence_classifier",
    "SequenceRegressor": "seqtasks.estimators.sequence_regressor",
    "SeriesForecaster": "seqtasks.estimators.series_forecaster",
    "StreamClassifier": "seqtasks.estimators.stream_classifier",
    "StreamPipeline": "seqtasks.estimators.stream_pipeline",
    "StreamRegressor": "seqtasks.estimators.stream_regressor",
    "make_stream_pipeline": "seqtasks.estimators.stream_pipeline",
    "prequential_score": "seqtasks.estimators.prequential",
    "steps_scorer": "seqtasks.estimators.scorer",
}

__all__ = [
    "PerStep",
    "SequenceClassifier",
    "SequenceRegressor",
    "SeriesForecaster",
    "StreamClassifier",
    "StreamPipeline",
    "StreamRegressor",
    "make_stream_pipeline",
    "prequential_score",
    "steps_scorer",
]


def __getattr__(name: str) -> Any:
    """Public names are imported at their first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'seqtasks.estimators' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
