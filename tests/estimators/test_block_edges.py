"""Sizes at the edges of every block: what is learned, measured and predicted does not depend on how blocks fall.

Blocks are 64 sequences (predictions), 256 or fewer (mini-batches), 2^13 and 2^16 steps (epochs in one call), 2^16
numbers (the step view and the online loop) and 2^18 numbers (the batch loop).
"""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error
from support.oracle import Oracle

from seqtasks.estimators import SequenceClassifier, SequenceRegressor, StreamRegressor
from seqtasks.estimators.training.fitted_network import BATCH_SIZE as LANES
from seqtasks.keras import batch_loop, online_loop, run_loop

pytestmark = pytest.mark.tensorflow

SMALL = {"model": "gru:units=2", "random_state": 0}
ESTIMATORS = [SequenceClassifier, SequenceRegressor]
AROUND_BLOCKS = [2, 63, 64, 65, 128, 256, 257]
FORMS = ["plain", "ragged", "weighted", "steps", "ragged steps"]


def around(size):
    return [size - 1, size, size + 1]


def data(kind, n, form, T=3, F=2):
    """X, y and sample_weight in that form; weights are never 0, and both classes are there."""
    random = np.random.default_rng(n)
    X = random.normal(size=(n, T, F))
    y = X[:, :, 0].copy() if "steps" in form else X[:, 0, 0].copy()
    y.flat[:2] = 1, -1
    y = np.where(y > 0, "up", "down") if kind is SequenceClassifier else y
    weights = np.arange(1, n + 1) % 3 + 1.0 if form == "weighted" else None
    if "ragged" not in form:
        return X, y, weights
    lengths = [T - place % T for place in range(n)]
    cut = [each[:length] for each, length in zip(X, lengths, strict=True)]
    return cut, [each[:length] for each, length in zip(y, lengths, strict=True)] if "steps" in form else y, weights


def made(kind, form, **settings):
    return kind(output="steps" if "steps" in form else "sequence", **SMALL, **settings)


def rows(values, form):
    return np.concatenate(list(values)) if "steps" in form else np.asarray(values)


def score(fitted, X, y, form, weights):
    """The metric and the loss that the history has of these sequences, by scikit-learn."""
    wanted, found = rows(y, form), rows(fitted.predict(X), form)
    if isinstance(fitted, SequenceRegressor):
        error = mean_squared_error(wanted, found, sample_weight=weights)
        return error, error
    shares = rows(fitted.predict_proba(X), form)
    return accuracy_score(wanted, found, sample_weight=weights), log_loss(wanted, shares, sample_weight=weights)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_metrics_are_scikit_learns_of_the_predictions(kind, form):
    """For every number of sequences at the edge of a block of predictions, and of a mini-batch."""
    name = "accuracy" if kind is SequenceClassifier else "mse"
    for n in AROUND_BLOCKS:
        X, y, weights = data(kind, n, form)
        fitted = made(kind, form, metrics=name, epochs=1).fit(X, y, sample_weight=weights)
        expected, _ = score(fitted, X, y, form, weights)
        np.testing.assert_allclose(fitted.history_[name], [expected], rtol=1e-5, err_msg=f"n = {n}")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_validation_loss_is_that_of_the_predictions(kind, form):
    """Of the sequences held back, by hand; 640 of them are 576 and 64, and 128 are 64 and 64."""
    for n, share in [(2, 0.5), (126, 0.5), (128, 0.5), (130, 0.5), (640, 0.1)]:
        X, y, weights = data(kind, n, form)
        settings = {"early_stopping": True, "validation_fraction": share, "epochs": 1, "metrics": "mse"}
        fitted = made(kind, form, **settings).fit(X, y, sample_weight=weights)
        random = np.random.RandomState(0)
        random.randint(2**31 - 1)  # the seed of the network
        order = random.permutation(n)
        count = max(1, round(share * n))
        for prefix, which in (("val_", order[:count]), ("", order[count:])):
            own = None if weights is None else weights[which]
            _, loss = score_of(fitted, X, y, form, own, which)
            if prefix:
                np.testing.assert_allclose(fitted.history_["val_loss"], [loss], rtol=1e-4, err_msg=f"n = {n}")
            if kind is SequenceRegressor:
                np.testing.assert_allclose(fitted.history_[f"{prefix}mse"], [loss], rtol=1e-4, err_msg=f"n = {n}")


def score_of(fitted, X, y, form, weights, which):
    """The score of some of the sequences, of whose labels one may be missing."""
    own_y = [y[n] for n in which] if isinstance(y, list) else y[which]
    wanted = rows(own_y, form)
    own_X = [X[n] for n in which] if isinstance(X, list) else X[which]
    if isinstance(fitted, SequenceRegressor):
        return score(fitted, own_X, own_y, form, weights)
    shares = rows(fitted.predict_proba(own_X), form)
    right = shares[np.arange(len(wanted)), np.searchsorted(fitted.classes_, wanted)]
    return None, np.average(-np.log(right), weights=weights)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_predictions_of_many_are_those_of_each_alone(kind, form):
    """To the bit, and the score is that of them, at every edge of a block."""
    X, y, weights = data(kind, 2 * LANES + 1, form)
    fitted = made(kind, form, epochs=1).fit(X, y, sample_weight=weights)
    ask = fitted.predict_proba if kind is SequenceClassifier else fitted.predict
    alone = {n: ask(X[n : n + 1])[0] for n in [0, 1, 62, 63, 64, 126, 127, 128]}
    for n in [1, 2, *around(LANES), *around(2 * LANES)]:
        together = ask(X[:n])
        assert len(together) == n
        for place in [each for each in alone if each < n]:
            np.testing.assert_array_equal(together[place], alone[place])
    if kind is SequenceClassifier:
        for n in around(LANES):
            own = None if weights is None else weights[:n]
            expected, _ = score(fitted, X[:n], y[:n], form, own)
            np.testing.assert_allclose(fitted.score(X[:n], y[:n], sample_weight=own), expected)


@pytest.mark.parametrize("batch", [7, 64])
def test_mini_batches_together_are_those_one_after_another(batch):
    """One pass over sequences at the edges of mini-batches, and as many passes over each mini-batch."""
    for n in [1, 2, *around(batch), *around(2 * batch)]:
        X, y, _ = data(SequenceClassifier, max(n, 2), "plain")
        whole, pieces = (
            SequenceClassifier(trainer=f"batch:batch_size={batch}", dtype="float64", **SMALL) for _ in range(2)
        )
        whole.partial_fit(X[:n], y[:n], classes=["down", "up"])
        for first in range(0, n, batch):
            pieces.partial_fit(
                X[first : min(n, first + batch)], y[first : min(n, first + batch)], classes=["down", "up"]
            )
        np.testing.assert_allclose(whole.predict_proba(X), pieces.predict_proba(X), rtol=1e-9, err_msg=f"n = {n}")


@pytest.mark.parametrize(("n", "T"), [(5, 31), (5, 32), (5, 33), (127, 33), (128, 33), (129, 33)])
def test_epochs_in_one_call_are_those_one_by_one(n, T):
    """Where mini-batches of 256 x 32 = 2^13 steps are filled up, and where they are not: to the bit, and the losses."""
    X, y, _ = data(SequenceRegressor, n, "plain", T=T)
    many, single = (SequenceRegressor(metrics=metrics, epochs=3, **SMALL).fit(X, y) for metrics in (None, "mse"))
    np.testing.assert_array_equal(many.predict(X), single.predict(X))
    np.testing.assert_allclose(many.history_["loss"], single.history_["loss"], rtol=1e-6)


@pytest.mark.parametrize("epochs", around(2**16 // (256 * 3)))
def test_more_epochs_than_one_call_takes(epochs):
    """2^16 steps are 85 epochs of 256 x 3."""
    X, y, _ = data(SequenceRegressor, 5, "plain")
    many, single = (SequenceRegressor(metrics=metrics, epochs=epochs, **SMALL).fit(X, y) for metrics in (None, "mse"))
    np.testing.assert_array_equal(many.predict(X), single.predict(X))
    np.testing.assert_allclose(many.history_["loss"], single.history_["loss"], rtol=1e-6)


def test_more_sequences_than_one_call_of_the_batch_loop_takes(monkeypatch):
    """The room of a call is 2 mini-batches of 8 here; the losses and weights are those of each alone."""
    monkeypatch.setattr(batch_loop, "CAPACITY", 2 * 8 * 32 * 3)
    for n in around(16):
        X, y, _ = data(SequenceClassifier, n, "plain")
        whole, pieces = (
            SequenceClassifier(model="gru:units=3", trainer="batch:batch_size=8", dtype="float64", random_state=0)
            for _ in range(2)
        )
        whole.partial_fit(X, y)
        for first in range(0, n, 8):
            pieces.partial_fit(X[first : first + 8], y[first : first + 8], classes=["down", "up"])
        np.testing.assert_allclose(whole.predict_proba(X), pieces.predict_proba(X), rtol=1e-9, err_msg=f"n = {n}")


@pytest.mark.parametrize("lanes", [1, 3])
def test_sequences_in_lanes_are_learned_by_an_online_trainer(lanes):
    """At a rate of almost 0 the loss of the pass is that of the predictions, whether or not the last group is full."""
    for n in [1, 2, 3, 4, 7]:
        X, y, _ = data(SequenceRegressor, max(n, 2), "ragged")
        trainer = f"online:lanes={lanes}"
        fitted = SequenceRegressor(trainer=trainer, learning_rate=1e-30, epochs=1, target_scale=None, **SMALL)
        fitted.fit(X[:n], y[:n])
        expected = mean_squared_error(y[:n], fitted.predict(X[:n]))
        np.testing.assert_allclose(fitted.history_["loss"], [expected], rtol=1e-5, err_msg=f"n = {n}")


def test_more_steps_than_one_call_of_the_step_view_takes():
    """2^16 numbers are 512 steps of 64 sequences with 2 features: the outputs are those of the equations."""
    steps = run_loop.CAPACITY // (LANES * 2)
    X, y, _ = data(SequenceRegressor, 2, "steps", T=2 * steps + 1)
    fitted = SequenceRegressor(output="steps", target_scale=None, dtype="float64", epochs=1, **SMALL).fit(
        X[:, :4], y[:, :4]
    )
    expected, _ = Oracle("gru").run(fitted._fitted.network.weights(), X)
    for T in [*around(steps), *around(2 * steps)]:
        np.testing.assert_allclose(fitted.predict(X[:, :T]), expected[:, :T, 0], rtol=1e-9)


def test_more_rows_than_one_call_of_the_online_loop_takes():
    """Learned and predicted at once, and in two calls that cut elsewhere: the same bits."""
    rows_at_once = online_loop.CAPACITY // (1 + 1 + 1 + 1 + 1)  # input, target, weight, start, output
    X = np.random.default_rng(0).normal(size=(rows_at_once + 1, 1))
    y = np.roll(X[:, 0], 1)
    for n in around(rows_at_once):
        whole, pieces = (StreamRegressor(trainer="online:window=1", **SMALL) for _ in range(2))
        whole.partial_fit(X[:n], y[:n])
        pieces.partial_fit(X[:100], y[:100]).partial_fit(X[100:n], y[100:n])
        predicted = whole.predict(X[:n])
        np.testing.assert_array_equal(predicted[:100], pieces.predict(X[:100]))
        np.testing.assert_array_equal(predicted[100:], pieces.advance(X[:100]).predict(X[100:n]))
