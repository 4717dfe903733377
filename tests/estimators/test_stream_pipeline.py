"""Pipelines whose transformers and estimator learn row by row."""

import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, GroupKFold, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, MinMaxScaler, StandardScaler
from sklearn.utils import estimator_checks

from seqtasks.errors import UsageError
from seqtasks.estimators import (
    StreamClassifier,
    StreamPipeline,
    StreamRegressor,
    make_stream_pipeline,
    prequential_score,
)

pytestmark = pytest.mark.tensorflow

X = 1000 + 50 * np.random.default_rng(0).normal(size=(60, 2))
BEFORE = 300 + np.concatenate([[0.0], X[:-1, 0] - 1000])  # what the row before had, in another unit
SIGNS = np.where(BEFORE > 300, "up", "down")
REGRESSOR = StreamRegressor(model="gru:units=4", trainer="online:window=2", random_state=0)
CLASSIFIER = StreamClassifier(model="gru:units=4", trainer="online:window=2", random_state=0)
EXPECTED = {
    "check_methods_sample_order_invariance": "rows are time steps: their order matters",
    "check_methods_subset_invariance": "rows are time steps: a prediction depends on those before it",
    "check_estimators_overwrite_params": "a pipeline fits its own steps, as every pipeline of scikit-learn",
}


def pipeline(scaler=None, estimator=REGRESSOR):
    return make_stream_pipeline(StandardScaler() if scaler is None else scaler, clone(estimator))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.* far from unit scale:UserWarning")  # rows of theirs that a scaler has not learned
@estimator_checks.parametrize_with_checks(
    [pipeline(estimator=StreamClassifier(random_state=0)), pipeline(estimator=StreamRegressor(random_state=0))],
    expected_failed_checks=lambda _: EXPECTED,
)
def test_scikit_learns_checks(estimator, check):
    """All but those that fail for the estimators alone, and one that fails for every pipeline."""
    check(estimator)


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler(), MaxAbsScaler()], ids=repr)
@pytest.mark.parametrize(("estimator", "y"), [(REGRESSOR, BEFORE), (CLASSIFIER, SIGNS)], ids=["numbers", "labels"])
def test_each_row_is_learned_as_by_the_parts_by_hand(scaler, estimator, y):
    """The equation of the class, row by row, to the bit: statistics, states, predictions before and after."""
    s, w, model = clone(scaler), clone(estimator), pipeline(clone(scaler), estimator)
    classes = {} if estimator is REGRESSOR else {"classes": np.unique(y)}
    for t in range(30):
        row, target = X[t : t + 1], y[t : t + 1]
        if t:
            np.testing.assert_array_equal(model.predict(row), w.predict(s.transform(row)))
        s.partial_fit(row)
        w.partial_fit(s.transform(row), target, **classes)
        model.partial_fit(row, target, **classes)
    np.testing.assert_array_equal(model[0].scale_, s.scale_)
    np.testing.assert_array_equal(model.predict(X), w.predict(s.transform(X)))
    assert model.score(X[30:], y[30:]) == w.score(s.transform(X[30:]), y[30:])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 59), max_size=4))
def test_how_rows_are_cut_changes_no_bit(cuts):
    """Calls of any length, with two transformers that learn and one that needs no fit."""
    steps = (StandardScaler(), FunctionTransformer(), MaxAbsScaler())
    whole = make_stream_pipeline(*map(clone, steps), clone(REGRESSOR)).partial_fit(X, BEFORE)
    model = make_stream_pipeline(*map(clone, steps), clone(REGRESSOR))
    for a, b in pairwise([0, *np.unique(cuts), 60]):
        model.partial_fit(X[a:b], BEFORE[a:b])
    np.testing.assert_array_equal(model.predict(X), whole.predict(X))
    np.testing.assert_array_equal(model["maxabsscaler"].max_abs_, whole["maxabsscaler"].max_abs_)


def test_fit_is_that_of_the_parts_and_learning_goes_on():
    """The scaler of all rows; partial_fit continues its count, and predictions are in the unit of y."""
    model = make_stream_pipeline(StandardScaler(), StreamRegressor(trainer="rtrl", passes=40, random_state=0))
    model.fit(X, BEFORE)
    np.testing.assert_allclose(model[0].mean_, X.mean(axis=0))
    plain = make_pipeline(StandardScaler(), StreamRegressor(trainer="rtrl", passes=40, random_state=0)).fit(X, BEFORE)
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    assert model.reset_state().score(X, BEFORE) > 0.9
    assert model.partial_fit(X[:7], BEFORE[:7])[0].n_samples_seen_ == 67


def test_prediction_and_advance_teach_nothing():
    """Advance moves the state of the network only; predict changes nothing, in blocks as row by row."""
    model, s = pipeline().partial_fit(X[:30], BEFORE[:30]), StandardScaler()
    for t in range(30):
        s.partial_fit(X[t : t + 1])
    ahead = model.predict(X[30:40])
    np.testing.assert_array_equal(model.predict(X[30:40]), ahead)
    model.advance(X[30:35])
    np.testing.assert_array_equal(model.predict(X[35:40]), ahead[5:])
    assert model[0].n_samples_seen_ == 30
    assert model[0].mean_.tolist() == s.mean_.tolist()


def test_probabilities_and_groups():
    """All methods of a classifier pass groups on; a regressor has none of its methods."""
    days, model = np.repeat(["mon", "tue"], 30), pipeline(estimator=CLASSIFIER)
    model.partial_fit(X, SIGNS, classes=["up", "down"], groups=days)
    assert list(model[-1].groups_) == ["mon", "tue"]
    z, net = model[0].transform(X), model[-1]
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        by_parts = getattr(net, method)(z, days)
        np.testing.assert_array_equal(getattr(model, method)(X, days), by_parts)
    assert model.classes_.tolist() == ["down", "up"]
    with pytest.raises(ValueError, match="groups has 'mon' again"):
        model.partial_fit(X[:1], SIGNS[:1], groups=["mon"])
    assert model.reset_state()[-1].groups_ is None
    assert not hasattr(pipeline(), "predict_proba")


def test_a_call_that_fails_changes_no_step():
    """A target that the network cannot learn, after the scaler has learned the rows; and in fit."""
    model = pipeline().partial_fit(X[:30], BEFORE[:30])
    before, mean = model.predict(X), model[0].mean_.copy()
    with pytest.raises(ValueError, match="y of row 4 is"):
        model.partial_fit(X[30:35], [*BEFORE[30:34], 1e30])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.partial_fit(X[30:35], BEFORE[30:34])
    with pytest.raises(ValueError, match="NaN"):
        model.fit(X[:5], [1.0, 2.0, np.nan, 3.0, 4.0])
    assert model[0].mean_.tolist() == mean.tolist()
    assert model[0].n_samples_seen_ == 30
    np.testing.assert_array_equal(model.predict(X), before)


def test_steps_without_partial_fit():
    """They keep what fit found; a frozen one what it had; a new one is refused before any row is learned."""
    pca = PCA(1, whiten=True)
    with pytest.raises(UsageError, match="The step PCA of the pipeline has no partial_fit and is not fitted") as caught:
        make_stream_pipeline(StandardScaler(), pca, clone(REGRESSOR)).partial_fit(X, BEFORE)
    assert "pass FrozenEstimator(step)" in caught.value.hint
    model = make_stream_pipeline(pca, clone(REGRESSOR)).fit(X[:40], BEFORE[:40])
    found = pca.components_.copy()
    model.partial_fit(X[40:], BEFORE[40:])
    np.testing.assert_array_equal(pca.components_, found)
    scaler = StandardScaler().fit(X[:10])
    frozen = make_stream_pipeline(FrozenEstimator(scaler), clone(REGRESSOR)).partial_fit(X, BEFORE)
    assert scaler.n_samples_seen_ == 10
    by_hand = clone(REGRESSOR).partial_fit(scaler.transform(X), BEFORE)
    np.testing.assert_array_equal(frozen.predict(X), by_hand.predict(scaler.transform(X)))
    score = prequential_score(make_pipeline(FrozenEstimator(scaler), REGRESSOR), X, BEFORE).score
    assert score == pytest.approx(prequential_score(REGRESSOR, scaler.transform(X), BEFORE).score)
    assert scaler.n_samples_seen_ == 10


def test_a_transformer_that_needs_several_rows_at_first():
    """Of fit; then it learns row by row."""
    model = make_stream_pipeline(IncrementalPCA(2, whiten=True), clone(REGRESSOR)).fit(X[:20], BEFORE[:20])
    assert model.partial_fit(X[20:], BEFORE[20:])[0].n_samples_seen_ == 60


def test_other_last_steps_raise():
    """They have Pipeline."""
    model = make_stream_pipeline(StandardScaler(), LinearRegression())
    for call in (model.fit, model.partial_fit):
        with pytest.raises(UsageError, match=r"The last step of a StreamPipeline is LinearRegression\(\)") as caught:
            call(X, BEFORE)
    assert caught.value.hint == "Use scikit-learn's Pipeline for other estimators."


def test_frames():
    """Their names belong to the first step, whose output may be frames; other columns raise."""
    frame = pd.DataFrame(X, columns=["load", "wind"])
    model = pipeline(StandardScaler().set_output(transform="pandas"))
    model.partial_fit(frame[:30], BEFORE[:30]).partial_fit(frame[30:], BEFORE[30:])
    assert model.feature_names_in_.tolist() == ["load", "wind"]
    np.testing.assert_array_equal(model.predict(frame), pipeline().partial_fit(X, BEFORE).predict(X))
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame.rename(columns={"wind": "sun"}))


def test_parts_of_a_pipeline():
    """Steps by number and name; the transformers alone are a pipeline of scikit-learn."""
    model = pipeline().partial_fit(X, BEFORE)
    assert model[-1] is model["streamregressor"]
    assert type(model[:-1]) is Pipeline
    np.testing.assert_array_equal(model[:-1].transform(X), model[0].transform(X))


def test_rows_that_are_none_or_one():
    """No rows raise, as from the first step; one is learned."""
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        pipeline().partial_fit(X[:0], BEFORE[:0])
    assert pipeline().partial_fit(X[:1], BEFORE[:1]).predict(X[:2]).tolist() == [BEFORE[0]] * 2


def test_settings_clones_and_pickles():
    """Settings have the names of pipelines; a clone is unfitted; a pickle learns on as the original."""
    settings = {"streamregressor__model__units": 3, "minmaxscaler__feature_range": (-1, 1)}
    model = pipeline(MinMaxScaler()).set_params(**settings)
    assert model[-1].model == "gru:units=3"
    model.partial_fit(X[:30], BEFORE[:30])
    copy = clone(model)
    assert isinstance(copy, StreamPipeline)
    assert isinstance(model, Pipeline)
    assert not hasattr(copy[0], "scale_")
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(
        again.partial_fit(X[30:], BEFORE[30:]).predict(X), model.partial_fit(X[30:], BEFORE[30:]).predict(X)
    )


def test_in_searches_and_with_metadata_routing():
    """A search sets the estimator's window; groups that the last step requests are passed to it."""
    model = make_stream_pipeline(StandardScaler(), clone(REGRESSOR).set_params(passes=30))
    grid = {"streamregressor__trainer__window": [1, 2]}
    assert GridSearchCV(model, grid, cv=TimeSeriesSplit(2)).fit(X, BEFORE).best_params_ == {
        "streamregressor__trainer__window": 2
    }
    groups, scaler = np.repeat(np.arange(6), 10), StandardScaler
    with sklearn.config_context(enable_metadata_routing=True):
        asking = clone(REGRESSOR).set_fit_request(groups=True).set_score_request(groups=True)
        routed = cross_val_score(
            make_stream_pipeline(scaler(), asking), X, BEFORE, cv=GroupKFold(2), params={"groups": groups}
        )
    by_hand = []
    for train, test in GroupKFold(2).split(X, BEFORE, groups):
        one = pipeline().fit(X[train], BEFORE[train], groups[train])
        by_hand.append(one.score(X[test], BEFORE[test], groups=groups[test]))
    assert routed.tolist() == by_hand


@pytest.mark.parametrize("block", [1, 7])
def test_prequential_scores_are_those_of_its_own_methods(block):
    """Blocks are predicted by what was learned before them, and learned row by row."""
    model, predicted = pipeline(), []
    for first in range(0, 60, block):
        rows = slice(first, first + block)
        if first:
            predicted.extend(model.predict(X[rows]))
        model.partial_fit(X[rows], BEFORE[rows])
    found = prequential_score(pipeline(), X, BEFORE, block=block)
    assert found.score == pytest.approx(r2_score(BEFORE[block:], predicted))
