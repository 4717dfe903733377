"""What is fitted once answers many threads, the first use of it included."""

import pickle
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone

import seqtasks
from seqtasks.estimators import SequenceClassifier, SequenceRegressor, StreamClassifier, StreamRegressor
from seqtasks.keras import network as networks

pytestmark = pytest.mark.tensorflow

THREADS, CALLS = 4, 8
ROUNDS = 2  # each from something that no one has used, and so each compiles its programs anew
RANDOM = np.random.default_rng(0)
ROWS, SEQUENCES = RANDOM.normal(size=(30, 2)), RANDOM.normal(size=(30, 4, 2))
SUMS = ROWS.sum(axis=1)
LABELS = np.where(SUMS > 0, "up", "down")
ONE = {"model": "gru:units=3", "random_state": 0}
MODELS = {
    "StreamRegressor": (StreamRegressor(**ONE, trainer="rtrl"), ROWS, SUMS),
    "StreamClassifier": (StreamClassifier(**ONE, trainer="online:window=2"), ROWS, LABELS),
    "SequenceRegressor": (SequenceRegressor(**ONE, epochs=2), SEQUENCES, SUMS),
    "SequenceClassifier": (SequenceClassifier(**ONE, epochs=2), SEQUENCES, LABELS),
}


@pytest.fixture(autouse=True)
def in_turns():
    """Threads take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(ask, questions):
    """The answers to each question, from threads that begin at once and each ask all, beginning with another."""
    answers, errors, begin = [], [], threading.Barrier(THREADS)

    def work(first):
        begin.wait()
        try:
            for call in range(CALLS):
                number = (first + call) % len(questions)
                answers.append((number, ask(questions[number])))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if errors:
        raise errors[0]
    return answers


def assert_same(make, ask, questions, wanted):
    """Threads get the answers that one thread gets, to the bit, each round from something new that no one has used."""
    for _ in range(ROUNDS):
        thing = make()
        answers = together(lambda question, thing=thing: ask(thing, question), questions)
        assert len(answers) == THREADS * CALLS
        assert all(np.array_equal(found, wanted[number]) for number, found in answers)


@dataclass(frozen=True)
class Fitted:
    """An estimator, fitted once for all tests: its pickle, its file, and what one thread is answered."""

    estimator: BaseEstimator
    data: tuple[np.ndarray, np.ndarray]
    pickled: bytes
    file: Path
    method: str
    questions: list[np.ndarray]
    wanted: list[np.ndarray]


@pytest.fixture(scope="module", params=MODELS)
def fitted(request, tmp_path_factory):
    """Each of MODELS."""
    estimator, X, y = MODELS[request.param]
    model = clone(estimator).fit(X, y)
    file = tmp_path_factory.mktemp("fitted") / "file.zip"
    model.save(file)
    pickled = pickle.dumps(model)
    method = "predict_proba" if request.param.endswith("Classifier") else "predict"
    questions = [X[:5], X[5:20], X[:1]]
    wanted = [getattr(model, method)(part) for part in questions]
    return Fitted(estimator, (X, y), pickled, file, method, questions, wanted)


@pytest.mark.parametrize("origin", ["pickle", "file", "clone"])
def test_one_estimator_answers_many_threads(fitted, origin, monkeypatch):
    """Unpickled, loaded, and cloned and fitted; with no layers or programs there that an earlier one has made."""

    def make():
        if origin == "clone":
            return clone(fitted.estimator).fit(*fitted.data)
        monkeypatch.setattr(networks, "_architectures", type(networks._architectures)())
        return pickle.loads(fitted.pickled) if origin == "pickle" else type(fitted.estimator).load(fitted.file)

    assert_same(make, lambda model, part: getattr(model, fitted.method)(part), fitted.questions, fitted.wanted)


@pytest.mark.parametrize("origin", ["run", "file"])
def test_one_network_answers_many_threads(origin, tmp_path, monkeypatch):
    """Of a run, and of a file."""
    result = seqtasks.run("prev-bit", model="gru:units=3", steps=100, save=str(tmp_path / "network.zip"))

    def make():
        if origin == "run":
            return result.network
        monkeypatch.setattr(networks, "_architectures", type(networks._architectures)())
        return seqtasks.load(tmp_path / "network.zip")

    inputs = [np.random.default_rng(n).normal(size=(n + 1, 6, 1)) for n in range(3)]
    alone = seqtasks.load(tmp_path / "network.zip")
    assert_same(make, lambda network, each: network(each), inputs, [alone(each) for each in inputs])


def test_a_prediction_during_learning_is_of_one_moment():
    """Each answer is one that was right before a row was learned, or after it."""
    model = clone(MODELS["StreamRegressor"][0]).fit(ROWS, SUMS)
    twin = pickle.loads(pickle.dumps(model))
    right = {twin.predict(ROWS).tobytes()}
    for t in range(30):
        right.add(twin.partial_fit(ROWS[t : t + 1], SUMS[t : t + 1]).predict(ROWS).tobytes())
    found, over = set(), threading.Event()

    def ask():
        while not over.is_set():
            found.add(model.predict(ROWS).tobytes())

    asking = threading.Thread(target=ask)
    asking.start()
    for t in range(30):
        model.partial_fit(ROWS[t : t + 1], SUMS[t : t + 1])
    over.set()
    asking.join()
    assert found <= right


def test_models_are_built_by_many_threads_as_by_one():
    """Fits side by side, each with a seed of its own: weights are drawn from a generator that all threads share."""
    estimator, X, y = MODELS["StreamRegressor"]

    def fit(seed):
        return clone(estimator).set_params(random_state=seed).fit(X, y).predict(X)

    wanted = [fit(seed) for seed in range(3)]
    assert all(np.array_equal(found, wanted[seed]) for seed, found in together(fit, list(range(3))))
