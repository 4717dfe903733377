"""Weights mean repetition: exactly in full batches, in expectation in small ones."""

import numpy as np
import pytest

from seqtasks.estimators import SequenceClassifier, SequenceRegressor
from seqtasks.trainers.batch import Batch

pytestmark = pytest.mark.tensorflow

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(12, 4, 2))
Y = X[:, 1, 0]
LABELS = np.where(Y > 0, "a", "b")
EXACT = {"dtype": "float64", "epochs": 10, "random_state": 0}
WEIGHTS = np.arange(12) % 3


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-12)


def test_full_batches_are_exact():
    """0, 1 and 2 times each, targets' mean and scale included."""
    weighted = SequenceRegressor(**EXACT).fit(X, Y, sample_weight=WEIGHTS)
    repeated = SequenceRegressor(**EXACT).fit(X.repeat(WEIGHTS, 0), Y.repeat(WEIGHTS))
    close(weighted.predict(X), repeated.predict(X))
    close(weighted.history_["loss"], repeated.history_["loss"])


def test_weights_have_no_unit():
    """A hundred times all of them is the same."""
    first, second = (SequenceRegressor(**EXACT).fit(X, Y, sample_weight=times * WEIGHTS) for times in (1, 100))
    close(first.predict(X), second.predict(X))


def test_steps_have_weights_of_their_own():
    """A step of weight 0 has any target; (n, T), n arrays (T_i,) and (n,) say the same."""
    y = np.cumsum(X[:, :, 0], axis=1)
    weights = np.tile([1.0, 0.0, 2.0, 1.0], (12, 1))
    other = np.where(weights == 0, 1e6, y)
    steps = SequenceRegressor(output="steps", **EXACT)
    first = steps.fit(X, y, sample_weight=weights).predict(X)
    close(first, steps.fit(X, other, sample_weight=weights).predict(X))
    close(first, steps.fit(X, y, sample_weight=list(weights)).predict(X))
    by_sequence = steps.fit(X, y, sample_weight=WEIGHTS).predict(X)
    close(by_sequence, steps.fit(X, y, sample_weight=np.repeat(WEIGHTS[:, None], 4, axis=1)).predict(X))


def test_rows_of_weight_nothing_are_not_there():
    """Not for mini-batches, nor for what early stopping holds back, nor for the classes there are."""
    more = np.concatenate([X, 1e3 * X]), np.concatenate([LABELS, np.full(12, "c")])
    ones = np.repeat([1.0, 0.0], 12)
    for settings in ({"trainer": "batch:batch_size=5"}, {"early_stopping": True, "validation_fraction": 0.3}):
        alone = SequenceClassifier(**settings, **EXACT).fit(X, LABELS)
        among = SequenceClassifier(**settings, **EXACT).fit(*more, sample_weight=ones)
        np.testing.assert_array_equal(among.decision_function(X), alone.decision_function(X))
        assert among.classes_.tolist() == ["a", "b"]


def test_class_weights_are_weights():
    """By label, and balanced: as much for each class, whatever the rows weigh."""
    few = np.arange(12) >= 9
    y = np.where(few, "rare", "usual")
    by_label = SequenceClassifier(class_weight={"rare": 3.0}, **EXACT).fit(X, y)
    by_row = SequenceClassifier(**EXACT).fit(X, y, sample_weight=np.where(few, 3.0, 1.0))
    balanced = SequenceClassifier(class_weight="balanced", **EXACT).fit(X, y)
    close(by_label.decision_function(X), by_row.decision_function(X))
    close(by_label.decision_function(X), balanced.decision_function(X))
    weighted = SequenceClassifier(class_weight="balanced", **EXACT).fit(X, y, sample_weight=WEIGHTS)
    repeated = SequenceClassifier(class_weight="balanced", **EXACT).fit(X.repeat(WEIGHTS, 0), y.repeat(WEIGHTS))
    close(weighted.decision_function(X), repeated.decision_function(X))


@pytest.mark.parametrize("trainer", ["batch:batch_size=1,clip=none", "online:window=4,clip=none"])
def test_small_batches_are_so_in_expectation(trainer):
    """One pass by plain gradient descent at a tiny rate: the way gone is the sum over rows, in whichever order."""
    settings = {"trainer": trainer, "optimizer": "sgd", "learning_rate": 1e-6, "dtype": "float64", "random_state": 0}

    def way(X, y, weights=None):
        fitted = SequenceRegressor(epochs=1, target_scale=None, **settings)
        start = SequenceRegressor(epochs=1, target_scale=None, **{**settings, "learning_rate": 1e-30}).fit(X, y)
        moved = zip(fitted.fit(X, y, weights)._fitted.network.weights(), start._fitted.network.weights(), strict=True)
        return np.concatenate([(new - old).ravel() for new, old in moved])

    weighted = way(X, Y, WEIGHTS) * WEIGHTS[WEIGHTS > 0].mean()  # weights have no unit
    repeated = way(X.repeat(WEIGHTS, 0), Y.repeat(WEIGHTS))
    np.testing.assert_allclose(weighted, repeated, rtol=1e-3, atol=1e-12)


def test_the_divisor_is_a_setting_of_the_estimator():
    """It replaces that of the trainer, for specs and objects alike; with None, the trainer's own is used."""
    settings = {**EXACT, "epochs": 2, "trainer": "batch:batch_size=5,divisor=weights,clip=none,optimizer=sgd"}
    assert SequenceRegressor().get_params()["divisor"] == "steps"
    by_default, steps, weights, own = (
        SequenceRegressor(**settings, **divisor).fit(X, Y, sample_weight=WEIGHTS)
        for divisor in ({}, {"divisor": "steps"}, {"divisor": "weights"}, {"divisor": None})
    )
    assert [each._fitted.trainer.divisor for each in (by_default, steps, weights, own)] == ["steps"] * 2 + [
        "weights"
    ] * 2
    np.testing.assert_array_equal(by_default.predict(X), steps.predict(X))
    np.testing.assert_array_equal(weights.predict(X), own.predict(X))
    assert not np.allclose(steps.predict(X), weights.predict(X))
    trainer = Batch(batch_size=5)
    from_object = SequenceRegressor(**{**settings, "trainer": trainer}).fit(X, Y, sample_weight=WEIGHTS)
    assert (from_object._fitted.trainer.divisor, trainer.divisor) == ("steps", "weights")
