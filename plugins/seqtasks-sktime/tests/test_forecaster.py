"""The forecaster inside sktime, next to the estimator it is made of."""

import numpy as np
import pytest
from seqtasks_sktime import RecurrentForecaster
from sktime.datasets import load_airline, load_longley
from sktime.forecasting.model_evaluation import evaluate
from sktime.forecasting.model_selection import ForecastingGridSearchCV
from sktime.forecasting.naive import NaiveForecaster
from sktime.performance_metrics.forecasting import MeanAbsoluteError
from sktime.split import ExpandingWindowSplitter
from sktime.utils.estimator_checks import check_estimator

from seqtasks.estimators import SeriesForecaster

pytestmark = [
    pytest.mark.tensorflow,
    # of sktime, about its own future versions and its optional dependencies
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

Y = load_airline()
YEAR = list(range(1, 13))
CUTS = ExpandingWindowSplitter(fh=YEAR, initial_window=108, step_length=12)


def errors(forecaster, **settings):
    """The mean absolute error of each fold, by sktime's evaluate."""
    found = evaluate(forecaster, CUTS, Y, scoring=MeanAbsoluteError(), error_score="raise", **settings)
    return found["test_MeanAbsoluteError"].to_numpy()


def test_evaluate_finds_it_better_than_the_season_and_the_last_value():
    """On the airline's passengers, a year ahead, with default settings, in the mean of three folds."""
    own = errors(RecurrentForecaster(random_state=0))
    assert own.mean() < 0.7 * errors(NaiveForecaster(sp=12)).mean()
    assert own.mean() < 0.4 * errors(NaiveForecaster()).mean()


def test_forecasts_are_those_of_the_estimator():
    """At the steps that are asked for, to the bit; updates move them on."""
    own = RecurrentForecaster(random_state=0).fit(Y[:120], fh=[1, 2, 12])
    alone = SeriesForecaster(horizon=12, random_state=0).fit(Y[:120])
    np.testing.assert_array_equal(own.predict(), alone.predict().iloc[[0, 1, 11]])
    own.update(Y[120:126])
    alone.update(Y[120:126])
    np.testing.assert_array_equal(own.predict(), alone.predict().iloc[[0, 1, 11]])
    assert [*own.predict().index] == [*Y.index[[126, 127, 137]]]


@pytest.mark.filterwarnings("ignore:The loss .* is above that of:UserWarning")  # of three rows
def test_columns():
    """Their past is read; no later rows are needed."""
    y, X = load_longley()
    own = RecurrentForecaster(model="gru:units=2", random_state=0).fit(y, X, fh=[1])
    alone = SeriesForecaster(model="gru:units=2", horizon=1, random_state=0).fit(y, X)
    np.testing.assert_array_equal(own.predict(), alone.predict())


@pytest.mark.filterwarnings("ignore:The loss .* is above that of:UserWarning")
def test_columns_of_more_rows_than_the_series():
    """Each row of the series has its own, whatever lies before and after."""
    y, X = load_longley()
    own = RecurrentForecaster(model="gru:units=2", random_state=0).fit(y[2:12], X, fh=[1])
    alone = SeriesForecaster(model="gru:units=2", horizon=1, random_state=0).fit(y[2:12], X[2:12])
    np.testing.assert_array_equal(own.predict(), alone.predict())
    own.update(y[12:14], X[1:], update_params=False)
    alone.update(y[12:14], X[12:14])
    np.testing.assert_array_equal(own.predict(), alone.predict())


def test_evaluation_by_updates_trains_once():
    """The first fold is that of a refit; the others are forecast by the first network."""
    own = RecurrentForecaster(random_state=0)
    refit, updated = errors(own), errors(own, strategy="update")
    assert refit[0] == updated[0]
    assert (refit[1:] != updated[1:]).all()


def test_searches():
    """Over settings of the forecaster."""
    search = ForecastingGridSearchCV(
        RecurrentForecaster(random_state=0), CUTS, {"model": ["gru:units=4"]}, scoring=MeanAbsoluteError()
    )
    assert search.fit(Y[:132], fh=YEAR).best_params_ == {"model": "gru:units=4"}


def test_steps_in_the_series_raise():
    """The network has an output for later rows only."""
    # sktime's own error for forecasters without this capability
    with pytest.raises(NotImplementedError, match="can not perform in-sample prediction"):
        RecurrentForecaster().fit(Y, fh=[0, 1])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_sktimes_own_checks():
    """All of them pass."""
    found = check_estimator(RecurrentForecaster, raise_exceptions=False, verbose=False)
    assert len(found) > 50
    assert {name: result for name, result in found.items() if result != "PASSED"} == {}
