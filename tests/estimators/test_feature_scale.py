"""Features that a network learns poorly from cause one warning."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seqtasks.estimators import (
    PerStep,
    SequenceClassifier,
    SequenceRegressor,
    StreamClassifier,
    StreamRegressor,
    make_stream_pipeline,
)
from seqtasks.estimators.data.feature_scale import FeatureScale

pytestmark = pytest.mark.tensorflow

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(40, 3))
SEQUENCES = RANDOM.normal(size=(12, 4, 3))
QUICK = {"model": "gru:units=2", "random_state": 0}
STREAM = {**QUICK, "trainer": "online:window=1"}


class Named:
    """An estimator that knows columns."""

    feature_names_in_ = np.array(["load", "wind", "sun"], object)


def caught(call):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        call()
    return [str(each.message) for each in found]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ROWS * [1e4, 1, 1] + [1e5, 0, 0],
            "Feature x0 of X is far from unit scale, with a root mean square of up to 9.9e+04",
        ),
        (ROWS * [1, 20, 20], "Features x1, x2 of X are far"),
        (ROWS[:, :1] * 30, "X is far from unit scale"),
        (np.tile(ROWS * 30, 4), "12 of 12 features of X, x0 to x11, are far from unit scale"),
        (ROWS * [1, 1e-4, 1], "Feature x1 of X is far from unit scale, with values of at most 0.000"),
        (ROWS * 1e200, "root mean square of up to inf"),
    ],
    ids=["level", "two", "one feature", "many", "small", "overflow"],
)
def test_which_features_are_far_and_how_far(rows, message):
    """By number; of values above 10 and below 0.01; the sentence ends with the hint."""
    (found,) = caught(lambda: FeatureScale.of(rows).warn(object(), "Scale them."))
    assert message in found
    assert found.endswith((" from values above 10. Scale them.", " from values below 0.01. Scale them."))


def test_columns_have_their_names():
    """If the estimator knows as many names as there are features."""
    (found,) = caught(lambda: FeatureScale.of(ROWS * [1, 100, 1]).warn(Named(), ""))
    assert found.startswith("Feature wind of X is far")
    (found,) = caught(lambda: FeatureScale.of(ROWS[:, :1] * 100).warn(Named(), ""))
    assert found.startswith("X is far")


@pytest.mark.parametrize(
    "rows",
    [ROWS, np.eye(3)[RANDOM.integers(0, 3, 40)], np.zeros((4, 2)), ROWS > 0, ROWS + 5, ROWS[:0], np.eye(2000)[:, :1]],
    ids=["standardized", "one-hot", "zeros", "bits", "level", "none", "rare"],
)
def test_features_of_unit_scale_do_not_warn(rows):
    """Nor do those of a label that is rare."""
    assert caught(lambda: FeatureScale.of(np.asarray(rows)).warn(object(), "")) == []


def test_sizes_of_parts_are_those_of_the_whole():
    """Row by row."""
    parts, whole = FeatureScale.of(ROWS[:0]), FeatureScale.of(ROWS)
    for t in range(40):
        parts = parts.with_rows(ROWS[t : t + 1])
    assert parts.rows == 40
    np.testing.assert_allclose(parts.squares, whole.squares)
    np.testing.assert_array_equal(parts.largest, whole.largest)


def test_sequences_warn_once_per_fit_and_are_silent_after_a_scaler():
    """At fit and at the first partial_fit, at the line that calls; padding does not count; weights stay."""
    far, y = 100 + SEQUENCES, SEQUENCES[:, 0, 0]
    model = SequenceRegressor(**QUICK, epochs=2)
    with pytest.warns(UserWarning, match="Features x0, x1, x2 of X are far from unit scale") as found:
        model.fit(far, y)
    assert len(found) == 1
    assert found[0].filename == __file__
    assert str(found[0].message).endswith("Put PerStep(StandardScaler()) before the estimator in a pipeline.")
    assert caught(lambda: model.partial_fit(far, y)) == []
    labels = np.where(y > 0, "up", "down")
    assert len(caught(lambda: SequenceClassifier(**QUICK).partial_fit(list(far), labels, classes=["up", "down"]))) == 1
    assert caught(lambda: make_pipeline(PerStep(StandardScaler()), model).fit(far, y)) == []
    frames = [pd.DataFrame(each, columns=["load", "wind", "sun"]) for each in far * [1, 1e-2, 1e-2]]
    (message,) = caught(lambda: model.fit(frames, y))
    assert message.startswith("Feature load of X is far")


@pytest.mark.parametrize("size", [1, 3, 40])
def test_streams_warn_once_after_ten_rows(size):
    """Whatever their cuts; fit warns at once; the hint is a pipeline that is silent."""
    far, y = 100 + ROWS, ROWS[:, 0]
    model = StreamRegressor(**STREAM)
    found = [caught(lambda t=t: model.partial_fit(far[t : t + size], y[t : t + size])) for t in range(0, 40, size)]
    assert [len(each) for each in found].index(1) == (10 - 1) // size
    assert sum(map(len, found)) == 1
    (message,) = caught(lambda: model.fit(far, y))
    assert message.endswith("Put StandardScaler() before the estimator: make_stream_pipeline(StandardScaler(), ...).")
    assert caught(lambda: model.partial_fit(far, y)) == []
    silent = make_stream_pipeline(StandardScaler(), StreamClassifier(**STREAM))
    for t in range(0, 40, size):
        rows = slice(t, t + size)
        assert caught(lambda rows=rows: silent.partial_fit(far[rows], y[rows] > 0, classes=[False, True])) == []
