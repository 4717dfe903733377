"""What would be misread in silence: masks, times, missing labels, and labels of several types."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

from seqtasks.estimators import PerStep, SequenceClassifier, SequenceRegressor, StreamClassifier, StreamRegressor
from seqtasks.estimators.data.labels import as_label_array
from seqtasks.estimators.data.sequences import check_sequences
from seqtasks.estimators.data.targets import check_sequence_targets, check_sequence_weights, check_step_targets

X = np.random.default_rng(0).normal(size=(4, 3, 2))
GIVEN = check_sequences(SequenceRegressor(), X, True, "float64")
MASKED = np.ma.masked_array(X, mask=X > 1)
DAYS = np.array(["2020-01-01", "2020-01-03", "2020-01-01", "2020-01-03"], "datetime64[D]")


def read(X):
    return check_sequences(SequenceRegressor(), X, True, "float64")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: read(MASKED),
        lambda: read(MASKED[:, :, 0]),
        lambda: read(list(MASKED)),
        lambda: PerStep(None)._check_steps(MASKED, True),
        lambda: StreamRegressor().fit(MASKED[:, 0], X[:, 0, 0]),
        lambda: StreamRegressor().fit(X[:, 0], MASKED[:, 0, 0] + 0 * MASKED[:, 0, 1]),
        lambda: check_sequence_targets(np.ma.masked_equal([1, 2, 1, 2], 2), GIVEN, True),
        lambda: check_sequence_targets(np.ma.masked_equal([1, 2, 1, 2], 2), GIVEN, False),
        lambda: check_step_targets(list(MASKED[:, :, 0]), GIVEN, True),
        lambda: check_sequence_weights(np.ma.masked_equal([1, 2, 1, 2], 2), GIVEN),
    ],
)
def test_masked_values_raise(ask):
    """In X, y and weights, alone and in lists: the mask would be dropped."""
    with pytest.raises(ValueError, match=r"^(X|y|sample_weight) has \d+ masked values\. Fill them, for example with "):
        ask()


def test_a_masked_array_without_a_masked_value_is_an_array():
    """As scikit-learn takes it."""
    np.testing.assert_array_equal(read(np.ma.masked_array(X)).values, X)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: read(np.tile(DAYS[:, None], 3)),
        lambda: read([np.tile(DAYS[:, None], 3)] * 4),
        lambda: read((np.tile(DAYS[:, None], 3) - DAYS[0])[:, :, None]),
        lambda: read([pd.DataFrame({"day": DAYS}), pd.DataFrame({"day": DAYS})]),
        lambda: read([pl.DataFrame({"day": DAYS}), pl.DataFrame({"day": DAYS})]),
        lambda: check_sequence_targets(DAYS, GIVEN, True),
        lambda: StreamRegressor().fit(DAYS[:, None], [0, 1, 0, 1]),
        lambda: StreamRegressor().fit(X[:, 0], DAYS),
    ],
)
def test_times_are_no_numbers(ask):
    """They would be counts of nanoseconds or days since 1970."""
    with pytest.raises(
        ValueError, match=r"^(X|y) holds times \((datetime|timedelta)64\[\w+\]\); expected numbers\. Pass"
    ):
        ask()


def test_times_are_labels():
    """Of a classifier."""
    np.testing.assert_array_equal(check_sequence_targets(DAYS, GIVEN, False), DAYS)


BIG = 2**53
LABELS = [
    (pd.Series([BIG, BIG + 1], dtype="Int64"), np.array([BIG, BIG + 1])),
    (pd.Series([True, False], dtype="boolean"), np.array([True, False])),
    (pd.Series(["a", "b"], dtype="string"), np.array(["a", "b"], object)),
    (pd.Series(["a", "b"], dtype="category"), np.array(["a", "b"], object)),
    (pl.Series([BIG, BIG + 1]), np.array([BIG, BIG + 1])),
    (np.array([1, 0], object), np.array([1, 0])),
    (np.array([True, False], object), np.array([True, False])),
    ([np.str_("a"), "b"], np.array(["a", "b"])),
    (np.array(["a", "b"], object), np.array(["a", "b"], object)),
]


@pytest.mark.parametrize(("y", "expected"), LABELS, ids=lambda value: str(getattr(value, "dtype", "list")))
def test_labels_keep_their_values(y, expected):
    """To the last digit, as texts, integers or booleans."""
    found = as_label_array(y)
    assert found.dtype == expected.dtype
    assert found.tolist() == expected.tolist()


MISSING = [
    pd.Series(["a", None], dtype="string"),
    pd.Series(["a", None], dtype="category"),
    pd.Series([True, None], dtype="boolean"),
    pl.Series(["a", None]),
    np.array(["a", None], object),
    np.array(["a", np.nan], object),
    ["a", np.nan],
    ["a", None],
    np.array(["2020-01-01", "NaT"], "datetime64[D]"),
]


@pytest.mark.parametrize("y", MISSING, ids=lambda value: str(getattr(value, "dtype", value)))
def test_missing_labels_raise(y):
    """They would be a class of their own, or an error about something else."""
    with pytest.raises(ValueError, match=r"^Input y contains NaN: 1 of 2 labels are missing\. Remove their samples\.$"):
        as_label_array(y)


@pytest.mark.parametrize(
    "y", [["a", 1], np.array(["a", 1], object), ["a", True], ["a", datetime.date(2020, 1, 1)]], ids=str
)
def test_labels_of_several_types_raise(y):
    """NumPy would make texts of all."""
    with pytest.raises(
        ValueError, match=r"^y holds labels of several types: (str, \w+|\w+, str)\. Convert all to strings"
    ):
        as_label_array(y)


def test_labels_of_steps_are_of_one_type():
    """Also where each sequence's are by themselves; texts of all kinds are one."""
    for lengths, words in (
        ([3, 3], "labels of several types: int, str"),
        ([1, 3], "values of several types: <U1, int64"),
    ):
        given = read([x[:length] for x, length in zip(X, lengths, strict=False)])
        with pytest.raises(ValueError, match=rf"^y holds {words}\. Convert all to strings, or to numbers\.$"):
            check_step_targets([np.array(["a"] * lengths[0]), np.arange(3)], given, False)
    mixed = [pd.Series(["a", "b", "a"]), np.array(["a", "b", "a"]), ["a", "b", "a"], np.array(["b"] * 3, object)]
    assert check_step_targets(mixed, GIVEN, False).tolist() == list("abaabaababbb")


def test_targets_of_steps_are_of_one_shape():
    """One number at each step of one sequence, and two of another."""
    words = (
        r"y has an array of shape \(3, 2\) for sequence 3, and of \(3,\) for sequence 0; expected values of one shape"
    )
    with pytest.raises(ValueError, match=words):
        check_step_targets([np.ones(3)] * 3 + [np.ones((3, 2))], GIVEN, True)


def test_weights_whose_sum_overflows_raise():
    """Their mean would be infinite, and every weight 0."""
    with pytest.raises(
        ValueError, match=r"The sum of sample_weight overflows, with weights up to 1e\+308\. Divide the weights"
    ):
        check_sequence_weights(np.full(4, 1e308), GIVEN)


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", [SequenceClassifier, StreamClassifier])
def test_integers_of_pandas_stay_integers(kind):
    """Which scikit-learn makes floats of; and labels that are missing are refused there, too."""
    model = kind(model="gru:units=2", random_state=0)
    X = np.zeros((4, 2))
    assert model.fit(X, pd.Series([BIG, BIG + 1] * 2, dtype="Int64")).classes_.tolist() == [BIG, BIG + 1]
    with pytest.raises(ValueError, match="Input y contains NaN"):
        model.fit(X, pd.Series(["a", None] * 2, dtype="string"))
