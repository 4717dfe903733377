"""Scores over the steps that count, of an estimator that says 1 where its input is positive."""

import pickle

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, f1_score, log_loss, make_scorer, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_validate

from seqtasks.estimators.scorer import steps_scorer


class Positive(ClassifierMixin, BaseEstimator):
    """A prediction for each step, of an array or of a list; probabilities are a logistic function."""

    def __init__(self, above=0.0):
        self.above = above

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.array(["no", "yes"])
        return self

    def predict_proba(self, X):
        each = [1 / (1 + np.exp(self.above - np.asarray(x))) for x in X]
        return [np.stack([1 - p, p], axis=-1) for p in each]

    def predict(self, X):
        return [self.classes_[p.argmax(axis=-1)] for p in self.predict_proba(X)]


class Double(RegressorMixin, BaseEstimator):
    """Two outputs at each step."""

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.stack([X, 2 * X], axis=-1)


X = np.array([[1.0, -1, 2, -2, 3, -3, 4, -4]] * 6)
TRUE = np.where(X > 0, "yes", "no")
ONE_WRONG = np.where(np.arange(8) == 7, "yes", TRUE)
POSITIVE = Positive().fit(X, TRUE)


def test_seven_of_eight_right_is_seven_eighths():
    """Of scikit-learn's own scorer it is nothing, or an error where labels are no integers."""

    class Integers(ClassifierMixin, BaseEstimator):
        classes_ = np.array([0, 1])

        def predict(self, X):
            return (X > 0).astype(int)

    wrong = (ONE_WRONG == "yes").astype(int)
    assert sklearn.metrics.get_scorer("accuracy")(Integers(), X, wrong) == 0.0
    assert steps_scorer("accuracy")(Integers(), X, wrong) == 7 / 8
    assert steps_scorer("accuracy")(POSITIVE, X, ONE_WRONG) == 7 / 8


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=5), min_size=1, max_size=5))
def test_accuracy_is_the_share_of_steps(sequences):
    """Sequences of any lengths, in a list."""
    inputs = [np.array([1.0 if positive else -1.0 for positive, _ in each]) for each in sequences]
    y = [np.array(["yes" if target else "no" for _, target in each]) for each in sequences]
    right = [positive == target for each in sequences for positive, target in each]
    assert steps_scorer("accuracy")(POSITIVE, inputs, y) == pytest.approx(np.mean(right))


def test_scores_of_probabilities():
    """Areas and log losses take those of the positive class, step by step."""
    y = np.array([["yes", "no", "no", "no", "yes", "yes", "yes", "no"]] * 6)
    p = np.concatenate(POSITIVE.predict_proba(X))
    assert steps_scorer("roc_auc")(POSITIVE, X, y) == pytest.approx(roc_auc_score(y.ravel(), p[:, 1]))
    assert steps_scorer("neg_log_loss")(POSITIVE, X, y) == pytest.approx(-log_loss(y.ravel(), p))


def test_scorers_made_by_hand():
    """With settings of their own."""
    scorer = steps_scorer(make_scorer(f1_score, pos_label="no"))
    assert scorer(POSITIVE, X, ONE_WRONG) == f1_score(ONE_WRONG.ravel(), TRUE.ravel(), pos_label="no")


def test_several_outputs_at_each_step():
    """(n, T, O) are rows of O."""
    y = np.stack([X, 2 * X + 1], axis=-1)
    assert steps_scorer("neg_mean_squared_error")(Double(), X, y) == -0.5


def test_steps_of_weight_zero_do_not_count():
    """Not the wrong one; then what is left is right, even for a score that knows no weights."""
    mask = (np.arange(8) < 7) * np.ones((6, 1))
    assert steps_scorer("accuracy")(POSITIVE, X, ONE_WRONG, sample_weight=mask) == 1.0
    no_weights = steps_scorer(make_scorer(lambda y, predicted: (y == predicted).mean()))
    assert no_weights(POSITIVE, X, ONE_WRONG, sample_weight=mask) == 1.0


def test_weights_weigh():
    """Of steps, and of whole sequences."""
    weights = np.array([[1.0] * 7 + [3.0]] * 6)
    assert steps_scorer("accuracy")(POSITIVE, X, ONE_WRONG, sample_weight=weights) == pytest.approx(0.7)
    y = np.where(np.arange(6)[:, None] == 0, ONE_WRONG, TRUE)
    wanted = accuracy_score(y.ravel(), TRUE.ravel(), sample_weight=np.repeat([5, 1, 1, 1, 1, 1], 8))
    got = steps_scorer("accuracy")(POSITIVE, X, y, sample_weight=[5, 1, 1, 1, 1, 1])
    assert got == pytest.approx(wanted)


def test_searches_choose_by_steps():
    """In two processes: the threshold that most steps agree with, where no whole sequence is right."""
    y = np.where(X > 1.5, "yes", "no")
    y[:, 7] = "yes"  # wrong for every threshold
    search = GridSearchCV(Positive(), {"above": [0.0, 1.5]}, scoring=steps_scorer("accuracy"), cv=2, n_jobs=2).fit(X, y)
    assert search.best_params_ == {"above": 1.5}
    np.testing.assert_allclose(search.cv_results_["mean_test_score"], [6 / 8, 7 / 8])


def test_several_scores_at_once():
    """Beside each other in cross-validation, of lists, too."""
    both = {"a": steps_scorer("accuracy"), "b": steps_scorer("balanced_accuracy")}
    scores = cross_validate(Positive(), list(X), list(ONE_WRONG), cv=2, scoring=both)
    np.testing.assert_allclose(scores["test_a"], 7 / 8)
    np.testing.assert_allclose(scores["test_b"], (4 / 5 + 1) / 2)


def test_weights_are_routed_where_asked_for():
    """With metadata routing, to the estimator and to the score."""
    mask = (np.arange(8) < 7) * np.ones((6, 1))
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = steps_scorer("accuracy").set_score_request(sample_weight=True)
        asking = Positive().set_fit_request(sample_weight=False)
        scores = cross_validate(asking, X, ONE_WRONG, cv=2, scoring=scorer, params={"sample_weight": mask})
    np.testing.assert_array_equal(scores["test_score"], 1.0)


def test_it_is_copied_and_printed():
    """Other processes get a pickle."""
    again = pickle.loads(pickle.dumps(steps_scorer("accuracy")))
    assert again(POSITIVE, X, ONE_WRONG) == 7 / 8
    assert repr(again) == "steps_scorer('accuracy')"


def test_targets_that_cannot_be_scored_raise():
    """Targets of sequences, weights of nothing, names that there are not."""
    with pytest.raises(
        ValueError, match=r"y has shape \(6,\); expected one target for each step, \(n, T\) or n arrays"
    ):
        steps_scorer("accuracy")(POSITIVE, X, TRUE[:, 0])
    with pytest.raises(ValueError, match=r"sample_weight is 0 at all steps\. Pass a positive weight"):
        steps_scorer("accuracy")(POSITIVE, X, TRUE, sample_weight=np.zeros((6, 8)))
    with pytest.raises(ValueError, match=r"y has \d+ masked values\. Fill them"):
        steps_scorer("accuracy")(POSITIVE, X, np.ma.masked_equal(TRUE, TRUE[0, 0]))
    with pytest.raises(ValueError, match="'acuracy' is not a valid scoring value"):
        steps_scorer("acuracy")
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        steps_scorer("accuracy")(POSITIVE, X, TRUE, sample_weight=np.ones(5))
