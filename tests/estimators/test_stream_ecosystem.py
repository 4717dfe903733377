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
from sklearn.model_selection import (
    GroupKFold,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    TimeSeriesSplit,
    cross_validate,
    learning_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seqtasks.estimators import StreamClassifier, StreamRegressor

pytestmark = pytest.mark.tensorflow

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


def test_groups_are_routed_where_asked_for():
    """To fit and to the score, whole episodes in each fold, with metadata routing."""
    groups = np.repeat(np.arange(6), 20)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = StreamRegressor(**SETTINGS).set_fit_request(groups=True)
        found = cross_validate(
            asking, X, BEFORE, cv=GroupKFold(3), params={"groups": groups}, return_estimator=True, error_score="raise"
        )
    assert [len(each.groups_) for each in found["estimator"]] == [4, 4, 4]


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
