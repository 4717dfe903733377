"""Estimators whose rows are time steps."""

import copy
import json
import pickle
import random
import zipfile
from decimal import Decimal
from itertools import pairwise

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, GroupKFold, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from support.oracle import Oracle

from seqtasks.errors import DataError, UsageError
from seqtasks.estimators.estimator_file import MANIFEST
from seqtasks.estimators.stream_classifier import StreamClassifier
from seqtasks.estimators.stream_regressor import StreamRegressor

pytestmark = pytest.mark.tensorflow

ORDER = {
    "check_methods_sample_order_invariance": "rows are time steps: their order matters",
    "check_methods_subset_invariance": "rows are time steps: what one is predicted to be depends on those before it",
}
CHECKED = [
    StreamClassifier(),
    StreamClassifier(model="simple-rnn:units=8", trainer="rtrl", optimizer="sgd:learning_rate=0.1", passes=5),
    StreamRegressor(),
    StreamRegressor(model="lru:units=8", trainer="diagonal", learning_rate=0.01, passes=5, dtype="float64"),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.* far from unit scale:UserWarning")  # their rows are
@estimator_checks.parametrize_with_checks(CHECKED, expected_failed_checks=lambda _: ORDER)
def test_scikit_learns_checks(estimator, check):
    """All but the two that shuffle and split rows."""
    check(estimator)


X = np.random.default_rng(0).normal(size=(60, 2))
BEFORE = np.concatenate([[0.0], X[:-1, 0]])  # what the row before had
SIGNS = np.where(BEFORE > 0, "up", "down")
TRAINERS = ("online:window=1", "online:window=3", "rtrl", "snap", "rflo", "uoro", "kf-rtrl")
SMALL = "gru:units=4"


def regressor(trainer="online:window=2", model=SMALL, **settings):
    """In the unit of y, as the oracle; test_target_scale.py has the others."""
    return StreamRegressor(model=model, trainer=trainer, random_state=0, **{"target_scale": None, **settings})


def classifier(**settings):
    return StreamClassifier(model=SMALL, trainer="online:window=2", random_state=0, **settings)


@pytest.mark.parametrize("trainer", TRAINERS)
def test_how_rows_are_cut_changes_no_bit(trainer):
    """One row at a time, in pieces, all at once, and by fit: the same predictions to the bit."""
    model = "simple-rnn:units=4" if trainer == "kf-rtrl" else SMALL
    wanted = regressor(trainer, model).fit(X, BEFORE).predict(X)
    by_row, in_pieces = regressor(trainer, model), regressor(trainer, model)
    for t in range(60):
        by_row.partial_fit(X[t : t + 1], BEFORE[t : t + 1])
    for a, b in ((0, 1), (1, 20), (20, 60)):
        in_pieces.partial_fit(X[a:b], BEFORE[a:b])
    np.testing.assert_array_equal(by_row.predict(X), wanted)
    np.testing.assert_array_equal(in_pieces.predict(X), wanted)


def test_a_cell_whose_units_are_alone_learns_by_the_trainer_for_such():
    """The one online trainer that gru cannot have."""
    model = StreamRegressor(model="lru:units=8", trainer="diagonal", passes=100, random_state=0).fit(X, BEFORE)
    assert model.reset_state().score(X, BEFORE) > 0.9


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 59), max_size=4), st.lists(st.integers(1, 59), max_size=3))
def test_episodes_and_cuts_are_independent(cuts, ends):
    """Wherever episodes end and calls are cut, the model is that of one call."""
    groups = np.searchsorted(np.unique(ends), np.arange(60), side="right")
    wanted = regressor().fit(X, BEFORE, groups).predict(X)
    model, edges = regressor(), [0, *np.unique(cuts), 60]
    for a, b in pairwise(edges):
        model.partial_fit(X[a:b], BEFORE[a:b], groups[a:b])
    np.testing.assert_array_equal(model.predict(X), wanted)


def outputs_of(model, rows, starts=(), states=None):
    """What the oracle says with the model's weights, and its last state."""
    begins = np.zeros((1, len(rows)), bool)
    begins[0, list(starts)] = True
    y, after = Oracle("gru").run(model._fitted.network.weights(), rows[None], begins, states)
    return y[0, :, 0], after


def test_predictions_go_on_from_the_last_row_learned():
    """Those of the oracle, from the state in which the rows left it; the learning rate is next to none."""
    model = regressor("rtrl", optimizer="sgd:learning_rate=1e-30").fit(X[:30], BEFORE[:30])
    _, state = outputs_of(model, X[:30].astype(np.float32))
    wanted, _ = outputs_of(model, X[30:].astype(np.float32), states=state)
    np.testing.assert_allclose(model.predict(X[30:]), wanted, atol=1e-6)
    np.testing.assert_allclose(model.predict(X[30:]), wanted, atol=1e-6)  # the first left it as it was


def test_predicting_and_advancing_change_nothing_that_is_learned():
    """A model that was asked in between learns on as one that was not; advance moves the state on, no weight."""
    asked, other = regressor(), regressor()
    for a, b in ((0, 10), (10, 30), (30, 60)):
        asked.partial_fit(X[a:b], BEFORE[a:b])
        asked.predict(X[::-1], groups=np.arange(60))
        other.partial_fit(X[a:b], BEFORE[a:b])
    np.testing.assert_array_equal(asked.predict(X), other.predict(X))
    weights = asked._fitted.network.weights()
    ahead = asked.predict(X)
    asked.advance(X[:20])
    np.testing.assert_array_equal(asked.predict(X[20:]), ahead[20:])
    assert all(np.array_equal(a, b) for a, b in zip(asked._fitted.network.weights(), weights, strict=True))


def test_reset_state_starts_an_episode():
    """Predictions are those from the initial state, and the groups that were may come again."""
    model = regressor().fit(X, BEFORE, ["a"] * 30 + ["b"] * 30)
    fresh, _ = outputs_of(model, X.astype(np.float32))
    assert np.abs(model.predict(X)[0] - fresh[0]) > 1e-3
    assert model.reset_state() is model
    np.testing.assert_allclose(model.predict(X), fresh, atol=1e-5)
    model.partial_fit(X[:1], BEFORE[:1], ["a"])


def test_groups_reset_the_state():
    """In fit, in what follows it, and in what is predicted."""
    model = regressor().fit(X, BEFORE, ["a"] * 60)
    wanted, _ = outputs_of(model, X.astype(np.float32), starts=[0, 7])
    np.testing.assert_allclose(model.predict(X, ["b"] * 7 + ["c"] * 53), wanted, atol=1e-5)
    on = model.predict(X)
    np.testing.assert_array_equal(model.predict(X, ["a"] * 60), on)
    again = copy.deepcopy(model).advance(X[:7], ["b"] * 7)
    np.testing.assert_allclose(again.predict(X[7:], ["c"] * 53), wanted[7:], atol=1e-5)
    for method in (again.partial_fit, lambda x, _, groups: again.advance(x, groups)):
        with pytest.raises(ValueError, match=r"groups has 'a' again at row 0.*Sort the rows by group"):
            method(X[:1], BEFORE[:1], ["a"])
    model.predict(X[:2], ["b", "c"])  # and may be asked about again
    model.predict(X[:2], ["b", "c"])


def test_the_first_group_after_calls_without_starts_an_episode():
    """Nobody can know whether it is the one that was going on; groups are in the order in which they came."""
    model = regressor().fit(X, BEFORE)
    fresh, _ = outputs_of(model, X.astype(np.float32))
    assert model.groups_ == {}
    assert np.abs(model.predict(X)[0] - fresh[0]) > 1e-3
    np.testing.assert_allclose(model.predict(X, ["z"] * 60), fresh, atol=1e-5)
    model.advance(X, ["z"] * 60).advance(X).advance(X, ["a"] * 60)
    assert model.groups_ == {"z": None, "a": None}
    assert list(model.groups_) == ["z", "a"]


@pytest.mark.parametrize("labels", [["z", "y", "z"], ["a", "z", "a"]], ids=["of the call", "the present one"])
def test_predict_raises_if_a_group_returns_in_its_call(labels):
    """Two pieces of one episode are none, the first of which may go on with what was learned."""
    model = regressor().fit(X, BEFORE, ["y"] * 30 + ["a"] * 30)
    with pytest.raises(ValueError, match=f"groups has '{labels[0]}' again at row 2"):
        model.predict(X[:3], labels)


def test_predict_takes_groups_that_were_learned_as_new_episodes():
    """All rows that were learned may be scored, those of the present group as well, each episode from its start."""
    groups = ["y"] * 30 + ["a"] * 30
    model = regressor().fit(X, BEFORE, groups)
    wanted, _ = outputs_of(model, X.astype(np.float32), starts=[0, 30])
    np.testing.assert_allclose(model.predict(X, groups), wanted, atol=1e-5)
    assert model.groups_ == {"y": None, "a": None}


def test_scores_are_those_of_predictions_by_groups():
    """Of numbers and of classes, weighed; the state is reset at the first row where its group is another."""
    groups, weights = np.repeat(["b", "c"], 30), np.arange(60)
    model = regressor("rtrl", passes=20).fit(X, BEFORE, ["a"] * 60)
    wanted, _ = outputs_of(model, X.astype(np.float32), starts=[0, 30])
    score = model.score(X, BEFORE, weights, groups)
    assert score == pytest.approx(r2_score(BEFORE, wanted, sample_weight=weights), abs=1e-5)
    assert abs(score - model.score(X, BEFORE, weights)) > 1e-3
    assert model.score(X, BEFORE) == r2_score(BEFORE, model.predict(X))
    fitted = classifier(passes=5).fit(X, SIGNS, ["a"] * 60)
    for by in (None, groups):
        rights = fitted.predict(X, by) == SIGNS
        assert fitted.score(X, SIGNS, weights, by) == pytest.approx(rights @ weights / weights.sum())


def test_passes_each_start_from_the_reset_state():
    """Two passes are the rows twice, each time a new episode."""
    twice = regressor(passes=2).fit(X, BEFORE)
    wanted = regressor().fit(np.concatenate([X, X]), np.concatenate([BEFORE, BEFORE]), np.repeat([0, 1], 60))
    np.testing.assert_array_equal(twice.predict(X), wanted.predict(X))


def test_it_learns_the_input_of_the_row_before():
    """Which is 0 by guessing, and by any model that sees the present row alone."""
    model = regressor("rtrl", passes=60).fit(X, BEFORE)
    assert model.reset_state().score(X, BEFORE) > 0.95
    fitted = classifier(passes=60).fit(X, SIGNS)
    assert fitted.reset_state().score(X, SIGNS) > 0.95


@pytest.mark.parametrize(
    "labels", [["up", "down"], [-1, 1], [False, True], [1.0, 2.0], ["a", "b", "c"]], ids=lambda labels: str(labels[0])
)
def test_classes_of_any_label_type(labels):
    """Probabilities sum to one, agree with the decision function, and with what is predicted."""
    classes = np.array(labels)
    codes = np.digitize(BEFORE, [0.0, 1.0][: len(labels) - 1])
    model = classifier(passes=30).fit(X, classes[codes])
    p, decisions = model.predict_proba(X), model.decision_function(X)
    np.testing.assert_array_equal(model.classes_, np.unique(classes[codes]))
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(X), model.classes_[p.argmax(axis=1)])
    assert model.predict(X).dtype == classes.dtype
    assert (model.reset_state().predict(X) == classes[codes]).mean() > 0.8
    if len(labels) == 2:
        np.testing.assert_allclose(p[:, 1], 1 / (1 + np.exp(-decisions)))
    else:
        np.testing.assert_allclose(p, np.exp(decisions) / np.exp(decisions).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(model.predict_log_proba(X), np.log(model.predict_proba(X)))


def test_classes_of_the_first_call_may_occur_later():
    """A class that no row has had is one all the same, and keeps its place."""
    model = classifier().partial_fit(X[:5], ["up"] * 5, classes=["up", "down", "flat"])
    assert model.classes_.tolist() == ["down", "flat", "up"]
    assert model.predict_proba(X).shape == (60, 3)
    model.partial_fit(X[5:6], ["flat"])
    model.partial_fit(X[6:7], ["down"], classes=["down", "flat", "up"])


def test_several_outputs():
    """(T, O) in and out; one column stays one."""
    both = np.stack([BEFORE, -BEFORE], axis=1)
    model = regressor("rtrl", passes=60).fit(X, both)
    assert model.reset_state().score(X, both) > 0.9
    assert regressor().fit(X, both[:, :1]).predict(X).shape == (60, 1)


def test_the_same_seed_gives_the_same_bits():
    """Another one other weights; no global random state is read or set."""
    before = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002 - the old state is what must stay
    first, second = regressor("uoro").fit(X, BEFORE), regressor("uoro").fit(X, BEFORE)
    np.testing.assert_array_equal(first.predict(X), second.predict(X))
    other = clone(first).set_params(random_state=1).fit(X, BEFORE)
    assert (other.predict(X) != first.predict(X)).any()
    assert random.getstate() == before[0]
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002 - as above


def saved_and_loaded(model, folder):
    model.save(folder / "model.seqtasks")
    return type(model).load(folder / "model.seqtasks")


def dumped(model, folder):
    joblib.dump(model, folder / "model.joblib")
    return joblib.load(folder / "model.joblib")


COPIES = {
    "deepcopy": lambda model, _: copy.deepcopy(model),
    "pickle": lambda model, _: pickle.loads(pickle.dumps(model)),
    "joblib": dumped,
    "file": saved_and_loaded,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("trainer", ["online:window=3", "uoro"])
def test_copies_go_on_as_the_original(how, trainer, tmp_path):
    """State, optimizer, groups and random numbers included."""
    model = regressor(trainer).fit(X[:30], BEFORE[:30], ["a"] * 10 + ["b"] * 20)
    again = COPIES[how](model, tmp_path)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    for each in (model, again):
        each.partial_fit(X[30:], BEFORE[30:], ["b"] * 15 + ["c"] * 15)
        with pytest.raises(ValueError, match="groups has 'a' again"):
            each.partial_fit(X[:1], BEFORE[:1], ["a"])
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_files_keep_labels_and_names(tmp_path):
    """Of a classifier fitted on a frame; and a file of another class is refused."""
    frame = pd.DataFrame(X, columns=["left", "right"])
    model = classifier().fit(frame, SIGNS)
    again = saved_and_loaded(model, tmp_path)
    assert again.predict(frame).tolist() == model.predict(frame).tolist()
    assert again.feature_names_in_.tolist() == ["left", "right"]
    with pytest.raises(DataError, match="holds a StreamClassifier"):
        StreamRegressor.load(tmp_path / "model.seqtasks")


DAYS = pd.to_datetime(["2026-01-01", "2026-01-02"])
LABELS = {
    "texts": np.array(["b", "a"]),
    "integers": np.array([2, 1]),
    "floats": np.array([0.5, -1e300]),
    "truths": np.array([True, False]),
    "days": np.array(["2026-01-01", "2026-01-02"], "M8[D]"),
    "nanoseconds": np.array(["2026-01-01T00:00:00.000000001", "2026-01-01T00:00:00.000000002"], "M8[ns]"),
    "spans": np.array([1, 2], "m8[h]"),
    "dates": np.array([day.date() for day in DAYS]),
    "datetimes": np.array([day.to_pydatetime() for day in DAYS]),
    "times of a place": np.array(list(DAYS.tz_localize("Europe/Paris"))),
    "several types": np.array(["a", 1], object),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_groups_of_any_type_are_in_files(tmp_path, labels):
    """In their order and of their type: the present one goes on, and the first is refused when it comes back."""
    model = regressor().fit(X[:40], BEFORE[:40], labels.repeat(20))
    again = saved_and_loaded(model, tmp_path)
    assert list(again.groups_) == list(labels)
    assert str(list(again.groups_)) == str(list(model.groups_)) or labels.dtype == object
    with pytest.raises(ValueError, match="again at row 0"):
        again.partial_fit(X[40:], BEFORE[40:], labels[:1].repeat(20))
    for each in (model, again):
        each.partial_fit(X[40:], BEFORE[40:], labels[1:].repeat(20))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    np.testing.assert_array_equal(again.predict(X), regressor().fit(X, BEFORE, labels.repeat([20, 40])).predict(X))


@pytest.mark.parametrize("groups", [None, {}], ids=["reset", "without groups"])
def test_absent_groups_are_in_files(tmp_path, groups):
    """None where the next row starts an episode, empty where the present one has no name."""
    model = regressor().fit(X, BEFORE)
    if groups is None:
        model.reset_state()
    assert saved_and_loaded(model, tmp_path).groups_ == model.groups_ == groups


@pytest.mark.parametrize("label", [Decimal(1), pd.Timestamp(1, tz="UTC")], ids=["decimal", "nanosecond of a place"])
def test_groups_that_a_file_cannot_hold_are_named(tmp_path, label):
    """With what will do."""
    groups = np.empty(60, object)
    groups[:] = [label] * 60
    with pytest.raises(UsageError, match=r"groups has .*, an object that a file cannot hold") as caught:
        regressor().fit(X, BEFORE, groups).save(tmp_path / "model.seqtasks")
    assert caught.value.hint == "Pass groups as numbers, strings or times; or pickle the estimator."


def test_older_files_with_groups_of_strings_are_read(tmp_path):
    """Their groups are a mapping, whatever the texts are."""
    model = regressor().fit(X, BEFORE, np.repeat(["labels", "dtype"], 30))
    model.save(tmp_path / "model.seqtasks")
    with zipfile.ZipFile(tmp_path / "model.seqtasks") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    head = json.loads(members[MANIFEST])
    assert head["state"]["map"]["fitted"]["map"]["groups_"] == ["labels", "dtype"]
    head["state"]["map"]["fitted"]["map"]["groups_"] = {"map": {"labels": None, "dtype": None}}
    with zipfile.ZipFile(tmp_path / "old.seqtasks", "w") as archive:
        for name, content in {**members, MANIFEST: json.dumps(head)}.items():
            archive.writestr(name, content)
    again = StreamRegressor.load(tmp_path / "old.seqtasks")
    assert list(again.groups_.items()) == [("labels", None), ("dtype", None)]
    np.testing.assert_array_equal(again.predict(X, ["dtype"] * 60), model.predict(X, ["dtype"] * 60))


def test_in_pipelines_and_searches():
    """Scaled, in time order, in two processes; settings of specs are searched."""
    pipeline = make_pipeline(StandardScaler(), TransformedTargetRegressor(regressor(), transformer=StandardScaler()))
    assert np.isfinite(cross_val_score(pipeline, X, 100 + BEFORE, cv=TimeSeriesSplit(3), n_jobs=2)).all()
    grid = {"trainer__window": [1, 2], "model__units": [4], "passes": [30]}
    search = GridSearchCV(regressor(), grid, cv=TimeSeriesSplit(2)).fit(X, BEFORE)
    assert search.best_params_["trainer__window"] == 2
    scores = cross_val_score(classifier(passes=30), X, SIGNS, groups=np.repeat(np.arange(6), 10), cv=GroupKFold(3))
    assert scores.mean() > 0.6


BAD = [
    (np.full((3, 2), np.nan), [0, 1, 0], "Input X contains NaN"),
    (np.full((3, 2), np.inf), [0, 1, 0], "Input X contains infinity"),
    (np.full((3, 2), 1e39), [0, 1, 0], r"Input X contains infinity or a value too large for dtype\('float32'\)"),
    (np.full((3, 2), 1j), [0, 1, 0], "Complex data not supported"),
    (np.empty((0, 2)), [], r"Found array with 0 sample\(s\) \(shape=\(0, 2\)\) while a minimum of 1 is required"),
    (np.empty((3, 0)), [0, 1, 0], r"0 feature\(s\) \(shape=\(3, 0\)\) while a minimum of 1 is required"),
    (np.zeros(3), [0, 1, 0], "Expected 2D array, got 1D array"),
    (np.zeros((3, 4, 2)), [0, 1, 0], "Found array with dim 3"),
    (np.zeros((3, 2)), [0, 1], r"inconsistent numbers of samples: \[3, 2\]"),
    (np.zeros((3, 2)), [0, np.nan, 1], "Input y contains NaN|Input y contains infinity or a value"),
    (np.zeros((3, 2)), None, "requires y to be passed, but the target y is None"),
]


@pytest.mark.parametrize(("rows", "y", "message"), BAD)
@pytest.mark.parametrize("kind", [StreamRegressor, StreamClassifier])
def test_wrong_streams_raise(kind, rows, y, message):
    """In the words that scikit-learn's users know."""
    with pytest.raises(ValueError, match=message):
        kind().fit(rows, y)


LATER = [
    *(case for case in BAD if case[1] is not None),
    (np.zeros((3, 3)), [0, 1, 0], "X has 3 features, but Stream(Regressor|Classifier) is expecting 2"),
    (np.zeros((3, 2)), [0, 1, np.inf], "Input y contains infinity"),
    (np.zeros((3, 2)), [[0, 1]] * 3, r"y has shape \(3, 2\)|y should be a 1d array"),
]


@pytest.fixture(scope="module", params=[StreamRegressor, StreamClassifier])
def fitted(request):
    """Of each kind one for many tests, since what is refused leaves no trace."""
    return request.param().fit(X, BEFORE > 0)


@pytest.mark.parametrize(("rows", "y", "message"), LATER)
def test_wrong_rows_raise_in_later_calls(fitted, rows, y, message):
    """In the same words, though plain arrays of finite floats pass unasked."""
    with pytest.raises(ValueError, match=message):
        fitted.partial_fit(rows, np.asarray(y, np.float64))


def test_arrays_without_names_warn_after_a_fit_with_names():
    """As at predict, in scikit-learn's words."""
    named = regressor().fit(pd.DataFrame(X, columns=["a", "b"]), BEFORE)
    with pytest.warns(UserWarning, match="X does not have valid feature names, but StreamRegressor was fitted with"):
        named.partial_fit(X[:2], BEFORE[:2])


def test_other_rows_than_before_raise():
    """Other features, other outputs, other labels, and those of one class."""
    model = regressor().fit(X, BEFORE)
    with pytest.raises(ValueError, match="X has 3 features, but StreamRegressor is expecting 2 features as input"):
        model.predict(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"y has shape \(4, 2\); expected \(T,\), as at the first fit"):
        model.partial_fit(X[:4], np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"y has shape \(4,\); expected \(T, 2\), as at the first fit"):
        regressor().fit(X, np.zeros((60, 2))).partial_fit(X[:4], np.zeros(4))
    fitted = classifier().fit(X, SIGNS)
    with pytest.raises(ValueError, match=r"y holds labels that are not among the classes \['down', 'up'\]"):
        fitted.partial_fit(X[:1], ["flat"])
    with pytest.raises(ValueError, match=r"classes is \['flat', 'up'\], and was \['down', 'up'\] at the first call"):
        fitted.partial_fit(X[:1], ["up"], classes=["flat", "up"])
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        classifier().partial_fit(X, SIGNS)
    with pytest.raises(ValueError, match="y has one class only, 'up'"):
        classifier().fit(X, ["up"] * 60)
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        classifier().fit(X, BEFORE)


def test_calls_that_raise_change_nothing():
    """After rows with a wrong label in between, the model is as it was."""
    model = classifier().fit(X[:30], SIGNS[:30], ["a"] * 30)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="labels that are not among"):
        model.partial_fit(X[:2], ["up", "flat"], groups=["b", "b"])
    with pytest.raises(ValueError, match="again at row 2"):
        model.partial_fit(X[:3], ["up"] * 3, groups=["b", "c", "b"])
    np.testing.assert_array_equal(model.predict_proba(X), before)
    model.partial_fit(X[:1], ["up"], groups=["b"])


def test_sparse_rows_raise():
    """As by scikit-learn's dense estimators."""
    with pytest.raises(TypeError, match="Sparse data was passed"):
        regressor().fit(csr_array(X), BEFORE)


@pytest.mark.parametrize("form", [lambda a: a[::2, ::-1], np.asfortranarray, lambda a: np.array(a[:, :1])])
def test_arrays_of_any_layout(form):
    """Read-only and not contiguous ones give the same as their copies, and stay as they are."""
    rows = form(X)
    rows.setflags(write=False)
    y = BEFORE[: len(rows)]
    y.setflags(write=False)
    wanted = regressor().fit(np.ascontiguousarray(rows), y.copy()).predict(np.ascontiguousarray(rows))
    np.testing.assert_array_equal(regressor().fit(rows, y).predict(rows), wanted)


def test_training_that_diverges_says_so():
    """Targets of 1e38 have no finite square; the error of a later call names its row."""
    with pytest.raises(
        ValueError,
        match=r"The training diverged: the loss of row 0 is inf.*Scale the features of X.*target_scale='auto'",
    ):
        regressor().fit(X, np.full(60, 1e38))
    wild = regressor(optimizer="sgd:learning_rate=1e30")
    with pytest.raises(ValueError, match="The training diverged"):
        wild.fit(X, BEFORE)
    with pytest.raises(NotFittedError):
        wild.predict(X)


def test_before_fit_nothing_is_predicted():
    """The error that scikit-learn's users know."""
    for use in (
        lambda model: model.predict(X),
        lambda model: model.advance(X),
        lambda model: model.reset_state(),
        lambda model: model.save("nowhere"),
    ):
        with pytest.raises(NotFittedError, match="This StreamRegressor instance is not fitted yet"):
            use(regressor())


def test_settings_that_are_not_for_streams_raise():
    """Trainers of whole sequences, of several streams, and passes that are none."""
    with pytest.raises(UsageError, match="StreamRegressor learns row by row, and the trainer Batch learns whole"):
        regressor("batch").fit(X, BEFORE)
    with pytest.raises(UsageError, match="Rows are one stream, and the trainer Online has lanes=2"):
        regressor("online:lanes=2").fit(X, BEFORE)
    with pytest.raises(UsageError, match="passes"):
        regressor(passes=0).fit(X, BEFORE)
    with pytest.raises(UsageError, match="units of GRUCell interact"):
        regressor("diagonal").fit(X, BEFORE)


def test_weights_of_rows_are_none_of_fits_arguments():
    """A time step cannot happen twice."""
    with pytest.raises(TypeError, match="sample_weight"):
        regressor().fit(X, BEFORE, sample_weight=np.ones(60))
