"""Transformers over the features of each step."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.utils import estimator_checks

from seqtasks.estimators.per_step import PerStep

RANDOM = np.random.default_rng(0)
TOGETHER = RANDOM.normal(3, 2, (6, 4, 3))
APART = [RANDOM.normal(3, 2, (length, 3)) for length in (4, 1, 7)]


def objects(sequences):
    array = np.empty(len(sequences), object)
    array[:] = sequences
    return array


CHECKED = [
    PerStep(StandardScaler()),
    PerStep(MinMaxScaler(feature_range=(-1, 1), clip=True)),
    PerStep(QuantileTransformer(n_quantiles=10, random_state=0)),
    PerStep(KBinsDiscretizer(n_bins=3, encode="ordinal", strategy="uniform")),
]


@pytest.mark.filterwarnings(
    "ignore:X is a frame with:UserWarning"
)  # frames of scikit-learn have a column for each feature
@estimator_checks.parametrize_with_checks(CHECKED)
def test_scikit_learns_checks(estimator, check):
    """All of them, of transformers that make one number of one."""
    check(estimator)


@pytest.mark.filterwarnings(
    "ignore:X is a frame with:UserWarning"
)  # frames of scikit-learn have a column for each feature
@pytest.mark.filterwarnings("ignore:X .* feature names")  # the check fits frames, transforms arrays
@pytest.mark.parametrize("estimator", CHECKED[:3], ids=repr)
@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_transformer_get_feature_names_out,
        estimator_checks.check_transformer_get_feature_names_out_pandas,
        estimator_checks.check_set_output_transform,
        estimator_checks.check_set_output_transform_pandas,
        estimator_checks.check_global_output_transform_pandas,
        estimator_checks.check_dataframe_column_names_consistency,
    ],
    ids=lambda check: check.__name__,
)
def test_scikit_learns_checks_of_names_and_frames(estimator, check):
    """Those that it keeps for its own transformers."""
    check("PerStep", estimator)


@settings(max_examples=25, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(2, 4), st.integers(1, 4), st.integers(1, 3)), elements=st.integers(-9, 9))
)
def test_sequences_are_scaled_as_one_table_of_their_steps(X):
    """Whatever the shape: the same numbers as of the table (n T, F), in place."""
    wanted = StandardScaler().fit_transform(X.reshape(-1, X.shape[2])).reshape(X.shape)
    np.testing.assert_array_equal(PerStep(StandardScaler()).fit_transform(X), wanted)
    np.testing.assert_array_equal(PerStep(StandardScaler()).fit(X).transform(X), wanted)


@pytest.mark.parametrize("form", [list, tuple, objects], ids=["list", "tuple", "objects"])
def test_lists_stay_lists(form):
    """Each is scaled by the mean and deviation of all steps together; an array of objects stays one, even of equals."""
    for sequences in (APART, [each[:1] for each in APART]):
        table = np.concatenate(sequences)
        back = PerStep(StandardScaler()).fit_transform(form(sequences))
        assert isinstance(back, np.ndarray) == (form is objects)
        for got, one in zip(back, sequences, strict=True):
            np.testing.assert_allclose(got, (one - table.mean(axis=0)) / table.std(axis=0), atol=1e-12)


def test_one_feature_at_each_step_has_one_mean():
    """Columns of (n, T) are not scaled one by one, as they would be without PerStep."""
    X = np.array([[0.0, 2.0], [0.0, 2.0]])
    np.testing.assert_array_equal(PerStep(StandardScaler()).fit_transform(X), [[-1, 1], [-1, 1]])
    np.testing.assert_array_equal(StandardScaler().fit_transform(X), [[0, 0], [0, 0]])


@pytest.mark.parametrize(
    "X", [TOGETHER[:, :, 0], TOGETHER, APART, objects(APART)], ids=["2-D", "3-D", "list", "objects"]
)
@pytest.mark.parametrize("transformer", [StandardScaler(), MinMaxScaler()], ids=repr)
def test_inverse_transform_inverts_transform(X, transformer):
    """The same numbers in the same form."""
    lifted = PerStep(transformer)
    back = lifted.inverse_transform(lifted.fit_transform(X))
    assert type(back) is type(X)
    for got, wanted in zip(back, X, strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-12)


def test_many_numbers_of_one_and_back():
    """Bins of each step of (n, T), one hot, are (n, T, 3); the inverse is (n, T) again, in the bins' middles."""
    X = np.array([[0.0, 1.0], [3.0, 6.0]])
    bins = KBinsDiscretizer(3, strategy="uniform")
    lifted = PerStep(bins).fit(X)
    np.testing.assert_array_equal(lifted.transform(X), np.eye(3)[[[0, 0], [1, 2]]])
    np.testing.assert_array_equal(lifted.inverse_transform(lifted.transform(X)), [[1, 1], [3, 5]])


def test_fewer_features_than_before():
    """Three features become two: the numbers of PCA on the table of steps, in both forms."""
    table = TOGETHER.reshape(-1, 3)
    wanted = PCA(2).fit(table)
    lifted = PerStep(PCA(2)).fit(TOGETHER)
    np.testing.assert_allclose(lifted.transform(TOGETHER), wanted.transform(table).reshape(6, 4, 2))
    for got, one in zip(lifted.transform(APART), APART, strict=True):
        np.testing.assert_allclose(got, wanted.transform(one))
    assert lifted.n_features_in_ == 3


def test_text_is_encoded():
    """A transformer of text sees text; its sparse rows come back dense."""
    X = [np.array([["a"], ["b"]], object), np.array([["b"]], object)]
    first, second = PerStep(OneHotEncoder()).fit_transform(X)
    np.testing.assert_array_equal(first, [[1, 0], [0, 1]])
    np.testing.assert_array_equal(second, [[0, 1]])


def test_missing_values_are_the_transformers_to_fill():
    """NaN passes to a transformer that takes it, in 3-D and in lists."""
    X = TOGETHER.copy()
    X[0, 0, 0] = np.nan
    filled = PerStep(SimpleImputer()).fit_transform(X)
    assert filled[0, 0, 0] == pytest.approx(np.nanmean(X[:, :, 0]))
    assert PerStep(SimpleImputer()).fit_transform(list(X))[0][0, 0] == filled[0, 0, 0]


def test_pipelines_are_transformers():
    """A pipeline at each step is what its parts are one after another."""
    parts = [PerStep(SimpleImputer()), PerStep(MinMaxScaler())]
    X = np.where(TOGETHER > 4, np.nan, TOGETHER)
    whole = PerStep(make_pipeline(SimpleImputer(), MinMaxScaler()))
    np.testing.assert_array_equal(whole.fit_transform(X), make_pipeline(*parts).fit_transform(X))


def test_partial_fit_goes_on():
    """Sequences in two parts have the mean of all; fit starts afresh."""
    lifted = PerStep(StandardScaler()).partial_fit(APART[:1]).partial_fit(APART[1:])
    np.testing.assert_allclose(lifted.transformer_.mean_, np.concatenate(APART).mean(axis=0))
    lifted.fit(TOGETHER)
    np.testing.assert_allclose(lifted.transformer_.mean_, TOGETHER.reshape(-1, 3).mean(axis=0))


@pytest.mark.parametrize(
    ("method", "transformer"),
    [
        ("partial_fit", PCA()),
        ("inverse_transform", PolynomialFeatures()),
        ("get_feature_names_out", FunctionTransformer()),
    ],
)
def test_methods_that_the_transformer_lacks_are_missing(method, transformer):
    """As for scikit-learn's own wrappers."""
    assert not hasattr(PerStep(transformer), method)
    assert hasattr(PerStep(IncrementalPCA()), method)


def test_targets_stand_for_every_step_of_a_sequence():
    """A label for each sequence: the discriminant of the table with each label repeated."""
    y = np.array(["a", "b", "a", "b", "a", "b"])
    got = PerStep(LinearDiscriminantAnalysis()).fit_transform(TOGETHER, y)
    wanted = LinearDiscriminantAnalysis().fit_transform(TOGETHER.reshape(-1, 3), np.repeat(y, 4))
    np.testing.assert_allclose(got.reshape(-1, 1), wanted)


def test_targets_of_each_step_are_not_repeated():
    """Of (n, T), and of lists: the feature that is the target is the one selected."""
    assert PerStep(SelectKBest(k=1)).fit(TOGETHER, TOGETHER[:, :, 1] > 3).transformer_.get_support().tolist() == [
        False,
        True,
        False,
    ]
    of_list = PerStep(SelectKBest(k=1)).fit(APART, [each[:, 2] > 3 for each in APART])
    assert of_list.transformer_.get_support().tolist() == [False, False, True]


class Halves(TransformerMixin, BaseEstimator):
    """Halves what it is fitted on, and nothing else."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X

    def fit_transform(self, X, y=None):
        return X / 2


def test_fit_transform_is_the_transformers_own():
    """Of some, such as target encoders, it is another than fit and then transform."""
    np.testing.assert_array_equal(PerStep(Halves()).fit_transform(TOGETHER), TOGETHER / 2)
    np.testing.assert_array_equal(PerStep(Halves()).fit(TOGETHER).transform(TOGETHER), TOGETHER)


def test_weights_reach_a_transformer_that_takes_them():
    """Each sequence's, and each step's: as if the rows were there so often."""
    weights = np.array([1, 0, 2, 0, 0, 0])
    table = np.concatenate([TOGETHER[0], TOGETHER[2], TOGETHER[2]])
    by_sequence = PerStep(StandardScaler()).fit(TOGETHER, sample_weight=weights)
    np.testing.assert_allclose(by_sequence.transformer_.mean_, table.mean(axis=0))
    by_step = PerStep(StandardScaler()).fit(APART, sample_weight=[np.arange(len(each)) == 0 for each in APART])
    np.testing.assert_allclose(by_step.transformer_.mean_, np.mean([each[0] for each in APART], axis=0))


def test_weights_are_routed_where_asked_for():
    """Through a pipeline, with metadata routing switched on, and only then."""
    weights = np.array([1, 0, 0, 0, 0, 0])
    with sklearn.config_context(enable_metadata_routing=True):
        asking = StandardScaler().set_fit_request(sample_weight=True)
        pipeline = make_pipeline(PerStep(asking)).fit(TOGETHER, sample_weight=weights)
        np.testing.assert_allclose(pipeline[0].transformer_.mean_, TOGETHER[0].mean(axis=0))
        with pytest.raises(ValueError, match="sample_weight"):
            PerStep(StandardScaler()).fit(TOGETHER, sample_weight=weights)


def test_settings_are_nested():
    """A search sets the transformer's through PerStep, and the one given stays as it is."""
    pipeline = make_pipeline(PerStep(StandardScaler()), LogisticRegression())
    X, y = TOGETHER[:, :, 0], np.array([0, 1, 0, 1, 0, 1])
    search = GridSearchCV(pipeline, {"perstep__transformer__with_mean": [True, False]}, cv=2).fit(X, y)
    assert search.best_estimator_[0].transformer_.with_mean == search.best_params_["perstep__transformer__with_mean"]
    given_one = StandardScaler()
    lifted = PerStep(given_one).fit(TOGETHER)
    assert not hasattr(given_one, "mean_")
    assert clone(lifted).get_params()["transformer__with_std"] is True
    assert clone(lifted).transformer is not given_one


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda lifted: pickle.loads(pickle.dumps(lifted))])
def test_copies_transform_alike(copied):
    """A deep copy and one from a pickle."""
    lifted = PerStep(StandardScaler()).fit(APART)
    for got, wanted in zip(copied(lifted).transform(APART), lifted.transform(APART), strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.filterwarnings("ignore:X is a frame with:UserWarning")  # the columns are steps here
def test_names():
    """A frame's columns are steps and keep their names; features of (n, T, F) get those that the transformer gives."""
    frame = pd.DataFrame(TOGETHER[:, :, 0], columns=["t0", "t1", "t2", "t3"])
    lifted = PerStep(StandardScaler()).set_output(transform="pandas").fit(frame)
    assert lifted.transform(frame).columns.tolist() == ["t0", "t1", "t2", "t3"]
    assert lifted.feature_names_in_.tolist() == ["t0", "t1", "t2", "t3"]
    assert (lifted.n_features_in_, lifted.univariate_) == (4, True)
    assert PerStep(PCA(1)).fit(frame).get_feature_names_out().tolist() == ["t0", "t1", "t2", "t3"]
    assert PerStep(PolynomialFeatures(2)).fit(frame).get_feature_names_out().tolist() == ["1", "x0", "x0^2"]
    lifted = PerStep(PolynomialFeatures(2, interaction_only=True, include_bias=False)).fit(TOGETHER)
    assert lifted.get_feature_names_out(["a", "b", "c"]).tolist() == ["a", "b", "c", "a b", "a c", "b c"]
    assert not hasattr(lifted, "feature_names_in_")


def test_frames_asked_of_the_transformer_do_no_harm():
    """With pandas output asked for everywhere, the transformer's own frames are read, and (n, T) comes as a frame."""
    with sklearn.config_context(transform_output="pandas"):
        got = PerStep(StandardScaler()).fit_transform(TOGETHER[:, :, 0])
    assert isinstance(got, pd.DataFrame)
    np.testing.assert_allclose(got.to_numpy().mean(), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("X", "form"), [(TOGETHER, r"of shape \(6, 4, 3\)"), (APART, "a list of sequences")], ids=["3-D", "list"]
)
def test_results_that_no_frame_can_hold_are_arrays_on_request(X, form):
    """The error says how to ask, and the answer is the same as without frames."""
    with sklearn.config_context(transform_output="pandas"):
        with pytest.raises(
            ValueError, match=rf"output is set to pandas, .* the result, {form}\. .*transform='default'\)"
        ):
            PerStep(StandardScaler()).fit_transform(X)
        with pytest.raises(ValueError, match=r"set_output\(transform='default'\)"):
            PerStep(StandardScaler()).fit(X).transform(X)
        got = PerStep(StandardScaler()).set_output(transform="default").fit_transform(X)
    for one, other in zip(got, PerStep(StandardScaler()).fit_transform(X), strict=True):
        np.testing.assert_array_equal(one, other)


def test_notebooks_show_the_transformer_inside():
    """The HTML names both."""
    html = PerStep(StandardScaler())._repr_html_()
    assert "PerStep" in html
    assert "transformer: StandardScaler" in html


BAD = [
    (np.zeros(3), r"Expected 2D array, got 1D array"),
    (np.zeros((2, 2, 2, 2)), r"X has shape \(2, 2, 2, 2\); expected \(n, T\), \(n, T, F\), or a list"),
    (
        np.zeros((2, 0, 3)),
        r"X has shape \(2, 0, 3\); expected \(n, T\), \(n, T, F\), or a list of sequences \(T_i, F\)",
    ),
    (
        [np.zeros((2, 3)), np.zeros((0, 3))],
        r"Sequence 1 of X has shape \(0, 3\); expected \(T_i, F\), with at least one",
    ),
    ([np.zeros((2, 3)), np.zeros((2, 4))], r"have \[3, 4\] features; expected \(T_i, F\), with the same F in all"),
    ([np.zeros(3), np.zeros(4)], r"Sequence 0 of X has shape \(3,\); expected \(T_i, F\)"),
    (objects([np.zeros((2, 3)), np.zeros(3)]), r"Sequence 1 of X has shape \(3,\); expected \(T_i, F\)"),
    ([], r"X is empty; expected \(n, T\), .*, with at least one sequence"),
    (pd.Series(APART), r"X is a Series of ndarray; expected \(n, T\), \(n, T, F\), or a list of sequences"),
    (np.full((2, 2, 1), np.inf), "Input X contains infinity"),
    ([np.full((2, 1), 1j)], "Complex data not supported"),
]


@pytest.mark.parametrize(("X", "message"), BAD)
def test_other_things_than_sequences_raise(X, message):
    """With the shape that is expected."""
    with pytest.raises(ValueError, match=message):
        PerStep(StandardScaler()).fit(X)


@pytest.mark.parametrize(
    ("fitted", "X", "message"),
    [
        (TOGETHER, TOGETHER[:, :, :2], "X has 2 features, but PerStep is expecting 3 features as input"),
        (TOGETHER, [*APART[:1], np.zeros((2, 2))], r"have \[2, 3\] features"),
        (TOGETHER, [np.zeros((2, 2))], "X has 2 features, but PerStep is expecting 3 features as input"),
        (
            TOGETHER,
            np.zeros((6, 4)),
            r"X is an array of shape \(6, 4\); expected \(n, T, 3\) or a list of sequences \(T_i, 3\), as at",
        ),
        (np.zeros((6, 4)), np.zeros((6, 5)), "X has 5 features, but PerStep is expecting 4 features as input"),
        (np.zeros((6, 4)), np.zeros((6, 4, 1)), r"X is an array of shape \(6, 4, 1\); expected \(n, 4\), as at fit"),
        (np.zeros((6, 4)), APART, r"X is a list of sequences; expected \(n, 4\), as at fit"),
    ],
)
def test_other_features_than_at_fit_raise(fitted, X, message):
    """With those that are expected."""
    with pytest.raises(ValueError, match=message):
        PerStep(StandardScaler()).fit(fitted).transform(X)


def test_too_few_targets_raise():
    """Neither one for each sequence nor one for each step."""
    with pytest.raises(
        ValueError, match=r"inconsistent numbers of samples: \[6, 5\]; expected one value for each sequence"
    ):
        PerStep(SelectKBest(k=1)).fit(TOGETHER, np.zeros(5))


def test_before_fit_nothing_is_transformed():
    """The error that scikit-learn's users know, after a fit that failed, too."""
    lifted = PerStep(StandardScaler())
    with pytest.raises(NotFittedError, match="This PerStep instance is not fitted yet"):
        lifted.transform(TOGETHER)
    with pytest.raises(ValueError, match="infinity"):
        lifted.fit(np.full((2, 2), np.inf))
    with pytest.raises(NotFittedError):
        lifted.inverse_transform(TOGETHER)


def test_objects_without_fit_raise():
    """Where scikit-learn would copy it."""
    with pytest.raises(TypeError, match="does not seem to be a scikit-learn estimator"):
        PerStep("scaler").fit(TOGETHER)


def test_estimators_without_transform_raise():
    """A classifier, alone and after a scaler; what has fit_transform alone is a transformer."""
    y = np.array([0, 1, 0, 1, 0, 1])
    for lifted in (LogisticRegression(), make_pipeline(StandardScaler(), LogisticRegression())):
        with pytest.raises(TypeError, match=r"^(Log|Pipe).* has no method transform\. Pass a transformer"):
            PerStep(lifted).fit(TOGETHER, y)
    assert PerStep(TSNE(perplexity=5, max_iter=250)).fit_transform(TOGETHER).shape == (6, 4, 2)


@pytest.mark.parametrize(
    ("fitted", "transformer", "X", "message"),
    [
        (TOGETHER, StandardScaler(), TOGETHER[:, :, :2], r"X has 2 features at each step; expected \(n, T, 3\)"),
        (TOGETHER, PCA(2), APART, r"X has 3 features at each step; expected \(n, T, 2\)"),
        (
            TOGETHER[:, :, 0],
            StandardScaler(),
            TOGETHER,
            r"X has 3 features at each step; expected \(n, T\)\. Pass what",
        ),
    ],
)
def test_other_features_than_transform_gives_are_not_inverted(fitted, transformer, X, message):
    """With the shape that is expected."""
    with pytest.raises(ValueError, match=message):
        PerStep(transformer).fit(fitted).inverse_transform(X)


def test_a_transformer_that_names_no_features_is_inverted():
    """What it takes is its own to say."""
    halves = FunctionTransformer(lambda X: X / 2, inverse_func=lambda X: 2 * X)
    lifted = PerStep(make_pipeline(halves)).fit(TOGETHER)
    np.testing.assert_array_equal(lifted.inverse_transform(lifted.transform(TOGETHER)), TOGETHER)
