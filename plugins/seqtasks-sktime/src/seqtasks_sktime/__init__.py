"""The recurrent forecaster of seqtasks as a forecaster of sktime."""

from seqtasks_sktime.forecaster import RecurrentForecaster

__all__ = ["RecurrentForecaster"]
