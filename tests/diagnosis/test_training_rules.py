"""Each rule of the training finds its fault, and does not find it in a twin that differs in the fault alone."""

import keras
import numpy as np
import pytest
from keras.initializers import Constant, Orthogonal, RandomNormal
from support.keras_programs import compiled

from seqtasks.diagnosis.keras_model.subject import KerasSubject
from seqtasks.diagnosis.rules.dead_units import dead_units
from seqtasks.diagnosis.rules.exploding_gradient import exploding_gradient
from seqtasks.diagnosis.rules.frozen_weights import frozen_weights
from seqtasks.diagnosis.rules.learned_and_lost import learned_and_lost
from seqtasks.diagnosis.rules.learning_rate import learning_rate_high, learning_rate_low
from seqtasks.diagnosis.rules.saturated_gates import saturated_gates
from seqtasks.diagnosis.rules.too_few_units import too_few_units
from seqtasks.diagnosis.rules.too_few_updates import too_few_updates
from seqtasks.diagnosis.rules.vanishing_gradient import vanishing_gradient
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow

STEPS = 12


def subject_of(rate=0.01, fit=None, units=6, steps=STEPS, head=(), **settings):
    """A network that was not trained, the sum of each row as its target, and how it is said to have been fitted."""
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(128, steps, 1)).astype(np.float32)
    layer = keras.layers.SimpleRNN(units, **settings)
    model = compiled(keras.Input((steps, 1)), layer, *head, keras.layers.Dense(1), learning_rate=rate)
    y = x.sum(axis=1) / np.float32(np.sqrt(steps))
    return KerasSubject(model, x, y, {"batch_size": 32, **(fit or {})})


def hidden(bias):
    return (keras.layers.Dense(8, activation="relu", bias_initializer=Constant(bias)),)


@pytest.mark.parametrize(
    ("rule", "faulty", "healthy"),
    [
        (frozen_weights, {"trainable": False}, {}),
        (dead_units, {"head": hidden(-9.0)}, {"head": hidden(0.0)}),
        (saturated_gates, {"kernel_initializer": RandomNormal(stddev=40.0, seed=0)}, {}),
        (exploding_gradient, {"activation": "linear", "recurrent_initializer": Orthogonal(2.0, seed=0)}, {}),
        (vanishing_gradient, {"activation": "sigmoid"}, {}),
        (learned_and_lost, {"fit": {"losses": [0.9, 0.1, 1.1]}}, {"fit": {"losses": [1.3, 1.2, 1.1]}}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fault_of_the_weights_or_of_the_curve(rule, faulty, healthy):
    """It explains all that is missing, or what was lost."""
    fault = rule(subject_of(**faulty))
    assert fault.name == rule.__name__.replace("_", "-")
    assert fault.effect >= 0.4
    assert fault.change
    assert rule(subject_of(**healthy)) is None


@pytest.fixture(scope="module")
def slow():
    """A learning rate at which nothing moves."""
    return subject_of(rate=1e-6, steps=4)


@pytest.fixture(scope="module")
def unfinished():
    """A learning rate at which the loss is still falling."""
    return subject_of(rate=0.01, steps=4, fit={"epochs": 1})


def test_a_rate_is_too_low_if_a_greater_one_learns(slow):
    """The evidence names a better one; more updates at the same rate do not help."""
    fault = learning_rate_low(slow)
    assert fault.evidence["learning_rate"] == pytest.approx(1e-6)
    assert 1e-4 < fault.evidence["better"] < 0.1
    assert learning_rate_high(slow) is too_few_updates(slow) is None


def test_updates_are_too_few_if_more_of_them_learn(unfinished):
    """Six units are enough: more of them learn no more than more updates do."""
    fault = too_few_updates(unfinished)
    assert fault.evidence["more_updates"] == 60
    assert fault.evidence["loss_after_them"] < 0.5 * unfinished.loss.value
    assert too_few_units(unfinished) is None


def test_a_rate_is_too_high_if_a_smaller_one_learns():
    """Adam at a rate of 1 throws the weights about."""
    fault = learning_rate_high(subject_of(rate=1.0, steps=4, fit={"epochs": 20}))
    assert fault.evidence["better"] < 0.2


def test_weighted_losses_are_not_compared_with_those_without():
    """Weights of a tenth make each loss of the training a tenth."""
    fit = {"losses": [0.1, 0.1], "sample_weight": np.full(128, 0.1, np.float32)}
    subject = subject_of(steps=4, fit=fit)
    assert subject.trained
    assert learned_and_lost(subject) is None
    for measure in ("continued", "wider"):
        with pytest.raises(UsageError, match="cannot be compared"):
            getattr(subject, measure)
