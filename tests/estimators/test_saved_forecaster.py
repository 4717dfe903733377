"""Files of forecasters: settings, network, record, and the series that forecasts go on from."""

import warnings
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

import seqtasks
from seqtasks.errors import DataError, UsageError
from seqtasks.estimators import SeriesForecaster
from seqtasks.estimators.data.series import Series
from seqtasks.estimators.saved_series import decode_series, encode_series

T = 60
WAVE = 100 + 10 * np.sin(np.arange(T) * np.pi / 6) + np.random.default_rng(0).normal(size=T)
MONTHS = pd.Series(WAVE, pd.date_range("2000-01-31", periods=T, freq="ME", name="month"), name="load")
INDEXES = {
    "none": None,
    "period": pd.period_range("2000-01", periods=4, freq="Q"),
    "time": pd.date_range("2000-01-03", periods=4, freq="B"),
    "gap": pd.to_datetime(["2000-01-01", "2000-01-02", "2000-01-03", "2000-01-06"]),
    "zone": pd.date_range("2000-03-26", periods=4, freq="h", tz="Europe/Berlin"),
    "number": pd.Index([1, 4, 9, 16], name="n"),
    "text": pd.Index(["a", "b", "c", "d"]),
}


@pytest.mark.tensorflow
def test_a_forecaster_goes_on_where_it_was_saved(tmp_path):
    """Settings, record, forecasts and intervals are the same, to the bit, and so are those after later rows."""
    settings = {"model": "gru:units=2", "trainer": "batch:validation=0.3", "horizon": 2, "calendar": ("month",)}
    with warnings.catch_warnings(action="ignore"):  # of chance
        fitted = SeriesForecaster(**settings, random_state=0).fit(
            MONTHS[:50], pd.DataFrame({"z": WAVE}, MONTHS.index)[:50]
        )
    path = tmp_path / "load.zip"
    seqtasks.save(fitted, str(path))
    loaded = [seqtasks.load(path), SeriesForecaster.load(path)]
    later = MONTHS[50:53], pd.DataFrame({"z": WAVE}, MONTHS.index)[50:53]
    fitted.update(*later)
    for one in loaded:
        assert one.get_params(deep=False) == fitted.get_params(deep=False)
        assert one.result_ == fitted.result_
        one.update(*later)
        pd.testing.assert_series_equal(one.predict(), fitted.predict(), check_exact=True)
        pd.testing.assert_frame_equal(one.predict_interval(0.5), fitted.predict_interval(0.5), check_exact=True)
    with ZipFile(path) as file:
        assert {name.rpartition(".")[2] for name in file.namelist()} == {"json", "npy"}
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="is not an estimator file of seqtasks, or is damaged"):
        SeriesForecaster.load(path)


@pytest.mark.parametrize("kind", INDEXES)
def test_every_index_comes_back(kind):
    """With its name, its frequency and its zone; columns of numbers, truth values and texts as well."""
    y = np.arange(4.0) if INDEXES[kind] is None else pd.Series(np.arange(4.0), INDEXES[kind])
    X = pd.DataFrame({"n": [1, 2, 3, 4], "t": ["a", "b", "a", "c"], "b": [True, False, True, True]}, INDEXES[kind])
    series = Series.of(y, X)
    found = decode_series(encode_series(series))
    pd.testing.assert_frame_equal(found.frame, series.frame)
    pd.testing.assert_index_equal(found.index, series.index)
    assert getattr(found.index, "freq", None) == getattr(series.index, "freq", None)
    assert found.is_pandas == series.is_pandas


def test_objects_that_a_file_cannot_hold():
    """An index of pairs, and a column of lists, are refused by name; so is a forecaster that is not fitted."""
    pairs = pd.MultiIndex.from_product([["a", "b"], [1, 2]])
    with pytest.raises(UsageError, match="The index of y is a MultiIndex, an object that a file cannot hold"):
        encode_series(Series.of(pd.Series(np.arange(4.0), pairs), None))
    with pytest.raises(UsageError, match="Column x holds a list, an object that a file cannot hold"):
        encode_series(Series.of(np.arange(2.0), pd.DataFrame({"x": [[1], [2]]})))
    with pytest.raises(NotFittedError):
        SeriesForecaster().save("never.zip")
