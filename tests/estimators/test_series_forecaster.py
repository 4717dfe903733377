"""Forecasts of a series, several rows ahead."""

import copy
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score

import seqtasks
from seqtasks.errors import DataError, UsageError
from seqtasks.estimators import SeriesForecaster
from seqtasks.estimators.data.following import following
from seqtasks.estimators.data.remarks import without_settings
from seqtasks.estimators.data.series import Series
from seqtasks.files.prediction import predictions
from seqtasks.files.store import Stored
from seqtasks.tables.frame import columns_of

pytestmark = pytest.mark.tensorflow

T, H = 96, 6
t = np.arange(T + H)
SEASONAL = 500 + 3 * t + 40 * np.sin(2 * np.pi * t / H) + np.random.default_rng(0).normal(size=T + H)
MONTHS = pd.Series(SEASONAL, pd.period_range("2000-01", periods=T + H, freq="M"), name="load")
QUICK = {"model": "gru:units=8", "horizon": H, "random_state": 0}
WALK = np.random.default_rng(1).normal(size=T + H).cumsum()


@pytest.fixture(scope="module")
def fitted():
    return SeriesForecaster(**QUICK).fit(SEASONAL[:T])


def test_forecasts_are_those_of_a_run_of_the_task_table(fitted):
    """Of the same seed: the record and the forecasts from the last row, to the bit."""
    seed = int(np.random.RandomState(0).randint(2**31 - 1))
    frame = pd.DataFrame({"y": SEASONAL[:T]})
    task = seqtasks.table(frame, "y", ahead=f"1-{H}", kind="real", time="none")
    run = seqtasks.run(task, model="gru:units=8", seed=seed, progress=False)
    assert fitted.result_.loss == run.loss
    assert fitted.result_.baselines == run.baselines
    (found,) = predictions(Stored.of(run), [columns_of("frame", frame)])
    np.testing.assert_array_equal(fitted.predict(), found.values[-1])


def test_a_seasonal_series_is_forecast_better_than_by_its_last_value_and_season(fitted):
    """With a trend and default settings, in its own unit."""
    errors = np.abs(fitted.predict() - SEASONAL[T:]).mean()
    assert errors < 0.5 * np.abs(SEASONAL[T - H : T] - SEASONAL[T:]).mean()
    assert errors < 0.2 * np.abs(SEASONAL[T - 1] - SEASONAL[T:]).mean()
    assert fitted.score(SEASONAL[T:]) == r2_score(SEASONAL[T:], fitted.predict())


def test_steps_are_the_first_horizons(fitted):
    """By number, or by the length of what is scored; more than the horizon raise."""
    np.testing.assert_array_equal(fitted.predict(2), fitted.predict()[:2])
    np.testing.assert_array_equal(fitted.predict(SEASONAL[T : T + 3]), fitted.predict()[:3])
    for steps in (0, H + 1):
        with pytest.raises(ValueError, match=f"{steps} rows are to be forecast, .* with horizon={H}. Fit with"):
            fitted.predict(steps)


def test_rows_that_become_known_move_the_forecast_and_not_the_network(fitted):
    """In one call or several, as for a forecaster that had read them; the fit stays."""
    one, several = copy.deepcopy(fitted), copy.deepcopy(fitted)
    one.update(SEASONAL[T : T + 4])
    for row in range(T, T + 4):
        several.update(SEASONAL[row : row + 1])
    np.testing.assert_array_equal(one.predict(), several.predict())
    for before, after in zip(fitted._fitted.network.weights(), one._fitted.network.weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert np.abs(one.predict(2) - SEASONAL[T + 4 :]).mean() < 10
    assert one.last_index == T + 3


def test_frames_have_the_index_of_the_rows_that_follow(fitted):
    """Periods, times with a frequency, numbers; the values are those of an array."""
    for index, first in (
        (MONTHS.index[:T], MONTHS.index[T]),
        (pd.date_range("2024-01-01", periods=T, freq="h"), pd.Timestamp("2024-01-05")),
        (pd.RangeIndex(10, 10 + 2 * T, 2), 10 + 2 * T),
    ):
        model = SeriesForecaster(**QUICK).fit(pd.Series(SEASONAL[:T], index))
        forecast = model.predict()
        assert forecast.index[0] == first
        np.testing.assert_array_equal(forecast, fitted.predict())
        assert model.update(pd.Series(SEASONAL[T : T + 2], model.predict(2).index)).last_index == forecast.index[1]
        assert model.predict().index[0] == forecast.index[2]


def test_intervals(fitted):
    """Forecasts minus and plus the margins of the run; unknown coverages raise."""
    low, high = fitted.predict_interval(0.8).T
    np.testing.assert_allclose((low + high) / 2, fitted.predict())
    np.testing.assert_allclose((high - low) / 2, fitted._encoding.margins(0.8))
    frame = SeriesForecaster(**QUICK).fit(MONTHS[:T]).predict_interval(0.5, 2)
    assert [*frame.columns] == ["lower", "upper"]
    assert [*frame.index] == [*MONTHS.index[T : T + 2]]
    with pytest.raises(UsageError, match=r"no intervals with a coverage of 0\.7") as caught:
        fitted.predict_interval(0.7)
    assert caught.value.hint.startswith("Use one of: 0.5, 0.8")


def test_columns_and_calendar_are_inputs():
    """Further columns by their names, as a frame or an array; phases of the calendar where there are times."""
    X = pd.DataFrame({"wind": np.roll(SEASONAL, 1), "sun": t})
    model = SeriesForecaster(**QUICK, calendar=("month",)).fit(MONTHS[:T], X[:T])
    assert {*model._encoding.columns} == {"y", "wind", "sun", "sin(month)", "cos(month)"}
    assert model.update(MONTHS[T:], X[T:]).predict().notna().all()
    with pytest.raises(ValueError, match=r"X has the columns \['sun'\]; expected \['wind', 'sun'\], as at fit"):
        model.update(MONTHS[T:], X[T:][["sun"]])
    with pytest.raises(UsageError, match="calendar needs the times of the rows, and the index of y is a RangeIndex"):
        SeriesForecaster(**QUICK, calendar=("month",)).fit(SEASONAL[:T])


def test_cross_validation_and_searches():
    """TimeSeriesSplit passes the series in order: scores are those of fits by hand; a search sets a spec's setting."""
    cuts = TimeSeriesSplit(2, test_size=H)
    scores = cross_val_score(SeriesForecaster(**QUICK), SEASONAL, cv=cuts)
    by_hand = [
        r2_score(SEASONAL[test], SeriesForecaster(**QUICK).fit(SEASONAL[train]).predict())
        for train, test in cuts.split(SEASONAL)
    ]
    assert scores.tolist() == by_hand
    assert min(scores) > 0.9
    search = GridSearchCV(SeriesForecaster(**QUICK), {"model__units": [8]}, cv=cuts).fit(SEASONAL)
    assert search.best_estimator_.model == "gru:units=8"


def test_a_network_worse_than_persistence_warns():
    """On a random walk, whose best forecast is its last value."""
    quick = {**QUICK, "trainer": "online:optimizer.learning_rate=0.1"}
    with pytest.warns(UserWarning, match="is above that of persistence, a forecast without a network") as caught:
        model = SeriesForecaster(**quick).fit(WALK)
    assert caught[0].filename == __file__
    assert model.result_.skill < 0


def test_clones_pickles_and_settings(fitted):
    """A pickle forecasts the same; a clone is unfitted; settings of specs have names."""
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict(), fitted.predict())
    with pytest.raises(NotFittedError):
        clone(fitted).predict()
    assert clone(fitted).set_params(model__units=3, horizon=2).get_params()["model__units"] == 3


def test_a_fit_that_fails_changes_nothing(fitted):
    """Missing values, a constant, too few rows."""
    model, before = copy.deepcopy(fitted), fitted.predict()
    gone = SEASONAL.copy()
    gone[5] = np.nan
    with pytest.raises(DataError, match="1 value is missing: 1 in column y"):
        model.fit(gone)
    with pytest.raises(DataError, match=r"column y is 1\.0 in every row of the training part"):
        model.fit(np.ones(T))
    with pytest.raises(ValueError, match="y has 12 rows, of which 6 are in the test part; expected more than 6 other"):
        model.fit(SEASONAL[:12])
    np.testing.assert_array_equal(model.predict(), before)
    assert np.isfinite(SeriesForecaster(**QUICK, missing="forward").fit(gone).predict()).all()


@pytest.mark.parametrize(
    ("y", "X", "message"),
    [
        (np.zeros((4, 2)), None, r"y has shape \(4, 2\); expected one series, \(T,\), with at least one row. Pass the"),
        ([], None, r"y has shape \(0,\)"),
        (5.0, None, r"y has shape \(\)"),
        ([1.0, 2.0], np.zeros((3, 1)), "inconsistent numbers of samples"),
        ([1.0, 2.0], np.zeros((2, 1, 1)), r"X has shape \(2, 1, 1\); expected \(T, F\), one row for each of y"),
        ([1.0, 2.0], pd.DataFrame({"y": [1, 2]}), "X has a column named 'y', a name that the series needs. Rename"),
        (pd.Series([1.0, 2.0], [3, 1]), None, "The index of y goes from 3 to 1 without order. Pass y.sort_index"),
        (np.ma.masked_array([1.0, 2.0], [0, 1]), None, "y has 1 masked values"),
        (np.array(["2026-01-01"], "M8[D]"), None, r"y holds times \(datetime64"),
    ],
    ids=["matrix", "empty", "number", "lengths", "cube", "name", "order", "masked", "times"],
)
def test_what_is_no_series_raises(y, X, message):
    """With the value, and what to pass."""
    with pytest.raises(ValueError, match=message):
        SeriesForecaster().fit(y, X)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"horizon": 0}, "horizon=0 is out of range. horizon takes an integer, at least 1"),
        ({"reference": "best"}, "reference=best is not one of its choices. reference takes one of: auto, mean"),
        ({"model": "gruu"}, "There is no model named 'gruu'"),
    ],
)
def test_wrong_settings_raise(settings, message):
    """Before anything is trained."""
    with pytest.raises(UsageError, match=message):
        SeriesForecaster(**settings).fit(SEASONAL)


def test_what_the_task_remarks_is_a_warning():
    """Gaps and columns that are no inputs; hints are those of settings that the forecaster has."""
    index = pd.date_range("2024-01-01", periods=T + 1, freq="D").delete(50)
    X = pd.DataFrame({"sky": [f"sky {n}" for n in range(T)], "wind": t[:T]}, index)
    settings = {**QUICK, "calendar": ("weekday",), "trainer": "online:window=2"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        SeriesForecaster(**settings).fit(pd.Series(SEASONAL[:T], index), X)
    found = [str(one.message) for one in caught if one.filename == __file__]
    [gap] = [one for one in found if "gap" in one]
    assert gap.startswith(
        "Column time: rows are 1 day apart, with 1 gap; the longest, after 2024-02-19 00:00:00, is 2 days."
    )
    assert gap.endswith("Rows are counted, not times.")
    [sky] = [one for one in found if one.startswith("Column sky is not an input")]
    assert sky == (
        'Column sky is not an input, because it has 77 labels, such as "sky 0", and categories=20 is the bound. '
        "Join rare labels; each label is an input."
    )
    assert "The inputs are y, wind." in found


def test_hints_of_settings_that_exist_are_kept():
    """Whether a clause ends a sentence or not."""
    note = "Column y repeats; period=3 makes it one; inputs=y is chosen: ahead=1 is next; the rest. kind=real takes it."
    assert without_settings(note, ["inputs", "ahead", "kind"]) == "Column y repeats; period=3 makes it one; the rest."
    assert without_settings(note, ["period"]) == note.replace(" period=3 makes it one;", "")
    assert without_settings("inputs=y is all.", ["inputs"]) == "inputs=y is all."


DAYS = pd.date_range("2024-01-01", periods=5, freq="D")
Y = pd.Series(np.arange(5.0), DAYS)
NUMBERED = pd.Series(np.arange(3.0), [5, 6, 7])
OTHER_ROWS = {
    "later": (
        Y,
        pd.DataFrame({"x": Y.shift(1, freq="D")}),
        "row 1 is 2024-01-02 00:00:00 in X and 2024-01-01 00:00:00",
    ),
    "order": (Y, pd.DataFrame({"x": Y.iloc[[0, 1, 3, 2, 4]]}), "row 3 is 2024-01-04 00:00:00 in X and 2024-01-03"),
    "longer": (Y[:4], pd.DataFrame({"x": Y}), "row 5 is 2024-01-05 00:00:00 in X and missing in y"),
    "shorter": (Y, pd.DataFrame({"x": Y[:4]}), "row 5 is missing in X and 2024-01-05 00:00:00 in y"),
    "zone": (Y, pd.DataFrame({"x": Y.tz_localize("UTC")}), r"row 1 is 2024-01-01 00:00:00\+00:00 in X and 2024-01-01"),
    "times-of-none": (Y.reset_index(drop=True), pd.DataFrame({"x": Y}), "row 1 is 2024-01-01 00:00:00 in X and 0 in y"),
    "numbers": (NUMBERED, pd.DataFrame({"x": np.arange(8.0)})[4:7], "row 1 is 4 in X and 5 in y"),
}


@pytest.mark.parametrize(("y", "X", "message"), OTHER_ROWS.values(), ids=OTHER_ROWS)
def test_columns_of_other_rows_raise(y, X, message):
    """The first label that differs is named, and what to pass; without an index they are taken in their order."""
    with pytest.raises(ValueError, match=f"different indexes: {message}.*. Pass X.loc\\[y.index\\], or X.to_numpy"):
        Series.of(y, X)
    with pytest.raises(ValueError, match="different indexes"):
        SeriesForecaster().fit(y, X)
    if len(X) == len(y):
        assert Series.of(y, X.to_numpy()).frame["x0"].tolist() == X["x"].tolist()


def test_columns_of_the_same_rows():
    """Equal indexes, in any type that equals; numbers of rows, also the later ones, where y has times."""
    X = pd.DataFrame({"x": np.arange(10.0, 15)})
    for y, columns in (
        (Y, X.set_index(DAYS)),
        (Y, X),
        (Y[2:], X[2:]),
        (NUMBERED, X[:3]),
        (Y, X.set_axis(DAYS.astype(object), axis=0)),
    ):
        assert Series.of(y, columns).frame["x"].tolist() == columns["x"].tolist()


def test_rows_of_an_update_must_follow():
    """By their index."""
    series = Series.of(MONTHS[:5], None)
    with pytest.raises(ValueError, match=r"y starts at 2000-05, and the last row is 2000-05\. Pass the rows"):
        series.followed_by(Series.of(MONTHS[4:6], None))


GO_ON = {
    "tens": (pd.Index([0, 10, 20]), [30, 40]),
    "unsigned": (pd.Index([5, 7], dtype="uint8"), [9, 11]),
    "one": (pd.Index([7]), [8, 9]),
    "range": (pd.RangeIndex(3, 9, 3), [9, 12]),
    "no-day": (DAYS.delete(2), pd.to_datetime(["2024-01-06", "2024-01-07"])),
    "two-days": (pd.to_datetime(["2024-01-01", "2024-01-02"]), pd.to_datetime(["2024-01-03", "2024-01-04"])),
    "business-days": (
        pd.DatetimeIndex(pd.date_range("2024-01-01", periods=10, freq="B").to_numpy()),
        pd.to_datetime(["2024-01-15", "2024-01-16"]),
    ),
    "summer": (
        pd.date_range("2024-03-25 12:00", periods=6, tz="Europe/Berlin").delete(3),
        pd.date_range("2024-03-31 12:00", periods=2, tz="Europe/Berlin"),
    ),
    "hours-of-summer": (
        pd.date_range("2024-03-30 20:00", periods=6, freq="h", tz="Europe/Berlin").delete(3),
        pd.date_range("2024-03-31 03:00", periods=2, freq="h", tz="Europe/Berlin"),
    ),
    "offset": (
        pd.date_range("2024-03-30 20:00", periods=6, freq="15min", tz="UTC+05:30").delete(2),
        pd.date_range("2024-03-30 21:30", periods=2, freq="15min", tz="UTC+05:30"),
    ),
    "month-ends": (
        pd.date_range("2024-01-31", periods=9, freq="ME").delete(4),
        pd.to_datetime(["2024-10-31", "2024-11-30"]),
    ),
}


@pytest.mark.parametrize("unit", ["s", "ns"])
@pytest.mark.parametrize(("index", "expected"), GO_ON.values(), ids=GO_ON)
def test_an_index_goes_on_at_its_usual_distance(index, expected, unit):
    """Of numbers, if there is one distance; of times, that of most rows, on the clock of the zone."""
    index = index.as_unit(unit) if isinstance(index, pd.DatetimeIndex) else index
    found = following(index, 2)
    assert [*found] == [*expected]
    if isinstance(index, pd.DatetimeIndex):
        assert found.dtype == index.dtype
    together = index.append(found)
    assert [*following(together, 1)] == [*following(index, 3)[2:]]


@pytest.mark.parametrize(
    ("index", "first"),
    [
        (pd.Index([0, 10, 25]), 26),
        (pd.Index([4, 4]), 5),
        (pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-09"]), 3),
        (pd.to_datetime(["2024-01-01"]), 1),
        (pd.Index(["a", "b"]), 2),
        (pd.Index([0.0, 0.5, 1.0]), 3),
    ],
    ids=["integers", "equal", "times", "time", "texts", "floats"],
)
def test_an_index_without_a_usual_distance_is_numbered_with_a_warning(index, first):
    """The warning names the last row and the number, and what to pass."""
    words = f"the rows after {index[-1]} are numbered from {first}. Pass y with an index of times or numbers"
    with pytest.warns(UserWarning, match=words) as caught:
        assert [*following(index, 2)] == [first, first + 1]
    assert caught[0].filename == __file__
