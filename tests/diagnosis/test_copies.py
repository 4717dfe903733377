"""Copies of a model learn as the model did, and leave it as it is."""

import keras
import numpy as np
import pytest
from support.keras_programs import compiled, values

from seqtasks.diagnosis.dynamics import trajectory
from seqtasks.diagnosis.flow import gradient_flow
from seqtasks.diagnosis.keras_dynamics import KerasDynamics
from seqtasks.diagnosis.keras_model.copies import Copy, Lesson, learning_rate, widened
from seqtasks.diagnosis.keras_model.fit_arguments import FitArguments
from seqtasks.diagnosis.keras_model.units import dead_shares, finite, frozen_layers, unbounded_layers

pytestmark = pytest.mark.tensorflow


def sums(rows=64, steps=5):
    x = np.random.default_rng(0).normal(size=(rows, steps, 1)).astype(np.float32)
    return x, x.sum(axis=1)


def network(**settings):
    keras.utils.set_random_seed(0)
    return compiled(keras.Input((5, 1)), keras.layers.SimpleRNN(4, **settings), keras.layers.Dense(1))


def test_a_lesson_has_an_eighth_of_the_updates_but_at_least_sixty():
    """Of 10 batches in 200 epochs, 250 updates; of 10 batches in 2 epochs, 60, on all rows."""
    x, y = sums(rows=320)
    long = Lesson.of(x, y, FitArguments(epochs=200), 32)
    short = Lesson.of(x, y, FitArguments(epochs=2), 32)
    assert (long.updates, long.of_updates) == (250, 2000)
    assert (short.updates, short.epochs, len(short.x)) == (60, 6, 320)


def test_a_lesson_of_many_rows_takes_so_few_that_it_has_several_epochs():
    """The loss of an epoch is a mean over it, which lags behind in the first one."""
    x, y = sums(rows=3200)
    lesson = Lesson.of(x, y, FitArguments(epochs=1), 32)
    assert (len(lesson.x), lesson.epochs, lesson.updates) == (15 * 32, 4, 60)


def test_a_lesson_of_shuffled_rows_has_rows_of_all_parts():
    """Rows that are sorted by class would else be of one class."""
    x, y = np.zeros((3200, 5, 1)), np.repeat([0, 1], 1600)
    assert Lesson.of(x, y, FitArguments(), 32).y.mean() == pytest.approx(0.5, abs=0.1)
    assert Lesson.of(x, y, FitArguments(shuffle=False), 32).y.max() == 0


def test_a_copy_begins_where_it_is_told_and_the_model_stays():
    """From the initial weights twice the same loss, from the weights of the model a lower one."""
    x, y = sums()
    model = network()
    model.fit(x, y, epochs=40, shuffle=False, verbose=0)
    before = values(model)
    copy = Copy(model, Lesson.of(x, y, FitArguments(epochs=40, shuffle=False), 32))
    first, second = copy.trained(), copy.trained()
    assert first == pytest.approx(second, rel=1e-5)
    assert copy.trained(weights=model.get_weights()) < 0.5 * first
    assert copy.trained(factor=0.0) > 2 * first
    assert all(np.array_equal(a, b) for a, b in zip(before, values(model), strict=True))


def test_the_rate_of_a_schedule_is_the_greatest_it_had():
    """At the first update or now."""
    rising = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 2.0)
    model = network()
    model.compile(keras.optimizers.SGD(rising), "mse")
    assert learning_rate(model.optimizer) == pytest.approx(0.1)
    model.optimizer.iterations.assign(2)
    assert learning_rate(model.optimizer) == pytest.approx(0.4)


def test_only_recurrent_layers_are_widened():
    """The outputs stay as many as there are targets."""
    assert widened(keras.layers.GRU(3), 4).units == 12
    assert widened(keras.layers.Dense(3), 4).units == 3


def test_a_gradient_flows_as_the_recurrent_weights_say():
    """Rotation keeps its norm, half of it halves the norm at each step."""
    layer = keras.layers.SimpleRNN(2, activation=None, use_bias=False)
    layer.build((None, None, 1))
    rotation = np.array([[0.0, 1.0], [-1.0, 0.0]], np.float32)
    for scale, wanted in ((1.0, [1, 1, 1, 1]), (0.5, [1, 0.5, 0.25, 0.125])):
        layer.set_weights([np.ones((1, 2)), scale * rotation])
        dynamics = KerasDynamics.of_layer(layer)
        flow = gradient_flow(dynamics, trajectory(dynamics, np.ones((3, 4, 1), np.float32)))
        assert flow == pytest.approx(wanted, rel=1e-5)


def test_frozen_layers_are_recurrent_or_all():
    """A dense layer alone may be frozen for a reason."""
    model = network()
    assert frozen_layers(model) == []
    model.layers[1].trainable = False
    assert frozen_layers(model) == []
    model.layers[0].trainable = False
    assert frozen_layers(model) == [layer.name for layer in model.layers]
    model.layers[1].trainable = True
    assert frozen_layers(model) == [model.layers[0].name]


def test_dead_units_are_those_without_output():
    """Two of four rectified units get a bias that no row overcomes."""
    model = network(activation="relu")
    x, _ = sums()
    assert dead_shares(model, x)[model.layers[0].name] <= 0.25
    weights = model.get_weights()
    weights[2] = np.array([-50.0, -50.0, 1.0, 1.0], np.float32)
    model.set_weights(weights)
    assert dead_shares(model, x)[model.layers[0].name] == pytest.approx(0.5)


def test_what_has_no_bound_and_what_has_overflowed():
    """Rectified recurrences have none, and a weight that is not a number is one too many."""
    model = network(activation="relu")
    assert unbounded_layers(model) == [model.layers[0].name]
    assert unbounded_layers(network()) == []
    assert finite(model)
    model.set_weights([np.full_like(array, np.nan) for array in model.get_weights()])
    assert not finite(model)


def test_a_copy_of_a_model_of_half_precision_learns():
    """Keras scales its loss with a second optimizer around that of the user."""
    x, y = sums()
    model = network(dtype="mixed_float16")
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01)), "mse")
    copy = Copy(model, Lesson.of(x, y, FitArguments(epochs=40), 32))
    assert copy.rate == pytest.approx(0.01)
    assert copy.trained() < copy.trained(factor=0.0)
