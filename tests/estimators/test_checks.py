"""The estimators pass the checks on 3-D and ragged data, and wrong ones fail."""

from itertools import count

import numpy as np
import pytest

from seqtasks.checks import Check, CheckFailure
from seqtasks.estimators import SequenceClassifier, SequenceRegressor
from seqtasks.estimators.checks import SEQUENCE_CHECKS, parametrize_with_checks

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
    return value.name


@parametrize_with_checks(EACH)
def test_each_estimator_passes(estimator, check):
    """Classifiers and regressors, of sequences and of steps, with several models."""
    check(estimator)


@pytest.mark.parametrize("check", [each for each in SEQUENCE_CHECKS if each.name != "sample-weights"], ids=name)
def test_an_online_trainer_passes(check):
    """All except the equivalence of weights and repetitions, which holds in expectation with several updates."""
    check(ONLINE)


calls = count()
WRONG = {
    "three-d": ("predict", lambda right: lambda self, X: right(self, X)[:-1]),
    "lists": (
        "fit",
        lambda right: lambda self, X, y: right(self, X[:: 1 if type(X) is list else -1], y),
    ),
    "list-as-array": (
        "fit",
        lambda right: lambda self, X, y: right(self, X if type(X) is list else 2 * X, y),
    ),
    "padding": ("predict", lambda right: lambda self, X: right(self, X) + len(X)),
    "causality": ("predict", lambda right: lambda self, X: right(self, X[:, :-1])),
    "seeding": ("fit", lambda right: lambda self, X, y: right(self.set_params(random_state=next(calls)), X, y)),
    "cloning": ("__sklearn_clone__", lambda right: lambda self: self),
    "copying": ("partial_fit", lambda right: lambda self, X, y: right(self, X, [next(calls), *y[1:]])),
    "sample-weights": ("fit", lambda right: lambda self, X, y, sample_weight=None: right(self, X, y)),
    "score-weights": ("score", lambda right: lambda self, X, y, sample_weight=None: right(self, X, y)),
    "memory-layout": ("fit", lambda right: lambda self, X, y: right(self, X * (1 + X.flags.f_contiguous), y)),
    "features": (
        "predict",
        lambda right: lambda self, X: right(self, np.resize(X, (*np.shape(X)[:2], self.n_features_in_))),
    ),
}


@pytest.mark.parametrize("check", SEQUENCE_CHECKS, ids=name)
def test_a_wrong_estimator_fails(check, monkeypatch):
    """Each check fails for an estimator that breaks its promise, with what it found and what to change."""
    method, wrong = WRONG[check.name]
    right = getattr(SequenceRegressor, method)
    monkeypatch.setattr(SequenceRegressor, method, wrong(right))
    with pytest.raises(CheckFailure) as failed:
        check(SequenceRegressor(**FEW))
    assert failed.value.sentence.endswith(".")
    assert failed.value.advice.endswith(".")


def test_checks_are_those_of_the_common_kit():
    """Each has a name of its own and a promise, as the checks of tasks, models and trainers do."""
    assert all(isinstance(check, Check) for check in SEQUENCE_CHECKS)
    assert [check.name for check in SEQUENCE_CHECKS] == list(WRONG)
    assert all(check.promise.endswith(".") for check in SEQUENCE_CHECKS)
