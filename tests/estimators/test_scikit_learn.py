"""scikit-learn's own checks of estimators, of the sequence family: nothing fails and nothing is skipped.

Where a check's tolerance is finer than single precision it is expected to fail, and passes in double precision.
"""

import pytest
from sklearn.utils.estimator_checks import (
    check_sample_weight_equivalence_on_dense_data,
    estimator_checks_generator,
    parametrize_with_checks,
)

from seqtasks.estimators import SequenceClassifier, SequenceRegressor

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning"),
    pytest.mark.filterwarnings("ignore:X is a frame with:UserWarning"),  # theirs have a column for each feature
    pytest.mark.filterwarnings("ignore:.* far from unit scale:UserWarning"),  # of numbers up to 20
]

WEIGHTS = "check_sample_weight_equivalence_on_dense_data"
SINGLE = [SequenceClassifier(), SequenceRegressor()]
DOUBLE = [
    SequenceClassifier(model="mingru:units=8", optimizer="nadam", learning_rate=0.01, dtype="float64"),
    SequenceRegressor(model="lstm:units=8", loss="huber", learning_rate=0.03, dtype="float64"),
]
IN_PIECES = [
    SequenceClassifier(trainer="online:window=3", epochs=10, early_stopping=True),
    SequenceRegressor(trainer="batch:batch_size=16", learning_rate=0.02, epochs=60, early_stopping=True),
]


@pytest.fixture(autouse=True)
def dispatch(monkeypatch):
    """Arrays of other libraries are asked for."""
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")


def rounding(estimator):
    """That two orders of summing, 1e-7 apart in single precision, are further apart after a hundred updates."""
    return {WEIGHTS: "equal to 1e-7 in double precision"} if estimator.dtype == "float32" else {}


@parametrize_with_checks([*SINGLE, *DOUBLE], expected_failed_checks=rounding)
def test_each_check_passes(estimator, check):
    """By default, and with other models, optimizers, losses and precision."""
    check(estimator)


@pytest.mark.parametrize("estimator", SINGLE, ids=repr)
def test_the_check_that_rounding_breaks_passes_in_double_precision(estimator):
    """A weight is a repetition, to 1e-7."""
    exact = type(estimator)(dtype="float64")
    check_sample_weight_equivalence_on_dense_data(type(estimator).__name__, exact)


def by_pieces():
    for estimator in IN_PIECES:
        for each, check in estimator_checks_generator(estimator):
            if getattr(check, "func", check).__name__ != WEIGHTS:
                yield each, check


@pytest.mark.parametrize(("estimator", "check"), list(by_pieces()))
def test_with_several_updates_an_epoch_a_weight_is_a_repetition_in_expectation_only(estimator, check):
    """Online, by mini-batches, and with early stopping, which holds rows back one by one: all other checks pass."""
    check(estimator)


def test_scores_are_asked_for():
    """The checks of accuracy and R^2 are not waived."""
    assert not SequenceClassifier().__sklearn_tags__().classifier_tags.poor_score
    assert not SequenceRegressor().__sklearn_tags__().regressor_tags.poor_score
