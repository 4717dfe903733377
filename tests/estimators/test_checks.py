"""The estimators pass the project's own checks on 3-D and ragged data, and wrong ones do not."""

from itertools import count

import numpy as np
import pytest

from seqtasks.estimators import SequenceClassifier, SequenceRegressor, checks
from seqtasks.estimators.checks import SEQUENCE_CHECKS

pytestmark = pytest.mark.tensorflow

FEW = {"epochs": 3}
EACH = [
    SequenceClassifier(**FEW),
    SequenceClassifier(output="steps", model="lru:units=4", **FEW),
    SequenceRegressor(model="lstm:units=4", **FEW),
    SequenceRegressor(output="steps", **FEW),
]
ONLINE = SequenceRegressor(output="steps", trainer="online:window=2,lanes=3", **FEW)


def name(value):
    return getattr(value, "__name__", None) or repr(value)


@pytest.mark.parametrize("check", SEQUENCE_CHECKS, ids=name)
@pytest.mark.parametrize("estimator", EACH, ids=name)
def test_each_estimator_passes(estimator, check):
    """Classes and numbers, of sequences and of steps, by several models."""
    check(estimator)


@pytest.mark.parametrize(
    "check", [check for check in SEQUENCE_CHECKS if check is not checks.weights_mean_repetition], ids=name
)
def test_an_online_trainer_passes(check):
    """All but that a weight is a repetition to the bit, which with updates inside an epoch holds in expectation."""
    check(ONLINE)


calls = count()
WRONG = {
    "fits_3d": ("predict", lambda right: lambda self, X: right(self, X)[:-1]),
    "takes_sequences_apart": (
        "fit",
        lambda right: lambda self, X, y: right(self, X[:: 1 if type(X) is list else -1], y),
    ),
    "apart_is_as_together": (
        "fit",
        lambda right: lambda self, X, y: right(self, X if type(X) is list else 2 * X, y),
    ),
    "what_is_behind_the_end_is_nothing": ("predict", lambda right: lambda self, X: right(self, X) + len(X)),
    "nothing_is_known_of_the_future": ("predict", lambda right: lambda self, X: right(self, X[:, :-1])),
    "is_reproducible": ("fit", lambda right: lambda self, X, y: right(self.set_params(random_state=next(calls)), X, y)),
    "clones_are_new": ("__sklearn_clone__", lambda right: lambda self: self),
    "copies_go_on_alike": ("partial_fit", lambda right: lambda self, X, y: right(self, X, [next(calls), *y[1:]])),
    "weights_mean_repetition": ("fit", lambda right: lambda self, X, y, sample_weight=None: right(self, X, y)),
    "scores_what_counts": ("score", lambda right: lambda self, X, y, sample_weight=None: right(self, X, y)),
    "takes_any_memory": ("fit", lambda right: lambda self, X, y: right(self, X * (1 + X.flags.f_contiguous), y)),
    "refuses_other_widths": (
        "predict",
        lambda right: lambda self, X: right(self, np.resize(X, (*np.shape(X)[:2], self.n_features_in_))),
    ),
}


@pytest.mark.parametrize("check", SEQUENCE_CHECKS, ids=name)
def test_a_wrong_estimator_fails(check, monkeypatch):
    """Each check finds what it is there for."""
    method, wrong = WRONG[check.__name__]
    right = getattr(SequenceRegressor, method)
    monkeypatch.setattr(SequenceRegressor, method, wrong(right))
    with pytest.raises(AssertionError):
        check(SequenceRegressor(**FEW))
