"""What the sequence estimators learn, say, and go on from."""

import copy
import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from seqtasks.estimators import SequenceClassifier, SequenceRegressor
from seqtasks.models.of_cell import OfCell
from seqtasks.trainers.batch import Batch

pytestmark = pytest.mark.tensorflow

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 6, 2))
FIRST = np.where(X[:, 0, 0] > 0, "up", "down")
APART = [each[: 6 - place % 4] for place, each in enumerate(X)]


def same(one, other):
    np.testing.assert_array_equal(one.decision_function(X), other.decision_function(X))


def test_the_first_of_six_steps_is_predicted_at_the_last():
    """Which only a network that remembers can do."""
    fitted = SequenceClassifier(epochs=300, random_state=0).fit(X, FIRST)
    assert fitted.score(X, FIRST) == 1.0
    assert fitted.classes_.tolist() == ["down", "up"]
    assert fitted.n_features_in_ == 2
    assert fitted.n_iter_ == len(fitted.history_["loss"]) == 300
    assert fitted.history_["loss"][-1] < 0.01
    assert fitted.history_["loss"][0] > 0.5


def test_probabilities_decisions_and_classes_agree():
    """Two classes: the logit's sigmoid; three: the softmax of three; sums are 1."""
    two = SequenceClassifier(epochs=20, random_state=0).fit(X, FIRST)
    p, decided = two.predict_proba(X), two.decision_function(X)
    np.testing.assert_allclose(p[:, 1], 1 / (1 + np.exp(-decided.astype(float))), rtol=1e-12)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_allclose(two.predict_log_proba(X), np.log(p))
    np.testing.assert_array_equal(two.predict(X), two.classes_[(decided > 0).astype(int)])
    three = SequenceClassifier(epochs=20, random_state=0).fit(X, np.digitize(X[:, 0, 0], [-0.5, 0.5]))
    assert three.decision_function(X).shape == (60, 3)
    np.testing.assert_array_equal(three.predict(X), three.predict_proba(X).argmax(axis=1))


def test_a_loss_of_keras_has_a_logit_for_each_of_two_classes():
    """Its decision is their difference, and its probabilities those of the decision."""
    fitted = SequenceClassifier(loss="categorical_crossentropy", epochs=30, random_state=0).fit(X, FIRST)
    decided = fitted.decision_function(X).astype(float)
    assert decided.shape == (60,)
    np.testing.assert_allclose(fitted.predict_proba(X)[:, 1], 1 / (1 + np.exp(-decided)), rtol=1e-5)


@pytest.mark.parametrize("labels", [[True, False], [3, -7], [1.0, 2.0], ["b", "a"]], ids=str)
def test_classes_are_labels_of_any_type(labels):
    """They come back as they were, dtype included."""
    y = np.array(labels)[(X[:, -1, 0] > 0).astype(int)]
    fitted = SequenceClassifier(epochs=40, random_state=0).fit(X, y)
    assert fitted.predict(X).dtype == y.dtype
    assert (fitted.predict(X) == y).mean() > 0.8


def test_steps_are_predicted_in_the_form_of_x():
    """(n, T) for an array, a list for a list, an array of objects for one; by steps before."""
    y = [np.where(np.append(0, each[:-1, 0]) > 0, 1, 0) for each in APART]
    fitted = SequenceClassifier(output="steps", epochs=150, random_state=0).fit(APART, y)
    assert fitted.score(APART, y) > 0.95
    predicted = fitted.predict(APART)
    assert [each.shape for each in predicted] == [(len(each),) for each in APART]
    assert [each.shape for each in fitted.predict_proba(APART)] == [(len(each), 2) for each in APART]
    assert fitted.predict(X).shape == (60, 6)
    assert fitted.predict_proba(X).shape == (60, 6, 2)


def test_numbers_of_steps_may_be_several():
    """(n, T, 2) and n arrays (T_i, 2), in their own unit."""
    y = 1000 * np.cumsum(X, axis=1)
    fitted = SequenceRegressor(output="steps", epochs=150, random_state=0).fit(X, y)
    assert fitted.score(X, y) > 0.9
    assert fitted.predict(X).shape == (60, 6, 2)
    cut = [each[: len(x)] for each, x in zip(y, APART, strict=True)]
    assert SequenceRegressor(output="steps", epochs=150, random_state=0).fit(APART, cut).score(APART, cut) > 0.9


def test_targets_are_learned_in_any_unit():
    """A mean of 5000 and a scale of 1000 are learned as well as 0 and 1."""
    y = X.sum(axis=(1, 2))
    plain, far = (SequenceRegressor(epochs=50, random_state=0).fit(X, shown) for shown in (y, 1000 * y + 5000))
    np.testing.assert_allclose(far.predict(X), 1000 * plain.predict(X) + 5000, rtol=1e-3)
    np.testing.assert_allclose(far.target_mean_, (1000 * y + 5000).mean())


def test_another_loss_has_its_own_minimum():
    """The absolute error's least is at the median, the squared error's at the mean."""
    y = np.where(np.arange(60) < 20, 10.0, 0.0)
    nothing = np.zeros((60, 3))
    median = (
        SequenceRegressor(loss="mae", learning_rate=0.05, epochs=100, random_state=0).fit(nothing, y).predict(nothing)
    )
    mean = SequenceRegressor(epochs=100, random_state=0).fit(nothing, y).predict(nothing)
    np.testing.assert_allclose(median, 0, atol=0.3)
    np.testing.assert_allclose(mean, y.mean(), atol=0.3)


def test_the_same_random_state_is_the_same_to_the_bit():
    """An integer at each fit; a RandomState goes on; None is another one each time."""
    few = SequenceClassifier(epochs=3)
    same(few.set_params(random_state=5).fit(X, FIRST), clone(few).fit(X, FIRST))
    for moves in (np.random.RandomState(5), None):
        one, other = (clone(few).set_params(random_state=moves) for _ in range(2))
        one.random_state = other.random_state = moves
        assert not np.array_equal(one.fit(X, FIRST).decision_function(X), other.fit(X, FIRST).decision_function(X))


def test_partial_fit_goes_on_as_one_fit_would():
    """Ten passes are ten epochs of one full mini-batch, optimizer state included."""
    whole = SequenceClassifier(epochs=10, random_state=0, dtype="float64").fit(X, FIRST)
    piecewise = SequenceClassifier(random_state=0, dtype="float64")
    for _ in range(10):
        piecewise.partial_fit(X, FIRST)
    np.testing.assert_allclose(piecewise.decision_function(X), whole.decision_function(X), rtol=1e-9)


def test_partial_fit_takes_other_numbers_and_lengths_of_sequences():
    """7 of 3 steps after 60 of 6; classes named at first may be absent."""
    fitted = SequenceClassifier(random_state=0).partial_fit(X[:7, :3], FIRST[:7], classes=["down", "level", "up"])
    fitted.partial_fit(X, FIRST).partial_fit(APART, FIRST)
    assert fitted.predict_proba(X).shape == (60, 3)


def test_partial_fit_warns_where_the_first_targets_have_no_scale():
    """One sequence, or equal ones: the scale is 1 for good. Others do not warn, nor does the unit of y."""
    y = 1000 * X[:, -1, 0]
    for first in (slice(0, 1), [3, 3]):
        with pytest.warns(UserWarning, match="first call are all equal, and their scale stays 1 for all further calls"):
            fitted = SequenceRegressor(random_state=0).partial_fit(X[first], y[first])
        fitted.partial_fit(X, y)
        assert (fitted.target_mean_.item(), fitted.target_scale_.item()) == (pytest.approx(y[first][0]), 1.0)
    np.testing.assert_allclose(SequenceRegressor().partial_fit(X, y).partial_fit(X[:1], y[:1]).target_scale_, y.std())
    SequenceRegressor(target_scale=None).partial_fit(X[:1], y[:1])


def test_warm_start_goes_on_from_the_last_fit():
    """Five epochs twice are ten; with another learning rate the weights alone go on."""
    whole = SequenceClassifier(epochs=10, random_state=0, dtype="float64").fit(X, FIRST)
    warm = SequenceClassifier(epochs=5, random_state=0, dtype="float64", warm_start=True).fit(X, FIRST).fit(X, FIRST)
    np.testing.assert_allclose(warm.decision_function(X), whole.decision_function(X), rtol=1e-9)
    before = warm.decision_function(X)
    still = warm.set_params(learning_rate=1e-12, epochs=1).fit(X, FIRST)
    np.testing.assert_allclose(still.decision_function(X), before, atol=1e-8)
    cold = warm.set_params(warm_start=False, learning_rate=None, epochs=10).fit(X, FIRST)
    same(cold, whole)


def test_early_stopping_goes_back_to_the_best():
    """It ends before the last epoch, and the weights are those of the lowest validation loss."""
    y = RANDOM.permutation(FIRST)
    fitted = SequenceClassifier(
        early_stopping=True, validation_fraction=0.3, n_iter_no_change=5, epochs=500, random_state=0
    ).fit(X, y)
    losses = fitted.history_["val_loss"]
    assert fitted.n_iter_ == len(losses) < 500
    assert np.argmin(losses) == len(losses) - 6
    again = SequenceClassifier(
        early_stopping=True, validation_fraction=0.3, n_iter_no_change=5, epochs=len(losses) - 5, random_state=0
    ).fit(X, y)
    same(fitted, again)


def test_who_watches_changes_nothing():
    """Epochs one by one, with news of each, are to the bit those learned many at once."""
    plain = SequenceClassifier(epochs=12, random_state=0).fit(X, FIRST)
    watched = SequenceClassifier(epochs=12, random_state=0, metrics=["accuracy"]).fit(X, FIRST)
    same(plain, watched)
    np.testing.assert_allclose(plain.history_["loss"], watched.history_["loss"], rtol=1e-6)


def test_metrics_are_those_of_keras():
    """The last epoch's accuracy is the score, and the last absolute error that of the predictions in their unit."""
    fitted = SequenceClassifier(metrics=["accuracy"], epochs=30, random_state=0).fit(X, FIRST)
    np.testing.assert_allclose(fitted.history_["accuracy"][-1], fitted.score(X, FIRST), rtol=1e-6)
    y = 100 * X[:, -1, 0]
    measured = SequenceRegressor(metrics=["mae"], early_stopping=True, epochs=5, random_state=0).fit(X, y)
    assert set(measured.history_) == {"loss", "val_loss", "mae", "val_mae"}
    whole = SequenceRegressor(metrics=["mae"], epochs=5, random_state=0).fit(X, y)
    np.testing.assert_allclose(whole.history_["mae"][-1], np.abs(whole.predict(X) - y).mean(), rtol=1e-5)


def test_one_metric_and_one_callback_need_no_list():
    """By name, as an object: what is measured is that of the list with it."""
    listed = SequenceClassifier(metrics=["accuracy"], epochs=2, random_state=0).fit(X, FIRST).history_
    for one in ("accuracy", keras.metrics.CategoricalAccuracy("accuracy")):
        assert SequenceClassifier(metrics=one, epochs=2, random_state=0).fit(X, FIRST).history_ == listed
    watch = Watch()
    SequenceClassifier(callbacks=watch, epochs=1, random_state=0).fit(X, FIRST)
    assert [watch.seen[0], watch.seen[-1]] == ["begin", "end"]


def test_metrics_that_take_single_precision_only():
    """Of three classes the label is always among the first three."""
    y = np.digitize(X[:, 0, 0], [-0.5, 0.5])
    metric = keras.metrics.TopKCategoricalAccuracy(k=3, name="top")
    assert SequenceClassifier(metrics=metric, epochs=1, random_state=0).fit(X, y).history_["top"] == [1.0]


class Watch(keras.callbacks.Callback):
    """Records its arguments, halves the learning rate, and stops."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_begin(self, logs=None):
        self.seen.append("begin")

    def on_epoch_end(self, epoch, logs=None):
        rate = float(self.model.optimizer.learning_rate)
        self.seen.append((epoch, round(logs["loss"], 6), round(rate, 6)))
        self.model.optimizer.learning_rate = rate / 2
        self.model.stop_training = epoch == 2

    def on_train_end(self, logs=None):
        self.seen.append("end")
        self.weights = self.model.get_weights()


def test_callbacks_hear_of_epochs_and_may_steer():
    """Rates are halved where the learner keeps them, training stops, and the model shown has its weights."""
    watch = Watch()
    fitted = SequenceClassifier(callbacks=[watch], epochs=9, random_state=0).fit(X, FIRST)
    losses = [round(loss, 6) for loss in fitted.history_["loss"]]
    assert watch.seen == ["begin", *zip(range(3), losses, (0.01, 0.005, 0.0025), strict=True), "end"]
    for shown, own in zip(watch.weights, fitted._fitted.network.weights(), strict=True):
        np.testing.assert_array_equal(shown, own)
    slots = fitted._fitted.learner.state()["slots"]
    np.testing.assert_allclose(slots[1], 0.00125)
    same(
        pickle.loads(pickle.dumps(clone(fitted).set_params(callbacks=None).fit(X, FIRST))),
        clone(fitted).set_params(callbacks=None).fit(X, FIRST),
    )


def test_a_callback_may_give_weights_back():
    """Keras's EarlyStopping with restore_best_weights: the best epoch's are the estimator's."""
    stop = keras.callbacks.EarlyStopping("loss", mode="max", patience=2, restore_best_weights=True)
    fitted = SequenceClassifier(callbacks=[stop], epochs=20, random_state=0).fit(X, FIRST)
    assert fitted.n_iter_ == 3
    same(fitted, SequenceClassifier(epochs=1, random_state=0).fit(X, FIRST))


def test_verbose_says_each_epoch(capfd):
    """On standard error; standard output stays the user's."""
    fitted = SequenceRegressor(verbose=1, epochs=2, random_state=0).fit(X, X[:, 0, 0])
    out, err = capfd.readouterr()
    assert out == ""
    assert [line for line in err.splitlines() if line.startswith("epoch")] == [
        f"epoch {n + 1}: loss {loss:.6g}" for n, loss in enumerate(fitted.history_["loss"])
    ]


@pytest.mark.parametrize("trainer", ["online", "online:lanes=4", "rtrl", "snap", "rflo", "uoro", "kf-rtrl"])
def test_every_online_trainer_learns_sequences(trainer):
    """The sign of the step before the last, better than chance; ragged, with several lanes and one."""
    y = np.array([np.where(each[-2, 0] > 0, "up", "down") for each in APART])
    fitted = SequenceClassifier(model="leaky-rnn:units=8", trainer=trainer, epochs=30, random_state=0).fit(APART, y)
    assert fitted.score(APART, y) > 0.7
    assert len(fitted.history_["loss"]) == 30


def test_diagonal_learns_sequences():
    """With a cell whose units do not mix."""
    y = np.array([np.where(each[-2, 0] > 0, "up", "down") for each in APART])
    fitted = SequenceClassifier(model="indrnn:units=8", trainer="diagonal", epochs=30, random_state=0).fit(APART, y)
    assert fitted.score(APART, y) > 0.7


@pytest.mark.parametrize(
    "model",
    ["lstm", "lru:units=8", "gru:layers=2,dropout=0.1", keras.layers.GRUCell(8), OfCell(keras.layers.LSTMCell(8))],
)
def test_any_model_learns(model):
    """By name, by spec, and a cell or model made by hand; settings stay the same object."""
    fitted = SequenceClassifier(model=model, learning_rate=0.03, epochs=60, random_state=0).fit(X, FIRST)
    assert fitted.score(X, FIRST) > 0.9
    assert fitted.model is model
    same(pickle.loads(pickle.dumps(fitted)), fitted)


def test_a_state_without_readout_is_the_prediction():
    """The mean of the units, which are all to be the target."""
    y = np.tanh(X[:, -1, 0])
    fitted = SequenceRegressor(model="gru:units=4,readout=none", epochs=200, random_state=0).fit(X, y)
    assert fitted.predict(X).shape == (60,)
    assert fitted.score(X, y) > 0.5


def test_optimizers_by_name_and_by_hand_are_the_same():
    """A spec, an object, and an object in a trainer made by hand."""
    by_name = SequenceClassifier(optimizer="sgd:momentum=0.9", learning_rate=0.1, epochs=5, random_state=0)
    by_hand = SequenceClassifier(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), epochs=5, random_state=0)
    trainer = Batch(batch_size=256, clip=10.0, optimizer=keras.optimizers.SGD(0.1, momentum=0.9))
    all_by_hand = SequenceClassifier(trainer=trainer, epochs=5, random_state=0)
    first = by_name.fit(X, FIRST)
    same(first, by_hand.fit(X, FIRST))
    same(first, all_by_hand.fit(X, FIRST))


@pytest.mark.filterwarnings("ignore:X is a frame with:UserWarning")  # the columns are steps here
def test_frames_have_names():
    """The columns of pandas are the steps, and other ones are refused at predict."""
    frame = pd.DataFrame(X[:, :, 0], columns=[f"hour {n}" for n in range(6)])
    fitted = SequenceClassifier(epochs=2, random_state=0).fit(frame, pd.Series(FIRST))
    assert fitted.feature_names_in_.tolist() == list(frame.columns)
    np.testing.assert_array_equal(
        fitted.decision_function(frame),
        SequenceClassifier(epochs=2, random_state=0).fit(X[:, :, 0], FIRST).decision_function(X[:, :, 0]),
    )
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(frame.rename(columns={"hour 0": "hour 9"}))


def test_a_model_has_an_html_representation():
    """scikit-learn's HTML, with the settings."""
    html = SequenceClassifier(model="lru:units=8")._repr_html_()
    assert "SequenceClassifier" in html
    assert "lru:units=8" in html


def test_a_copy_is_its_own():
    """What a copy learns, the original does not."""
    fitted = SequenceClassifier(epochs=2, random_state=0).fit(X, FIRST)
    before = fitted.decision_function(X)
    copy.deepcopy(fitted).partial_fit(X, FIRST)
    np.testing.assert_array_equal(fitted.decision_function(X), before)
