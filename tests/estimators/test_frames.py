"""Frames of polars and pandas are the arrays in them, with the columns' names kept."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.preprocessing import StandardScaler

from seqtasks.estimators import PerStep, SequenceClassifier, SequenceRegressor, StreamClassifier, StreamRegressor

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:X is a frame with:UserWarning"),  # the columns are steps here
]

NAMES = ["t0", "t1", "t2", "t3"]
X = np.random.default_rng(0).normal(size=(40, 4))
LABELS = np.where(X[:, 0] > 0, "up", "down")
MADE = [
    (SequenceClassifier(epochs=2, random_state=0), LABELS),
    (SequenceRegressor(epochs=2, random_state=0), X[:, 0]),
    (StreamClassifier(random_state=0), LABELS),
    (StreamRegressor(random_state=0), X[:, 0]),
]
FRAMES = [(pl.DataFrame, pl.Series), (pd.DataFrame, pd.Series)]


@pytest.mark.parametrize(("frame", "series"), FRAMES, ids=["polars", "pandas"])
@pytest.mark.parametrize(("model", "y"), MADE, ids=lambda value: type(value).__name__)
def test_a_frame_is_its_array(model, y, frame, series):
    """Fitted on a frame and a series, and asked about a frame, to the bit; the columns' names are kept."""
    wanted = model.fit(X, y).predict(X)
    given = frame(dict(zip(NAMES, X.T, strict=True)))
    np.testing.assert_array_equal(model.fit(given, series(y)).predict(given), wanted)
    assert model.feature_names_in_.tolist() == NAMES


@pytest.mark.parametrize(("frame", "_"), FRAMES, ids=["polars", "pandas"])
def test_columns_in_another_order_raise(frame, _):
    """The steps of a sequence have an order."""
    given = frame(dict(zip(NAMES, X.T, strict=True)))
    model = SequenceRegressor(epochs=1, random_state=0).fit(given, X[:, 0])
    with pytest.raises(ValueError, match="Feature names must be in the same order as they were in fit"):
        model.predict(given[NAMES[::-1]])


def test_polars_out_where_it_is_asked_for():
    """``set_output(transform="polars")`` of a transformer lifted to steps."""
    given = pl.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    got = PerStep(StandardScaler()).set_output(transform="polars").fit(given).transform(given)
    assert isinstance(got, pl.DataFrame)
    assert got.columns == NAMES
    np.testing.assert_allclose(got.to_numpy(), (X - X.mean()) / X.std(), atol=1e-12)
