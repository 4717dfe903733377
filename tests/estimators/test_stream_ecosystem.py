"""Stream estimators inside scikit-learn's own tools, on rows in order."""

import subprocess
import sys

import numpy as np
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingRegressor, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - what it is for
from sklearn.inspection import permutation_importance
from sklearn.metrics import r2_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    TimeSeriesSplit,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seqtasks.estimators import StreamClassifier, StreamRegressor

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

X = np.random.default_rng(0).normal(size=(120, 2))
BEFORE = np.concatenate([[0.0], X[:-1, 0]])
SIGNS = np.where(BEFORE > 0, "up", "down")
SETTINGS = {"model": "gru:units=4", "trainer": "online:window=2", "passes": 30, "random_state": 0}
REGRESSOR, CLASSIFIER = StreamRegressor(**SETTINGS), StreamClassifier(**SETTINGS)
CUTS = TimeSeriesSplit(2)


def test_searches():
    """At random, and by halves, over settings of specs; the window that reaches the row before wins."""
    windows = {"trainer__window": [1, 2]}
    found = RandomizedSearchCV(REGRESSOR, windows, n_iter=2, cv=CUTS, random_state=0).fit(X, BEFORE)
    assert found.best_params_ == {"trainer__window": 2}
    halved = HalvingGridSearchCV(REGRESSOR, windows, cv=CUTS, min_resources=60, random_state=0).fit(X, BEFORE)
    assert halved.best_estimator_.predict(X).shape == (120,)


def test_ensembles():
    """Calibrated, voting, and bagged, which draws rows as they come."""
    calibrated = CalibratedClassifierCV(CLASSIFIER, cv=CUTS).fit(X, SIGNS)
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1)
    voting = VotingClassifier([("one", CLASSIFIER), ("other", CLASSIFIER)], voting="soft").fit(X, SIGNS)
    alone = StreamClassifier(**SETTINGS).fit(X, SIGNS)
    assert (voting.predict(X) == alone.predict(X)).all()
    bagged = BaggingRegressor(REGRESSOR, n_estimators=2, bootstrap=False, random_state=0).fit(X, BEFORE)
    assert np.isfinite(bagged.predict(X)).all()


def test_curves_and_importances():
    """More rows are better; the column that the target comes of is the one that counts."""
    _, _, scores = learning_curve(REGRESSOR, X, BEFORE, train_sizes=[0.1, 1.0], cv=CUTS)
    assert scores[1].mean() > scores[0].mean()
    model = StreamRegressor(**SETTINGS).fit(X, BEFORE)
    found = permutation_importance(model, X, BEFORE, n_repeats=2, random_state=0)
    assert found.importances_mean[0] > 10 * abs(found.importances_mean[1])


def test_columns():
    """Behind a transformer of columns, one of which is left out."""
    first = ColumnTransformer([("first", StandardScaler(), [0])])
    assert make_pipeline(first, REGRESSOR).fit(X, BEFORE).score(X, BEFORE) > 0.8


EPISODES = np.repeat(["f", "e", "d", "c", "b", "a"], 20)
FOLDS = {
    "whole episodes": list(GroupKFold(3).split(X, BEFORE, EPISODES)),
    "within one": [(np.arange(50), np.arange(50, 120))],  # whose first test row goes on with the last trained one's
}
FEW = {**SETTINGS, "passes": 3}


def by_hand(model, train, test, rows=X, asked=EPISODES):
    """The score of predictions by groups, or without any, after learning by groups."""
    model.fit(rows[train], BEFORE[train], groups=EPISODES[train])
    return r2_score(BEFORE[test], model.predict(rows[test], None if asked is None else asked[test]))


@pytest.mark.parametrize("folds", FOLDS.values(), ids=FOLDS)
def test_groups_are_routed_where_asked_for(folds):
    """To fit and to score; scores are those by hand, and others where only fit has groups."""
    wanted = [by_hand(StreamRegressor(**FEW), *fold) for fold in folds]
    with sklearn.config_context(enable_metadata_routing=True):
        asking = StreamRegressor(**FEW).set_fit_request(groups=True).set_score_request(groups=True)
        given = {"cv": folds, "params": {"groups": EPISODES}, "error_score": "raise"}
        np.testing.assert_array_equal(cross_val_score(asking, X, BEFORE, **given), wanted)
        half = StreamRegressor(**FEW).set_fit_request(groups=True).set_score_request(groups=False)
        assert (np.abs(cross_val_score(half, X, BEFORE, **given) - wanted) > 1e-6).all()


@pytest.mark.parametrize("folds", FOLDS.values(), ids=FOLDS)
def test_groups_are_routed_through_pipelines(folds):
    """To fit by any scikit-learn; to the score that a search asks for by those of 1.8 and later."""
    asked = EPISODES if tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 8) else None
    with sklearn.config_context(enable_metadata_routing=True):
        asking = StreamRegressor(**FEW).set_fit_request(groups=True).set_score_request(groups=True)
        pipeline = make_pipeline(StandardScaler(), asking)
        found = cross_val_score(pipeline, X, BEFORE, cv=folds, params={"groups": EPISODES}, error_score="raise")
        for (train, test), score in zip(folds, found, strict=True):
            rows = StandardScaler().fit(X[train]).transform(X)
            wanted = by_hand(StreamRegressor(**FEW), train, test, rows, asked)
            assert score == pytest.approx(wanted, rel=1e-6)
            pipeline.fit(X[train], BEFORE[train], groups=EPISODES[train])
            wanted = by_hand(StreamRegressor(**FEW), train, test, rows)
            assert pipeline.score(X[test], BEFORE[test], groups=EPISODES[test]) == pytest.approx(wanted, rel=1e-6)


def test_searches_route_groups():
    """To each fit and score, the last fit of all rows, and the score of the search; folds are whole episodes."""
    grid = {"trainer__window": [1, 2]}
    folds = FOLDS["whole episodes"]
    wanted = [[by_hand(StreamRegressor(**FEW).set_params(trainer__window=k), *fold) for fold in folds] for k in (1, 2)]
    with sklearn.config_context(enable_metadata_routing=True):
        asking = StreamRegressor(**FEW).set_fit_request(groups=True).set_score_request(groups=True)
        search = GridSearchCV(asking, grid, cv=GroupKFold(3), error_score="raise").fit(X, BEFORE, groups=EPISODES)
        found = [search.cv_results_[f"split{number}_test_score"] for number in range(3)]
        np.testing.assert_array_equal(np.transpose(found), wanted)
        best = search.best_estimator_
        assert list(best.groups_) == ["f", "e", "d", "c", "b", "a"]
        assert search.score(X, BEFORE, groups=EPISODES) == r2_score(BEFORE, best.predict(X, EPISODES))


def test_without_routing_groups_are_the_splitters_alone():
    """Neither fit nor score sees them, as in scikit-learn's own estimators."""
    found = cross_validate(
        StreamRegressor(**FEW), X, BEFORE, groups=EPISODES, cv=GroupKFold(3), return_estimator=True, error_score="raise"
    )
    assert [each.groups_ for each in found["estimator"]] == [{}, {}, {}]
    for (train, test), score in zip(FOLDS["whole episodes"], found["test_score"], strict=True):
        assert score == StreamRegressor(**FEW).fit(X[train], BEFORE[train]).score(X[test], BEFORE[test])


def test_named_scores_ask_without_groups():
    """Scorers of scikit-learn call predict with X alone, whatever predict asks for."""
    with sklearn.config_context(enable_metadata_routing=True):
        asking = StreamRegressor(**FEW).set_fit_request(groups=True).set_predict_request(groups=True)
        given = {"cv": GroupKFold(3), "params": {"groups": EPISODES}, "scoring": "r2", "error_score": "raise"}
        found = cross_val_score(asking, X, BEFORE, **given)
    for (train, test), score in zip(FOLDS["whole episodes"], found, strict=True):
        model = StreamRegressor(**FEW).fit(X[train], BEFORE[train], EPISODES[train])
        assert score == r2_score(BEFORE[test], model.predict(X[test]))


def test_nothing_heavy_is_loaded_before_fit():
    """Importing, making, copying, printing and showing one in a notebook."""
    code = (
        "import sys; from sklearn.base import clone; from seqtasks.estimators import PerStep, StreamClassifier\n"
        "model = clone(StreamClassifier(model='lru:units=8', trainer='rtrl')).set_params(model__units=4)\n"
        "assert 'units=4' in repr(model) and 'lru' in model._repr_html_()\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_single_row_is_a_stream():
    """It is learned, and the next is predicted."""
    model = StreamRegressor(**SETTINGS).fit(X[:1], [0.5])
    assert model.predict(X[1:2]).shape == (1,)
    assert model.partial_fit(X[1:2], [0.5]) is model
