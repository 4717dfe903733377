"""Names of columns in lists of frames, which are as binding as those of one frame; and columns taken for steps."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from seqtasks.estimators import PerStep, SequenceClassifier, SequenceRegressor
from seqtasks.estimators.data.sequences import check_sequences
from seqtasks.estimators.data.targets import check_step_targets

FRAMES = [pd.DataFrame, pl.DataFrame]
X = np.random.default_rng(0).normal(size=(6, 3, 2))


def frames(kind, names=("speed", "load")):
    return [kind(dict(zip(names, each.T, strict=True))) for each in X]


def objects(parts):
    array = np.empty(len(parts), object)
    array[:] = parts
    return array


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("form", [list, tuple, objects])
def test_frames_with_the_same_columns_are_their_arrays(kind, form):
    """With the names as ``feature_names_in_``, in a list, a tuple, or an array of objects."""
    model = SequenceRegressor()
    found = check_sequences(model, form(frames(kind)), True, "float64")
    np.testing.assert_array_equal(found.values, X)
    assert model.feature_names_in_.tolist() == ["speed", "load"]
    assert model.n_features_in_ == 2
    np.testing.assert_array_equal(check_sequences(model, form(frames(kind)), False, "float64").values, X)


@given(st.integers(1, 5))
def test_frames_with_different_columns_raise(place):
    """Another order is named with the cure; other columns and none are named, too."""
    mixed = frames(pd.DataFrame)
    mixed[place] = mixed[place][["load", "speed"]]
    words = (
        rf"Sequence {place} of X has the columns \['load', 'speed'\], and sequence 0 has the columns "
        r"\['speed', 'load'\]; expected the same columns in the same order in all sequences\. "
        r"Select the columns in one order: frame\[\['speed', 'load'\]\]\."
    )
    for estimator in (SequenceRegressor(), PerStep(StandardScaler())):
        ask = (
            estimator.fit
            if isinstance(estimator, PerStep)
            else lambda X: check_sequences(SequenceRegressor(), X, True, "f4")
        )
        with pytest.raises(ValueError, match=words):
            ask(mixed)
    mixed[place] = X[place]
    with pytest.raises(ValueError, match=rf"Sequence {place} of X has no column names, and sequence 0"):
        check_sequences(SequenceRegressor(), mixed, True, "float32")
    mixed[place] = frames(pd.DataFrame, ("speed", "mass"))[place]
    with pytest.raises(
        ValueError,
        match=r"the columns \['speed', 'mass'\].*in the same order in all sequences\. Rename or select the columns\.$",
    ):
        check_sequences(SequenceRegressor(), mixed, True, "float32")


@pytest.mark.parametrize("kind", FRAMES)
def test_other_columns_than_at_fit_raise(kind):
    """In scikit-learn's words, which it has for one frame."""
    model = SequenceRegressor()
    check_sequences(model, frames(kind), True, "float32")
    lifted = PerStep(StandardScaler()).fit(frames(kind))
    assert lifted.get_feature_names_out().tolist() == ["speed", "load"]
    np.testing.assert_allclose(np.concatenate(lifted.transform(frames(kind))).mean(axis=0), 0, atol=1e-12)
    swapped, other = (frames(kind, names) for names in (("load", "speed"), ("speed", "mass")))
    for ask in (lambda X: check_sequences(model, X, False, "float32"), lifted.transform):
        with pytest.raises(ValueError, match="Feature names must be in the same order as they were in fit"):
            ask(swapped)
        with pytest.raises(ValueError, match="unseen at fit time:\n- mass\n"):
            ask(other)
        with pytest.warns(UserWarning, match="X does not have valid feature names"):
            ask(X)
    check_sequences(model, X, True, "float32")
    assert not hasattr(model, "feature_names_in_")
    with pytest.warns(UserWarning, match="X has feature names, but SequenceRegressor was fitted without"):
        check_sequences(model, frames(kind), False, "float32")


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", [SequenceClassifier, SequenceRegressor])
def test_every_method_refuses_swapped_columns(kind):
    """Whichever method reads X after fit."""
    y = np.array([0, 1] * 3)
    model = kind(model="gru:units=2", epochs=1, random_state=0).fit(frames(pd.DataFrame), y)
    swapped = [each[["load", "speed"]] for each in frames(pd.DataFrame)]
    methods = [
        "predict",
        *(["predict_proba", "predict_log_proba", "decision_function"] if kind is SequenceClassifier else []),
    ]
    for ask in (
        *(getattr(model, name) for name in methods),
        *(lambda X, f=f: f(X, y) for f in (model.score, model.partial_fit)),
    ):
        with pytest.raises(ValueError, match="Feature names must be in the same order as they were in fit"):
            ask(swapped)


def test_targets_in_frames_with_different_columns_raise():
    """The columns of y are read in order, too."""
    given = check_sequences(SequenceRegressor(), X, True, "float64")
    targets = frames(pd.DataFrame, ("east", "north"))
    np.testing.assert_array_equal(check_step_targets(targets, given, True), X.reshape(-1, 2))
    targets[2] = targets[2][["north", "east"]]
    with pytest.raises(ValueError, match=r"Sequence 2 of y has the columns \['north', 'east'\], and sequence 0"):
        check_step_targets(targets, given, True)


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize(
    "ask", [lambda X: check_sequences(SequenceRegressor(), X, True, "f8"), PerStep(StandardScaler()).fit]
)
def test_columns_that_are_read_as_steps_are_warned_of(kind, ask):
    """With both ways out, which are silent; one column, and columns without names, can only be meant one way."""
    words = (
        r"X is a frame with the columns \['speed', 'load'\]: each row is read as a sequence, and each column as a time "
        r"step of it\. If that is meant, pass X\.to_numpy\(\)\. If the columns are features and the rows are time "
        r"steps, pass a list of frames, one for each sequence, or an array of shape \(n, T, 2\)\."
    )
    table = frames(kind)[0]
    with pytest.warns(UserWarning, match=words):
        ask(table)
    ask(table.to_numpy())
    ask([table])
    ask(table.to_numpy()[None])
    ask(table[["speed"]])
    ask(pd.DataFrame(X[0]))


def test_the_warning_points_at_the_line_that_calls_fit():
    """Of both that read steps; y is refused after X is read."""
    table = frames(pd.DataFrame)[0]
    with pytest.warns(UserWarning, match="X is a frame") as lifted:
        PerStep(StandardScaler()).fit(table)
    with pytest.warns(UserWarning, match="X is a frame") as fitted, pytest.raises(ValueError, match="y to be passed"):
        SequenceRegressor().fit(table, None)
    assert [record.filename for record in (*lifted, *fitted)] == [__file__] * 2
