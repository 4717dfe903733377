"""The tools of scikit-learn take the sequence estimators on 2-D, 3-D and lists."""

import numpy as np
import pytest
import sklearn
from joblib import parallel_backend
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingRegressor, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - this is how it is switched on
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
    learning_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seqtasks.estimators import PerStep, SequenceClassifier, SequenceRegressor, steps_scorer

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),  # joblib starts processes while threads run
]

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(48, 5, 2))
Y = np.where(X[:, -1, 0] > 0, "up", "down")
FORMS = {"2-D": X[:, :, 0], "3-D": X, "list": [each[place % 3 :] for place, each in enumerate(X)]}
FAST = SequenceClassifier(epochs=25, learning_rate=0.03, random_state=0)


@pytest.fixture(params=FORMS)
def form(request):
    """The same sequences as (n, T), (n, T, F) and sequences (T_i, F)."""
    return FORMS[request.param]


def test_cross_validation(form):
    """By default, in the order of time, and by groups."""
    calm = clone(FAST).set_params(learning_rate=0.01)  # on 24 to 36 sequences, 0.03 overfits
    in_time = TimeSeriesSplit(3, test_size=8)  # so that the first fold learns from half of the sequences
    for cv, groups in ((3, None), (in_time, None), (GroupKFold(3), np.arange(48) % 6)):
        scores = cross_val_score(calm, form, Y, cv=cv, groups=groups, error_score="raise")
        assert scores.shape == (3,)
        assert scores.mean() > 0.7


def test_grid_search(form):
    """Settings of specs, too; the best is fitted to all and predicts."""
    grid = {"model__units": [4, 8], "trainer__clip": [1.0, None], "epochs": [1, 25]}
    found = GridSearchCV(FAST, grid, cv=2, error_score="raise").fit(form, Y)
    assert found.best_params_["epochs"] == 25
    assert found.best_estimator_.model.startswith("gru:units=")
    assert found.score(form, Y) > 0.8


def test_randomized_and_halving_search(form):
    """A learning rate drawn from a distribution; candidates that are given more sequences."""
    drawn = RandomizedSearchCV(
        FAST, {"learning_rate": loguniform(1e-2, 1e-1)}, n_iter=2, cv=2, random_state=0, error_score="raise"
    ).fit(form, Y)
    assert 1e-2 <= drawn.best_params_["learning_rate"] <= 1e-1
    halved = HalvingGridSearchCV(
        FAST, {"model__units": [4, 8]}, cv=2, min_resources=24, factor=2, random_state=0, error_score="raise"
    ).fit(form, Y)
    assert halved.score(form, Y) > 0.8


def test_searches_in_two_processes():
    """Unfitted estimators go there and fitted ones come back: scores are those of one process."""
    grid = {"epochs": [2, 25]}
    for search in (GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV):
        more = {"n_iter": 2, "random_state": 0} if search is RandomizedSearchCV else {}
        if search is HalvingGridSearchCV:
            more = {"min_resources": 24, "random_state": 0}
        with parallel_backend("loky", n_jobs=2):
            two = search(FAST, grid, cv=2, n_jobs=2, error_score="raise", **more).fit(FORMS["list"], Y)
        one = search(FAST, grid, cv=2, error_score="raise", **more).fit(FORMS["list"], Y)
        np.testing.assert_array_equal(two.cv_results_["mean_test_score"], one.cv_results_["mean_test_score"])


def test_learning_curve(form):
    """More sequences, better scores."""
    sizes, _, scores = learning_curve(FAST, form, Y, train_sizes=[8, 32], cv=3, error_score="raise")
    assert sizes.tolist() == [8, 32]
    assert scores[1].mean() >= scores[0].mean() > 0.4


def test_calibration_and_votes(form):
    """Probabilities that others work with."""
    calibrated = CalibratedClassifierCV(FAST, cv=2).fit(form, Y)
    np.testing.assert_allclose(calibrated.predict_proba(form).sum(axis=1), 1)
    assert (calibrated.predict(form) == Y).mean() > 0.7
    voted = VotingClassifier([("a", FAST), ("b", SequenceClassifier(epochs=1))], voting="soft").fit(form, Y)
    assert voted.predict_proba(form).shape == (48, 2)


def test_search_over_steps():
    """By steps_scorer; predictions of each step can be cross-validated, too."""
    y = np.where(np.cumsum(X[:, :, 0], axis=1) > 0, 1, 0)
    steps = SequenceClassifier(output="steps", epochs=25, learning_rate=0.03, random_state=0)
    found = GridSearchCV(steps, {"epochs": [1, 25]}, cv=2, scoring=steps_scorer("accuracy")).fit(X, y)
    assert found.best_params_["epochs"] == 25
    assert found.best_score_ > 0.7
    predicted = cross_val_predict(steps, X, y, cv=2)
    assert predicted.shape == y.shape


def test_pipelines():
    """A transformer of each step before it, and columns chosen from a table."""
    far = 1000 * X + 5000
    fitted = make_pipeline(PerStep(StandardScaler()), FAST).fit(far, Y)
    assert fitted.score(far, Y) > 0.8
    columns = ColumnTransformer([("kept", StandardScaler(), [2, 3, 4])])
    flat = make_pipeline(columns, FAST).fit(FORMS["2-D"], Y)
    assert flat[-1].n_features_in_ == 3
    assert flat.score(FORMS["2-D"], Y) > 0.8


def test_tools_of_scikit_learn_that_need_tables():
    """Bagging and permutation importance; the last column is what matters."""
    flat, y = FORMS["2-D"], X[:, -1, 0]
    regressor = SequenceRegressor(epochs=30, learning_rate=0.03, random_state=0)
    bagged = BaggingRegressor(regressor, n_estimators=2, random_state=0).fit(flat, y)
    assert bagged.score(flat, y) > 0.7
    importance = permutation_importance(regressor.fit(flat, y), flat, y, n_repeats=2, random_state=0)
    assert importance.importances_mean.argmax() == 4


def test_metadata_is_routed():
    """Weights asked for reach fit and score through a search."""
    weights = np.where(np.arange(48) % 3 < 2, 1.0, 0.0)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = SequenceClassifier(epochs=5, random_state=0).set_fit_request(sample_weight=True)
        asking.set_score_request(sample_weight=True)
        found = GridSearchCV(asking, {"epochs": [5]}, cv=2).fit(X, Y, sample_weight=weights)
        scaler = PerStep(StandardScaler().set_fit_request(sample_weight=False))
        pipeline = make_pipeline(scaler, asking).fit(X, Y, sample_weight=weights)
    alone = SequenceClassifier(epochs=5, random_state=0).fit(X, Y, sample_weight=weights)
    np.testing.assert_array_equal(found.best_estimator_.decision_function(X), alone.decision_function(X))
    assert pipeline.predict(X).shape == (48,)


def test_output_of_frames_is_that_of_predictions():
    """set_output is for transformers: a voting transformer of probabilities has a frame."""
    voted = VotingClassifier([("net", FAST), ("line", LogisticRegression())], voting="soft", flatten_transform=True)
    frame = voted.fit(FORMS["2-D"], Y).set_output(transform="pandas").transform(FORMS["2-D"])
    assert frame.shape == (48, 4)
