"""What users get wrong, and the error that they know from scikit-learn, with what was expected in it."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from keras.optimizers import SGD
from scipy import sparse
from sklearn.exceptions import NotFittedError

from seqtasks.errors import UsageError
from seqtasks.estimators import SequenceClassifier, SequenceRegressor
from seqtasks.trainers.batch import Batch

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:invalid value encountered in reduce:RuntimeWarning"),  # a sum of 1e38 and -1e38
]

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(8, 5, 2))
FLAT = X[:, :, 0]
Y = np.array(["a", "b"] * 4)
STEPS = np.where(FLAT > 0, "a", "b")
APART = [each[: 5 - place % 3] for place, each in enumerate(X)]


@pytest.fixture(scope="module")
def fitted():
    """By form of X, a classifier that takes it."""
    few = SequenceClassifier(epochs=1, random_state=0)
    return {
        "flat": few.fit(FLAT, Y),
        "3d": SequenceClassifier(epochs=1, random_state=0).fit(X, Y),
        "linear": SequenceClassifier(model="lru:units=4", epochs=1, random_state=0).fit(X, Y),
        "steps": SequenceClassifier(epochs=1, random_state=0, output="steps").fit(X, STEPS),
    }


def changed(array, value):
    array = array.copy()
    array.flat[0] = value
    return array


def emptied():
    return [APART[0], APART[1][:0], *APART[2:]]


TOO_LARGE = r"infinity or a value too large for dtype\('float32'\)"

AT_FIT = [
    ("nan", changed(X, np.nan), Y, "Input X contains NaN"),
    ("nan in a list", [changed(APART[0], np.nan), *APART[1:]], Y, "Input X contains NaN"),
    ("inf", changed(FLAT, np.inf), Y, f"Input X contains {TOO_LARGE}"),
    ("1e39", changed(X, 1e39), Y, f"Input X contains {TOO_LARGE}"),
    ("complex", X.astype(complex), Y, "Complex data not supported"),
    ("complex flat", FLAT.astype(complex), Y, "Complex data not supported"),
    ("complex in a list", [each.astype(complex) for each in APART], Y, "Complex data not supported"),
    ("text", np.full((8, 5, 2), "up"), Y, "could not convert string to float"),
    ("1-D", FLAT[:, 0], Y, "Expected 2D array, got 1D array instead"),
    ("4-D", X[..., None], Y, r"X has shape \(8, 5, 2, 1\); expected \(n, T\), \(n, T, F\), or a list"),
    ("no rows", X[:0], Y[:0], r"0 sample\(s\) \(shape=\(0, 5, 2\)\) while a minimum of 1 is required"),
    ("empty list", [], [], r"X is empty; expected \(n, T\), .*, with at least one sequence"),
    ("no rows of objects", np.array([], object), [], "X is empty"),
    ("a series", pd.Series(APART), Y, r"X is a Series of ndarray; expected \(n, T\), \(n, T, F\), or a list of seq"),
    ("sparse in a list", [sparse.csr_array(each) for each in X], Y, r"X is a list of csr_array; expected \(n, T\)"),
    ("a ragged tensor", tf.RaggedTensor.from_tensor(X), Y, r"X is a RaggedTensor; expected \(n, T\)"),
    ("numbers among lists", [1, [2]], Y[:2], r"X is a list of int; expected \(n, T\)"),
    ("T = 0 flat", FLAT[:, :0], Y, r"0 feature\(s\) \(shape=\(8, 0\)\) while a minimum of 1 is required"),
    ("T = 0", X[:, :0], Y, r"X has shape \(8, 0, 2\); expected \(n, T\), \(n, T, F\), .*at least one step"),
    ("F = 0", X[:, :, :0], Y, r"X has shape \(8, 5, 0\); expected .*one feature"),
    ("length 0", emptied(), Y, r"Sequence 1 of X has shape \(0, 2\); expected \(T_i, F\), with at least one step"),
    ("other F", [X[0, :, :1], *APART[1:]], Y, r"have \[1, 2\] features; expected \(T_i, F\), with the same F in all"),
    ("one class", X, np.full(8, "a"), "y has one class only, 'a', among .*; expected at least two"),
    ("one sample", X[:1], Y[:1], "y has one class only, 'a'"),
    ("y short", X, Y[:-1], r"inconsistent numbers of samples: \[8, 7\]"),
    ("y long", APART, np.append(Y, "a"), r"inconsistent numbers of samples: \[8, 9\]"),
    ("y is None", X, None, "requires y to be passed, but the target y is None"),
    ("y of steps", X, STEPS, r"y has shape \(8, 5\); expected .*\(8,\)\. For targets at each step, set output='steps'"),
    ("y of two labels", X, STEPS[:, :2], r"y has shape \(8, 2\); .*\(8,\)\. Multi-output classification is not supp"),
    ("y of steps in a list", APART, [each[:, 0] for each in APART], "one target for each step; .*set output='steps'"),
    ("numbers for classes", X, X[:, 0, 0], "Unknown label type: continuous"),
]


@pytest.mark.parametrize(("x", "y", "words"), [each[1:] for each in AT_FIT], ids=[each[0] for each in AT_FIT])
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_fit_names_the_error(x, y, words):
    """Before anything is learned."""
    with pytest.raises(ValueError, match=words):
        SequenceClassifier(epochs=1).fit(x, y)


@pytest.mark.parametrize("x", [sparse.csr_array(FLAT), sparse.csr_matrix(FLAT)], ids=["array", "matrix"])
def test_sparse_input_raises(x, fitted):
    """At fit and at predict, as scikit-learn does."""
    with pytest.raises(TypeError, match="Sparse data was passed"):
        SequenceClassifier(epochs=1).fit(x, Y)
    with pytest.raises(TypeError, match="Sparse data was passed"):
        fitted["flat"].predict(x)


def test_objects_that_are_not_numbers_raise():
    """Numbers in an array of objects are taken, anything else is not."""
    odd = FLAT.astype(object)
    SequenceClassifier(epochs=1).fit(odd, Y)
    odd[0, 0] = {"a": 1}
    with pytest.raises(TypeError, match=r"argument must be .* string.* number"):
        SequenceClassifier(epochs=1).fit(odd, Y)


STEPWISE = [
    ("one a sequence", X, Y, r"y has shape \(8,\); expected .*\(n, T\) = \(8, 5\)\. .*set output='sequence'"),
    (
        "too few steps",
        X,
        STEPS[:, :-1],
        r"y has 4 values for sequence 0, which has 5 steps; expected \(n, T\) = \(8, 5\)",
    ),
    ("too few in a list", APART, list(STEPS), r"y has 5 values for sequence 1, which has 4 steps; expected 8 arrays"),
    (
        "two labels",
        X,
        X > 0,
        r"y has shape \(8, 5, 2\); expected one label for each step, \(n, T\) = \(8, 5\)\. Multi-out",
    ),
    (
        "two labels in a list",
        APART,
        [each > 0 for each in APART],
        r"y has arrays \(T_i, 2\); expected .*, 8 arrays \(T_i,\)",
    ),
    ("too few sequences", X, STEPS[:-1], r"inconsistent numbers of samples: \[8, 7\]"),
]


@pytest.mark.parametrize(("x", "y", "words"), [each[1:] for each in STEPWISE], ids=[each[0] for each in STEPWISE])
def test_targets_of_steps_are_one_for_each(x, y, words):
    """With output="steps"."""
    with pytest.raises(ValueError, match=words):
        SequenceClassifier(epochs=1, output="steps").fit(x, y)


AT_PREDICT = [
    ("T flat", "flat", FLAT[:, :-1], "X has 4 features, but SequenceClassifier is expecting 5 features as input"),
    ("F", "3d", X[:, :, :1], r"X has 1 features, .*is expecting 2 features as input: X of shape \(n, T, 2\)"),
    ("F in a list", "3d", [each[:, :1] for each in X], r"expecting 2 features as input: X of shape \(n, T, 2\)"),
    ("3-D for flat", "flat", X, r"X has shape \(8, 5, 2\), but .* is expecting X of shape \(n, T\) with T=5"),
    ("flat for 3-D", "3d", FLAT, r"X has shape \(8, 5\), but .* is expecting X of shape \(n, T, 2\)"),
    ("1-D", "flat", FLAT[0], "Reshape your data"),
    ("nan", "steps", changed(X, np.nan), "Input X contains NaN"),
    ("1e38", "linear", 3e38 * np.ones((1, 3, 2)), "outputs are not finite: X holds values too large for it, up to 3"),
]


@pytest.mark.parametrize(
    ("form", "x", "words"), [each[1:] for each in AT_PREDICT], ids=[each[0] for each in AT_PREDICT]
)
@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_predict_names_the_expected_form(form, x, words, method, fitted):
    """With the shape that X had at fit."""
    with pytest.raises(ValueError, match=words):
        getattr(fitted[form], method)(x)


def test_predict_before_fit_raises():
    """In scikit-learn's words."""
    for method in ("predict", "predict_proba", "decision_function"):
        with pytest.raises(NotFittedError, match="This SequenceClassifier instance is not fitted yet"):
            getattr(SequenceClassifier(), method)(X)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        SequenceRegressor().score(X, X[:, 0, 0])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        SequenceRegressor().save("nowhere.zip")


def test_a_new_class_raises_by_partial_fit():
    """With the classes there are."""
    started = SequenceClassifier().partial_fit(X, Y)
    with pytest.raises(ValueError, match=r"not among the classes \['a', 'b'\].*unseen labels.*'c'"):
        started.partial_fit(X, ["c"] * 8)
    with pytest.raises(ValueError, match=r"classes is \['a', 'c'\], and was \['a', 'b'\] at the first call"):
        started.partial_fit(X, Y, classes=["a", "c"])
    with pytest.raises(ValueError, match=r"^y holds labels of several types: int, str\."):
        SequenceClassifier().partial_fit(X, Y, classes=["a", "b", 1])
    numbers = SequenceClassifier().partial_fit(X, [0, 1] * 4, classes=np.array([0, 1], object))
    assert numbers.classes_.dtype == int
    with pytest.raises(ValueError, match=r"not among the classes \['b', 'c'\]"):
        SequenceClassifier().partial_fit(X, Y, classes=["b", "c"])


@pytest.mark.filterwarnings("ignore:X is far from unit scale:UserWarning")
@pytest.mark.filterwarnings("ignore:Features .* far from unit scale:UserWarning")
def test_values_that_training_cannot_bear_raise():
    """1e38 is a number in single precision, and too large to multiply; gates bear it, for theirs are at most 1."""
    y = X[:, 0, 0]
    with pytest.raises(ValueError, match=r"The training diverged: .*Scale the features of X"):
        SequenceRegressor(model="lru:units=4", epochs=3, random_state=0).fit(X * 1e38, y)
    assert np.isfinite(SequenceRegressor(epochs=3, random_state=0).fit(X * 1e38, y).predict(X * 1e38)).all()


def test_huge_targets_are_learned():
    """They have a mean and a scale, too."""
    y = X[:, -1, 0]
    small, huge = (SequenceRegressor(epochs=20, random_state=0).fit(X, scale * y) for scale in (1.0, 1e38))
    np.testing.assert_allclose(huge.predict(X) / 1e38, small.predict(X), rtol=1e-4)


def test_targets_too_large_to_learn_raise():
    """The scale overflows, or they do in single precision, unscaled or by the scale of before; a huge one is named."""
    y = X[:, -1, 0]
    with pytest.raises(
        ValueError, match=r"y contains a value too large for dtype\('float64'\): .* up to 1e\+300\. Convert"
    ):
        SequenceRegressor(epochs=1).fit(X, changed(y, 1e300))
    with pytest.raises(ValueError, match=f"Input y contains {TOO_LARGE}"):
        SequenceRegressor(epochs=1, target_scale=None).fit(X, changed(y, 1e39))
    with pytest.raises(ValueError, match=f"Input y contains {TOO_LARGE}"):
        SequenceRegressor().partial_fit(X, y).partial_fit(X, changed(y, 1e300))
    SequenceRegressor(epochs=1, loss="mae", dtype="float64").fit(X, changed(y, 1e39))


def test_targets_that_do_not_count_may_be_any_number():
    """The network is to the bit that of another number at weight 0, however large."""
    y, weights = X[:, -1, 0], np.append(0.0, np.ones(7))
    small, huge = (
        SequenceRegressor(epochs=3, random_state=0).fit(X, changed(y, number), sample_weight=weights)
        for number in (0.0, 1e300)
    )
    np.testing.assert_array_equal(huge.predict(X), small.predict(X))


WEIGHTS = [
    ("all zero", np.zeros(8), "Sample weights must contain at least one non-zero number"),
    ("too many", np.ones(16), r"sample_weight.shape == \(16,\), expected \(8,\)"),
    ("of steps", np.ones((8, 5)), r"has shape \(8, 5\); expected .* sequence, \(n,\) = \(8,\)\. .*set output='steps'"),
    ("negative", np.append(np.ones(7), -1), "Negative values in data passed to `?sample_weight"),
    ("nan", np.append(np.ones(7), np.nan), "Input sample_weight contains NaN"),
]


@pytest.mark.parametrize(("weights", "words"), [each[1:] for each in WEIGHTS], ids=[each[0] for each in WEIGHTS])
def test_weights_are_one_for_each_sequence(weights, words):
    """Numbers from 0, not all 0."""
    with pytest.raises(ValueError, match=words):
        SequenceClassifier(epochs=1).fit(X, Y, sample_weight=weights)


def test_weights_of_steps_are_one_for_each():
    """Or one for each sequence."""
    steps = SequenceClassifier(epochs=1, output="steps")
    with pytest.raises(ValueError, match=r"sample_weight has 4 values for sequence 0, which has 5 steps; .*\(8, 5\)"):
        steps.fit(X, STEPS, sample_weight=np.ones((8, 4)))


def test_class_weights_are_labels_and_numbers():
    """Not any text, not all 0; and all classes at once cannot be had piece by piece."""
    cases = [
        ("fair", "class_weight is 'fair'; expected a dict"),
        ({"a": 0, "b": 0}, "non-zero number"),
        ({"a": -2.0}, r"class_weight of 'a' is -2\.0; expected a finite number >= 0"),
        ({"b": np.nan}, r"class_weight of 'b' is nan; expected a finite number"),
        ({"a": np.inf}, r"class_weight of 'a' is inf; expected a finite number"),
        (
            {"a": 1e308, "b": 1e308},
            r"The sum of sample weights times class weights overflows, with weights up to 1e\+308",
        ),
    ]
    for wrong, words in cases:
        with pytest.raises(ValueError, match=words):
            SequenceClassifier(epochs=1, class_weight=wrong).fit(X, Y)
    with pytest.raises(ValueError, match="class_weight='balanced' needs all samples at once"):
        SequenceClassifier(class_weight="balanced").partial_fit(X, Y)


SETTINGS = [
    ({"epochs": 0}, "SequenceClassifier: epochs=0 is out of range. epochs takes an integer, at least 1."),
    ({"epochs": 1.5}, "SequenceClassifier: epochs is 1.5. epochs takes an integer, at least 1."),
    ({"epochs": True}, "SequenceClassifier: epochs is True. epochs takes an integer"),
    ({"output": "both"}, "output=both is not one of its choices. output takes one of: sequence, steps."),
    ({"dtype": "float16"}, "dtype=float16 is not one of its choices. dtype takes one of: float32, float64."),
    (
        {"validation_fraction": 1.0},
        "validation_fraction=1.0 is out of range. validation_fraction takes a number, above 0",
    ),
    ({"early_stopping": 1}, "SequenceClassifier: early_stopping is 1. early_stopping takes true or false."),
    ({"learning_rate": -0.1}, "learning_rate=-0.1 is out of range. learning_rate takes a number, above 0, or none."),
    ({"model": "gruu"}, "There is no model named 'gruu'. Did you mean gru? "),
    ({"model": "gru:unit=3"}, "gru has no parameter 'unit'. Did you mean units? gru takes units, layers"),
    ({"model": 3}, "3 is neither a model nor a Keras cell. Pass a name"),
    (
        {"model": keras.layers.GRU(4)},
        "model is the layer GRU(...); expected its cell. Pass a cell, such as keras.layers.",
    ),
    ({"model": keras.layers.Dense(4)}, "is neither a model nor a Keras cell. Pass a name"),
    ({"trainer": "bach"}, "There is no trainer named 'bach'. Did you mean batch?"),
    ({"trainer": 3}, "3 is not a trainer. Pass a name"),
    (
        {"trainer": Batch(), "optimizer": "adam"},
        "optimizer is set, and Batch(...) has its own optimizer. Set it in Batch(...).",
    ),
    (
        {"optimizer": SGD(), "learning_rate": 0.1},
        "learning_rate is set, and SGD(...) has its own learning_rate. Set it in SGD(...)",
    ),
]


@pytest.mark.parametrize(("settings", "words"), SETTINGS, ids=[words for _, words in SETTINGS])
def test_settings_are_checked_against_their_ranges(settings, words):
    """At fit, as scikit-learn wants it, with what is expected in the message itself; construction takes anything."""
    with pytest.raises(UsageError) as caught:
        SequenceClassifier(**settings).fit(X, Y)
    assert words in str(caught.value)


def test_settings_of_how_a_run_draws_data_raise():
    """With what to leave out."""
    words = "patience of the trainer Batch selects the data of a run, and an estimator trains on X and y."
    with pytest.raises(UsageError, match=words) as caught:
        SequenceClassifier(trainer="batch:patience=3").fit(X, Y)
    assert caught.value.hint.startswith("Leave out patience;")


SPARSE = [
    ({"loss": "sparse_categorical_crossentropy"}, "loss sparse_categorical_crossentropy", "categorical_crossentropy"),
    ({"metrics": "sparse_categorical_accuracy"}, "metric SparseCategoricalAccuracy", "CategoricalAccuracy"),
    (
        {"metrics": [keras.metrics.SparseTopKCategoricalAccuracy()]},
        "metric SparseTopKCategoricalAccuracy",
        "TopKCategoricalAccuracy",
    ),
]


@pytest.mark.parametrize(("settings", "sparse", "dense"), SPARSE, ids=[dense for _, _, dense in SPARSE])
def test_sparse_losses_and_metrics_raise(settings, sparse, dense):
    """Targets are one-hot for Keras; the hint names the loss or metric of one-hot targets."""
    with pytest.raises(UsageError, match=f"The {sparse} takes class indices, but the targets here") as caught:
        SequenceClassifier(**settings, epochs=1).fit(X, Y)
    assert caught.value.hint == f"Use {dense!r}."


def test_early_stopping_needs_sequences_to_learn_from():
    """Of one sequence none is left."""
    with pytest.raises(
        ValueError, match="needs 1 of 1 sequences for validation, and no sequence remains for training: n_samples=1"
    ):
        SequenceRegressor(early_stopping=True).fit(X[:1], [1.0])


def test_targets_of_another_width_raise_later():
    """Two numbers at first, and then one."""
    started = SequenceRegressor().partial_fit(X, X[:, 0])
    with pytest.raises(ValueError, match=r"y has shape \(n,\); expected \(n, 2\), as at the first fit"):
        started.partial_fit(X, X[:, 0, 0])
