"""A call that raises anything, at any moment, leaves an estimator as it was."""

import pickle
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import seqtasks
from seqtasks.core.trainer import AbstractLearner
from seqtasks.errors import UsageError
from seqtasks.estimators import (
    PerStep,
    SequenceClassifier,
    SequenceRegressor,
    StreamClassifier,
    StreamRegressor,
)
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.keras.program import Program

pytestmark = pytest.mark.tensorflow

RANDOM = np.random.default_rng(0)
ROWS, NUMBERS = RANDOM.normal(size=(12, 2)), RANDOM.normal(size=12)
SEQUENCES = RANDOM.normal(size=(12, 3, 2))
LABELS = np.array(["up", "down"] * 6)
ONE = {"model": "gru:units=2", "random_state": 0}
WHOLE = {**ONE, "epochs": 2, "trainer": "batch:batch_size=4,optimizer.amsgrad=true"}
MAKE = {
    "StreamRegressor": lambda: StreamRegressor(**ONE, trainer="rtrl"),
    "StreamClassifier": lambda: StreamClassifier(**ONE, trainer="rtrl"),
    "SequenceRegressor": lambda: SequenceRegressor(**WHOLE),
    "SequenceClassifier": lambda: SequenceClassifier(**{**WHOLE, "model": "gru:units=2,dropout=0.3"}),
    "PerStep": lambda: PerStep(StandardScaler()),
}
NAMES = list(MAKE)
LEARNERS = NAMES[:-1]
STREAMS = NAMES[:2]
PACKAGE = str(Path(seqtasks.__file__).parent)


def data(name):
    """X and y for an estimator of that name."""
    X = ROWS if name.startswith("Stream") else SEQUENCES
    return X, LABELS if name.endswith("Classifier") else None if name == "PerStep" else NUMBERS


def fitted(name):
    """An estimator that has learned half of its data, and the other half."""
    X, y = data(name)
    half = len(X) // 2
    first, rest = (X[:half], None if y is None else y[:half]), (X[half:], None if y is None else y[half:])
    groups = {"groups": [0, 0, 0, 1, 1, 1]} if name.startswith("Stream") else {}
    return MAKE[name]().fit(*first, **groups), rest


def state(value):
    """Everything that an object holds, arrays as bytes."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes() if value.dtype != object else value.tolist()
    if isinstance(value, dict):
        return [(key, state(inner)) for key, inner in value.items()]
    if isinstance(value, list | tuple):
        return [state(inner) for inner in value]
    if isinstance(value, FittedNetwork):
        return state(value.__getstate__())
    if isinstance(value, np.random.RandomState):
        return state(value.get_state(legacy=False))
    return state(vars(value)) if isinstance(value, StandardScaler) else repr(value)


def whole(estimator):
    """All that an estimator holds, settings included."""
    return state(vars(estimator))


def assert_nothing_happened(estimator, call, error, go_on):
    """The call raises; then all numbers are as before, and are as without it after learning on."""
    before, twin = whole(estimator), pickle.loads(pickle.dumps(estimator))
    with pytest.raises(error):
        call(estimator)
    assert whole(estimator) == before
    go_on(estimator)
    go_on(twin)
    assert whole(estimator) == whole(twin)


def bad(X, y):
    """Data that no estimator takes, by what is wrong with them."""
    few = None if y is None else y[:-1]
    other = X.copy()
    other[-1, ..., 0] = np.inf
    return {
        "other features": (np.concatenate([X, X], axis=-1), y),
        "infinite": (other, y),
        "too few targets": (X, few if few is not None else [1, 2]),
        "nothing": (X[:0], None if y is None else y[:0]),
    }


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("fault", ["other features", "infinite", "too few targets", "nothing"])
@pytest.mark.parametrize("name", NAMES)
def test_bad_data_changes_nothing(name, fault, method):
    """Whatever is learned from, and be it found out after the first of several checks."""
    model, (X, y) = fitted(name)
    wrong = bad(X, y)[fault]
    if method == "fit" and fault == "other features":
        wrong = (wrong[0], [1] * (len(X) - 1))  # to fit, features may be others, and are known before y is looked at
    assert_nothing_happened(
        model, lambda m: getattr(m, method)(*wrong), (ValueError, TypeError), lambda m: m.partial_fit(X, y)
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_first_call_that_fails_leaves_an_estimator_unfitted(name):
    """Neither fit nor partial_fit leaves a new attribute."""
    model, (X, y) = MAKE[name](), fitted(name)[1]
    before = whole(model)
    for method in ("fit", "partial_fit"):
        with pytest.raises((ValueError, TypeError)):
            getattr(model, method)(*bad(X, y)["too few targets"])
        assert whole(model) == before


@pytest.mark.parametrize("name", ["StreamRegressor", "SequenceRegressor"])
def test_a_training_that_diverges_changes_nothing(name):
    """A target that is finite and whose square is not."""
    model, (X, y) = fitted(name)
    assert_nothing_happened(
        model, lambda m: m.partial_fit(X, np.full(len(X), 1e30)), ValueError, lambda m: m.partial_fit(X, y)
    )


def test_a_state_that_is_not_finite_is_rolled_back():
    """A gradient whose square overflows while losses and weights are finite: the optimizer's slots alone show it.

    With such slots Adam would never move again, in silence.
    """
    model, (X, y) = fitted("StreamRegressor")
    assert_nothing_happened(model, lambda m: m.partial_fit(X[:1], [1e19]), ValueError, lambda m: m.partial_fit(X, y))


def failing_after_a_program(monkeypatch, error, call):
    """A call in which the first program runs, and its result is lost."""
    run = Program.__call__

    def failing(program, *given):
        run(program, *given)
        raise error

    def fail(model):
        with monkeypatch.context() as patch:
            patch.setattr(Program, "__call__", failing)
            call(model)

    return fail


METHODS = {"fit": 2, "partial_fit": 2, "predict": 1, "score": 2}  # and how many arguments each takes


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize(
    ("name", "method"), [*((name, m) for name in LEARNERS for m in METHODS), *((name, "advance") for name in STREAMS)]
)
def test_an_error_after_a_program_has_run_changes_nothing(name, method, error, monkeypatch):
    """The program has changed its variables, and its result is lost."""
    model, rest = fitted(name)
    given = rest[: METHODS.get(method, 1)]
    fail = failing_after_a_program(monkeypatch, error, lambda m: getattr(m, method)(*given))
    assert_nothing_happened(model, fail, error, lambda m: m.partial_fit(*rest))


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_without_a_snapshot_of_its_own_is_rolled_back(name, monkeypatch):
    """As those of plugins are, by state and restore; and whether it is finite is seen in its state."""
    model, rest = fitted(name)
    kind = type(model._fitted.learner)
    for each in ("snapshot", "roll_back", "is_finite"):
        monkeypatch.setattr(kind, each, getattr(AbstractLearner, each))
    fail = failing_after_a_program(monkeypatch, MemoryError, lambda m: m.partial_fit(*rest))
    assert_nothing_happened(model, fail, MemoryError, lambda m: m.partial_fit(*rest))
    if name == "StreamRegressor":
        diverging = (rest[0][:1], [1e19])
        assert_nothing_happened(model, lambda m: m.partial_fit(*diverging), ValueError, lambda m: m.partial_fit(*rest))


def interrupted_at(line, call):
    """Whether KeyboardInterrupt was raised at that line of seqtasks, counted from the call on."""
    left = line

    def trace(frame, event, _):
        nonlocal left
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return False


@pytest.mark.parametrize(
    ("name", "method"), [*((name, "partial_fit") for name in NAMES), ("StreamRegressor", "advance")]
)
def test_an_interruption_at_any_line_changes_nothing(name, method):
    """Ctrl-C at every line in turn, until the call goes through; then all is as without the interruptions.

    A call of a sequence estimator has many lines, of which each 23rd is enough for a test that takes seconds.
    """
    model, (X, y) = fitted(name)
    twin = pickle.loads(pickle.dumps(model))
    groups = {"groups": [2] * len(X)} if name.startswith("Stream") else {}
    arguments = (X,) if method == "advance" else (X, y)
    for each in (model, twin):  # what is compiled at the first call is there
        getattr(each, method)(*arguments)
    before, line = whole(model), 1
    while interrupted_at(line, lambda: getattr(model, method)(*arguments, **groups)):
        assert whole(model) == before, line
        line += 23 if name.startswith("Sequence") else 1
    assert line > 10
    getattr(twin, method)(*arguments, **groups)
    assert whole(model) == whole(twin)


class Failing(keras.callbacks.Callback):
    """Fails at a moment of the training."""

    def __init__(self, moment):
        super().__init__()
        self.moment = moment

    def on_train_begin(self, logs=None):
        self.fail_at("begin")

    def on_epoch_end(self, epoch, logs=None):
        self.fail_at(epoch)

    def on_train_end(self, logs=None):
        self.fail_at("end")

    def fail_at(self, moment):
        if moment == self.moment:
            raise ZeroDivisionError


def failing_metric(targets, predictions):
    """A metric that cannot be computed."""
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "settings",
    [
        *({"callbacks": [Failing(moment)]} for moment in ("begin", 0, 1, "end")),
        {"metrics": failing_metric},
        {"callbacks": [Failing(1)], "warm_start": True},
        {"callbacks": [Failing(1)], "early_stopping": True, "random_state": np.random.RandomState(3)},
    ],
)
@pytest.mark.parametrize("name", ["SequenceRegressor", "SequenceClassifier"])
def test_a_user_s_function_that_fails_changes_nothing(name, settings):
    """Nor does a callback keep the model, with which the estimator could not be copied."""
    model, _ = fitted(name)
    X, y = data(name)
    model.set_params(**settings)
    going_on = dict.fromkeys(settings) | {"warm_start": True, "early_stopping": False}
    assert_nothing_happened(
        model,
        lambda m: m.fit(X, y),
        ZeroDivisionError,
        lambda m: m.set_params(**{**going_on, "random_state": 0}).fit(X, y),
    )
    assert all(callback.model is None for callback in settings.get("callbacks") or [])


def test_a_warning_that_is_an_error_changes_nothing():
    """That of a first call with one target only, given after it was learned."""
    model = MAKE["SequenceRegressor"]()
    before = whole(model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            model.partial_fit(SEQUENCES, np.ones(12))
    assert whole(model) == before


def test_settings_are_changed_all_or_none():
    """A wrong value after a right one."""
    model = fitted("StreamRegressor")[0]
    before = whole(model)
    with pytest.raises(UsageError):
        model.set_params(passes=3, model__units=-1)
    assert whole(model) == before


def test_a_transformer_that_fails_half_way_stays_as_it_was():
    """One that has already changed itself; and what is learned only for frames that cannot be made."""

    class HalfWay(StandardScaler):
        def partial_fit(self, X, y=None, sample_weight=None):
            super().partial_fit(X)
            if np.abs(X).max() > 100:
                raise ZeroDivisionError
            return self

        fit = StandardScaler.fit

    lifted = PerStep(HalfWay()).fit(SEQUENCES)
    before = state(vars(lifted.transformer_))
    with pytest.raises(ZeroDivisionError):
        lifted.partial_fit(1e3 * SEQUENCES)
    assert state(vars(lifted.transformer_)) == before
    framed = PerStep(StandardScaler()).set_output(transform="pandas")
    with pytest.raises(ValueError, match="a frame cannot hold"):
        framed.fit_transform(SEQUENCES)
    assert not hasattr(framed, "transformer_")


@pytest.mark.parametrize("name", STREAMS)
def test_saving_to_where_nothing_can_be_written_changes_nothing(name, tmp_path):
    """A folder is no file."""
    model, (X, y) = fitted(name)
    assert_nothing_happened(model, lambda m: m.save(tmp_path), UsageError, lambda m: m.partial_fit(X, y))
