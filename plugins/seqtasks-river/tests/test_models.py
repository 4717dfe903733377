"""The models inside river, next to the estimators they are made of."""

import pickle

import numpy as np
import pytest
from river import checks, evaluate, metrics, preprocessing
from seqtasks_river import RecurrentClassifier, RecurrentRegressor
from sklearn.exceptions import NotFittedError

from seqtasks.errors import DataError, UsageError
from seqtasks.estimators import StreamClassifier, StreamRegressor

pytestmark = pytest.mark.tensorflow

SMALL = {"model": "gru:units=4", "trainer": "online:window=1", "random_state": 0}
ROWS = 80


def rows():
    """Rows (T, 2) and, of each, the sum of the row before."""
    x = np.random.default_rng(0).normal(size=(ROWS, 2)).round(1)
    return x, np.roll(x.sum(axis=1), 1)


def dicts(x):
    """Rows as dicts."""
    return [{"first": a, "second": b} for a, b in x.tolist()]


def weights(estimator):
    """Of the network that an estimator has trained."""
    return estimator._fitted.network.weights()


def same(one, other):
    """Whether arrays are equal to the bit."""
    return all((a == b).all() for a, b in zip(one, other, strict=True))


def test_learning_dicts_is_learning_rows():
    """Weights after each dict by itself are those of partial_fit on all rows, to the bit; so is what is predicted."""
    (x, y), model = rows(), RecurrentRegressor(StreamRegressor(**SMALL))
    for each, target in zip(dicts(x), y, strict=True):
        model.learn_one(each, target)
    whole = StreamRegressor(**SMALL).partial_fit(x, y)
    assert same(weights(model.network), weights(whole))
    assert model.predict_one({"second": 0.5, "first": 0.1}) == whole.predict([[0.1, 0.5]])[0]


@pytest.mark.parametrize(("labels", "classes"), [("xy", "xy"), ("xyz", "xyz"), ("xyz", 3)])
def test_learning_labelled_dicts_is_learning_rows(labels, classes):
    """Of classes that were named in their order, or come in it: weights and probabilities, to the bit."""
    x, y = rows()
    y = np.digitize(y, [0, 1][: len(labels) - 1])
    y[: len(labels)] = np.arange(len(labels))
    named = np.array(list(labels))[y]
    model = RecurrentClassifier(StreamClassifier(**SMALL), classes=classes)
    for each, label in zip(dicts(x), named, strict=True):
        model.learn_one(each, label)
    whole = StreamClassifier(**SMALL).partial_fit(x, named, classes=list(labels))
    assert same(weights(model.network), weights(whole))
    shares = model.predict_proba_one({"first": 0.1, "second": 0.5})
    assert list(shares) == list(labels)
    assert list(shares.values()) == pytest.approx(whole.predict_proba([[0.1, 0.5]])[0], abs=1e-12)


def test_river_s_evaluation_is_the_prequential_one():
    """progressive_val_score finds the mean squared error of predictions that were each made before learning."""
    x, y = rows()
    model, metric = RecurrentRegressor(StreamRegressor(**SMALL)), metrics.MSE()
    evaluate.progressive_val_score(zip(dicts(x), y, strict=True), model, metric)
    whole, predictions = StreamRegressor(**SMALL), [0.0]
    for t in range(ROWS):
        if t:
            predictions.append(whole.predict(x[t : t + 1])[0])
        whole.partial_fit(x[t : t + 1], y[t : t + 1])
    assert metric.get() == pytest.approx(np.square(np.array(predictions) - y).mean(), rel=1e-9)


def test_it_learns_in_a_pipeline():
    """The previous bit, of a label that is a bool, behind a scaler: right nearly always at the end."""
    bits = np.random.default_rng(1).integers(0, 2, 1500)
    model = preprocessing.StandardScaler() | RecurrentClassifier(
        StreamClassifier(trainer="online:window=2", random_state=0)
    )
    stream = [({"bit": int(now)}, bool(before)) for now, before in zip(bits[1:], bits, strict=False)]
    evaluate.progressive_val_score(iter(stream[:-200]), model, metrics.Accuracy())
    last = evaluate.progressive_val_score(iter(stream[-200:]), model, metrics.Accuracy())
    assert last.get() > 0.95


def test_classes_that_come_later():
    """Labels take the places in the order in which they come; free places get no label, and the shares sum to 1."""
    x, _ = rows()
    model = RecurrentClassifier(StreamClassifier(**SMALL), classes=4)
    assert model.predict_proba_one(dicts(x)[0]) == {}
    assert model.predict_one(dicts(x)[0]) is None
    for t, each in enumerate(dicts(x)[:60]):
        model.learn_one(each, ["c", "a"][t % 2] if t < 30 else ["c", "a", "b"][t % 3])
        if t in (0, 29, 59):
            shares = model.predict_proba_one(dicts(x)[60])
            assert list(shares) == ["c", "a", "b"][: {0: 1, 29: 2, 59: 3}[t]]
            assert sum(shares.values()) == pytest.approx(1)


def test_a_label_too_many_is_refused_and_changes_nothing():
    """The sentence names those there are."""
    model = RecurrentClassifier(StreamClassifier(**SMALL))
    for label in (True, False):
        model.learn_one({"a": 1}, label)
    before = weights(model.network)
    with pytest.raises(DataError) as caught:
        model.learn_one({"a": 1}, "maybe")
    assert caught.value.message == "The label 'maybe' exceeds the maximum of 2 labels: True, False."
    assert caught.value.hint == "Pass all labels, or a larger number: classes=."
    assert same(before, weights(model.network))


def goes_on_alike(model, twin, targets):
    """Whether both models go on alike, to the bit: so weights, state, counters, features and classes are the same."""
    for each, target in zip(dicts(rows()[0]), targets, strict=False):
        assert model.predict_one(each) == twin.predict_one(each)
        model.learn_one(each, target)
        twin.learn_one(each, target)
    return same(weights(model.network), weights(twin.network))


@pytest.mark.parametrize(
    ("target", "learned"),
    [*((target, rows) for target in (float("nan"), float("inf")) for rows in (0, 10)), (1e30, 10)],
)  # as a first row, 1e30 may be the unit of the stream
def test_a_target_that_raises_changes_nothing(target, learned):
    """At the first row and later: the model goes on as its twin, which never had that row."""
    (x, y), model, twin = rows(), *(RecurrentRegressor(StreamRegressor(**SMALL)) for _ in range(2))
    for each, earlier in zip(dicts(x[:learned]), y[:learned], strict=True):
        model.learn_one(each, earlier)
        twin.learn_one(each, earlier)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"y|diverge"):
            model.learn_one({"first": 1.0, "second": -1.0}, target)
    assert goes_on_alike(model, twin, y[20:40])


MODELS = [
    (RecurrentRegressor(StreamRegressor(**SMALL)), [0.5, -0.5] * 10),
    (RecurrentClassifier(StreamClassifier(**SMALL), classes=3), ["p", "q"] * 10),
]


@pytest.mark.parametrize(("model", "targets"), MODELS, ids=["regressor", "classifier"])
@pytest.mark.parametrize("learned", [0, 10])
def test_an_interrupt_after_the_row_was_learned_takes_it_back(model, targets, learned, monkeypatch):
    """The estimator has learned the row and Ctrl-C comes before ``learn_one`` returns: all of it is undone."""
    model, twin, label = (
        model.clone(),
        model.clone(),
        targets[0] if learned == 0 else {"p": "new", 0.5: 9.0}[targets[0]],
    )
    for each, target in zip(dicts(rows()[0][:learned]), targets, strict=False):
        model.learn_one(each, target)
        twin.learn_one(each, target)
    partial_fit = type(model.network).partial_fit

    def interrupted(self, *data, **settings):
        partial_fit(self, *data, **settings)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(model.network), "partial_fit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            model.learn_one({"first": 1.0, "second": -1.0}, label)
    assert goes_on_alike(model, twin, targets)


@pytest.mark.parametrize("classes", [1, ["a"], ["a", "a"], []])
def test_fewer_than_two_classes_are_refused(classes):
    """At once."""
    with pytest.raises(UsageError) as caught:
        RecurrentClassifier(classes=classes)
    assert caught.value.message == f"classes={classes!r} has fewer than two labels."
    assert caught.value.hint == "Pass at least two different labels, or a number from 2."


def test_named_classes_are_equally_probable_at_first():
    """A regressor returns 0."""
    assert RecurrentClassifier(classes=["a", "b"]).predict_proba_one({"x": 1}) == {"a": 0.5, "b": 0.5}
    assert RecurrentRegressor().predict_one({"x": 1}) == 0.0


def test_other_features_later_are_refused():
    """In learning and in predicting."""
    model = RecurrentRegressor(StreamRegressor(**SMALL))
    model.learn_one({"a": 1, "b": 2}, 0.5)
    with pytest.raises(DataError, match="differ from those of the first row: b missing"):
        model.predict_one({"a": 1})
    with pytest.raises(DataError, match="differ from those of the first row: c new"):
        model.learn_one({"a": 1, "b": 2, "c": 3}, 0.5)


def test_moving_on_and_starting_anew():
    """A row without a target moves the state on, and a reset takes it back to the start: as the estimator does."""
    (x, y), model = rows(), RecurrentRegressor(StreamRegressor(**SMALL))
    whole = StreamRegressor(**SMALL).partial_fit(x[:20], y[:20])
    for each, target in zip(dicts(x[:20]), y[:20], strict=True):
        model.learn_one(each, target)
    before = model.predict_one(dicts(x)[51])
    model.advance_one(dicts(x)[50])
    moved = model.predict_one(dicts(x)[51])
    assert moved == whole.advance(x[50:51]).predict(x[51:52])[0] != before
    model.reset_state()
    assert model.predict_one(dicts(x)[51]) == whole.reset_state().predict(x[51:52])[0] != moved


def test_moving_on_before_anything_was_learned_is_refused():
    """There is no network yet."""
    with pytest.raises(NotFittedError):
        RecurrentRegressor().advance_one({"a": 1})


def test_a_copy_goes_on_alone():
    """Pickled, a model predicts the same; cloned, it is new."""
    model = RecurrentClassifier(StreamClassifier(**SMALL), classes=["p", "q"])
    for t in range(10):
        model.learn_one({"a": t % 3}, "pq"[t % 2])
    copied, new = pickle.loads(pickle.dumps(model)), model.clone()
    assert copied.predict_proba_one({"a": 1}) == model.predict_proba_one({"a": 1})
    assert new.predict_proba_one({"a": 1}) == {"p": 0.5, "q": 0.5}


CHECKED = [
    RecurrentRegressor(StreamRegressor(**SMALL)),
    RecurrentClassifier(StreamClassifier(**SMALL), classes=7),
]


@pytest.mark.parametrize(
    ("model", "check"),
    [
        pytest.param(model, check, id=f"{type(model).__name__}: {check.__name__} {number}")
        for model in CHECKED
        for number, check in enumerate(checks.yield_checks(model))
        if check.__name__ not in model._unit_test_skips()
    ],
)
def test_river_s_own_checks(model, check):
    """All but those of features that come and go."""
    check(model.clone())
