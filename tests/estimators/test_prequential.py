"""Each row is predicted before it is learned, and compared with chance."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from seqtasks.errors import UsageError
from seqtasks.estimators.prequential import Prequential, prequential_score
from seqtasks.estimators.stream_classifier import StreamClassifier
from seqtasks.estimators.stream_regressor import StreamRegressor

pytestmark = pytest.mark.tensorflow

X = np.random.default_rng(0).normal(size=(80, 1))
BEFORE = np.concatenate([[0.0], X[:-1, 0]])
LETTERS = np.array(["a", "b", "c"])[np.digitize(BEFORE, [-0.5, 0.5])]
REGRESSOR = StreamRegressor(model="gru:units=4", trainer="online:window=2", random_state=0)
CLASSIFIER = StreamClassifier(model="gru:units=4", trainer="online:window=2", random_state=0)


def by_hand(model, y, method="predict", **first):
    """Predict and learn, row after row, from the second on."""
    model.partial_fit(X[:1], y[:1], **first)
    predicted = []
    for t in range(1, len(X)):
        predicted.append(getattr(model, method)(X[t : t + 1])[0])
        model.partial_fit(X[t : t + 1], y[t : t + 1])
    return np.array(predicted)


def test_scores_are_those_of_predicting_before_learning_row_by_row():
    """Of numbers; the estimator that was given stays unfitted."""
    found = prequential_score(REGRESSOR, X, BEFORE)
    assert found.score == pytest.approx(r2_score(BEFORE[1:], by_hand(clone(REGRESSOR), BEFORE)))
    assert not hasattr(REGRESSOR, "n_features_in_")


@pytest.mark.parametrize(
    ("scoring", "method", "score"),
    [(None, "predict", accuracy_score), ("neg_log_loss", "predict_proba", lambda y, p: -log_loss(y, p))],
)
def test_scores_of_classes(scoring, method, score):
    """By labels and by probabilities."""
    predicted = by_hand(clone(CLASSIFIER), LETTERS, method, classes=np.unique(LETTERS))
    found = prequential_score(CLASSIFIER, X, LETTERS, scoring=scoring)
    assert found.score == pytest.approx(score(LETTERS[1:], predicted))


def test_chance_of_numbers():
    """The mean so far, and the last one; of a slow series the last is better."""
    slow = np.cumsum(X[:, 0])
    found = prequential_score(REGRESSOR, X, slow, scoring="neg_mean_squared_error")
    means = [slow[:t].mean() for t in range(1, 80)]
    assert found.constant == pytest.approx(-np.mean((slow[1:] - means) ** 2))
    assert found.persistence == pytest.approx(-np.mean((slow[1:] - slow[:-1]) ** 2))
    assert found.chance == found.persistence > found.constant


@pytest.mark.parametrize("labels", [LETTERS, np.where(BEFORE > 0.3, "yes", "no")], ids=["three", "two"])
def test_chance_of_classes(labels):
    """How often each was, and once more; and the last one."""
    classes, codes = np.unique(labels, return_inverse=True)
    found = prequential_score(CLASSIFIER, X, labels)
    counts = [np.bincount(codes[:t], minlength=len(classes)) + 1 for t in range(1, 80)]
    assert found.constant == pytest.approx(np.mean([np.argmax(c) == k for c, k in zip(counts, codes[1:], strict=True)]))
    assert found.persistence == pytest.approx(np.mean(codes[1:] == codes[:-1]))
    found = prequential_score(CLASSIFIER, X, labels, scoring="neg_log_loss")
    shares = [c[k] / c.sum() for c, k in zip(counts, codes[1:], strict=True)]
    assert found.constant == pytest.approx(np.log(shares).mean())


def test_several_outputs_and_episodes():
    """Each output has its own mean; groups reset the state."""
    both = np.stack([BEFORE, 3 + BEFORE], axis=1)
    groups = np.repeat([0, 1], 40)
    found = prequential_score(REGRESSOR, X, both, groups=groups)
    means = np.array([both[:t].mean(axis=0) for t in range(1, 80)])
    assert found.constant == pytest.approx(r2_score(both[1:], means))
    assert found.score != prequential_score(REGRESSOR, X, both).score


def test_chance_is_the_better_of_both():
    """Whichever it is."""
    assert Prequential(0.9, 0.1, 0.5).chance == 0.5
    assert Prequential(0.9, 0.1, -0.5).chance == 0.1


def test_wrappers_of_an_estimator_of_streams_raise():
    """Except pipelines, whose steps learn row by row."""
    for wrapped in (TransformedTargetRegressor(REGRESSOR), make_pipeline(StandardScaler(), LinearRegression())):
        with pytest.raises(UsageError, match=r"takes a StreamClassifier or StreamRegressor, not a [TL]") as caught:
            prequential_score(wrapped, X, BEFORE)
        assert caught.value.hint.endswith("make_pipeline(StandardScaler(), StreamRegressor()).")
    with pytest.raises(UsageError, match="The step PCA of the pipeline has no partial_fit") as caught:
        prequential_score(make_pipeline(PCA(1), REGRESSOR), X, BEFORE)
    assert "Use a step that has partial_fit" in caught.value.hint


@pytest.mark.parametrize("block", [1, 7])
def test_the_steps_of_a_pipeline_learn_after_they_are_used(block):
    """The scores are those of a loop by hand, of numbers and of labels; a step that needs no fit is left alone."""
    for kind, y, score in ((REGRESSOR, 300 + 50 * BEFORE, r2_score), (CLASSIFIER, LETTERS, accuracy_score)):
        scaler, net, predicted = StandardScaler(), clone(kind), []
        classes = {} if kind is REGRESSOR else {"classes": np.unique(LETTERS)}
        for first in range(0, len(X), block):
            rows, targets = 7 + 3 * X[first : first + block], y[first : first + block]
            if first:
                predicted.extend(net.predict(scaler.transform(rows)))
            net.partial_fit(scaler.partial_fit(rows).transform(rows), targets, **classes)
        pipeline = Pipeline(
            [("same", FunctionTransformer()), ("none", "passthrough"), ("scale", StandardScaler()), ("net", kind)]
        )
        found = prequential_score(pipeline, 7 + 3 * X, y, block=block)
        assert found.score == pytest.approx(score(y[block:], predicted))
        assert not hasattr(pipeline["scale"], "mean_")
    means = [BEFORE[:t].mean() for t in range(block, len(X))]
    found = prequential_score(make_pipeline(StandardScaler(), REGRESSOR), X, BEFORE, block=block)
    assert found.constant == pytest.approx(r2_score(BEFORE[block:], means))
    assert found.persistence == pytest.approx(r2_score(BEFORE[block:], BEFORE[block - 1 : -1]))


def test_blocks_and_groups_of_a_pipeline():
    """Groups reset the state at the same rows; blocks that leave nothing to score, or have no pipeline, raise."""
    pipeline, days = make_pipeline(FunctionTransformer(), REGRESSOR), np.repeat([0, 1], 40)
    by_block = prequential_score(pipeline, X, BEFORE, groups=days).score
    assert by_block == pytest.approx(prequential_score(REGRESSOR, X, BEFORE, groups=days).score, abs=1e-5)
    for model, block, message in (
        (REGRESSOR, 2, "block is 2; expected 1, because a single estimator"),
        (pipeline, 0, "block is 0; expected an integer >= 1"),
    ):
        with pytest.raises(UsageError, match=message):
            prequential_score(model, X, BEFORE, block=block)
    with pytest.raises(ValueError, match="X has 80 rows; expected at least 81, because those of the first block of 80"):
        prequential_score(pipeline, X, BEFORE, block=80)


def test_one_row_cannot_be_scored():
    """Before the first nothing is known."""
    with pytest.raises(ValueError, match="X has 1 row; expected at least 2, because the first is not scored"):
        prequential_score(REGRESSOR, X[:1], BEFORE[:1])
