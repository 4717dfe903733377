"""The recurrent stream estimators of seqtasks as models of river."""

from seqtasks_river.classifier import RecurrentClassifier
from seqtasks_river.regressor import RecurrentRegressor

__all__ = ["RecurrentClassifier", "RecurrentRegressor"]
