"""Keras objects of a user, created from their configurations."""

import copy
import pickle
from contextlib import contextmanager

import keras
import numpy as np
import pytest
from keras import ops
from sklearn.base import clone

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.estimators import SequenceRegressor
from seqtasks.keras import factory
from seqtasks.keras.optimizer import optimizer
from seqtasks.models.gru import GRU
from seqtasks.models.of_cell import OfCell

pytestmark = pytest.mark.tensorflow

SHAPES = Shapes(inputs=1, outputs=1)
X = np.linspace(-1, 1, 24).reshape(6, 4)
Cell = keras.layers.GRUCell


class Twos(keras.initializers.Initializer):
    """An initializer that Keras does not know."""

    def __init__(self, scale=2.0):
        self.scale = scale

    def __call__(self, shape, dtype=None):
        return self.scale * ops.ones(shape, dtype)

    def get_config(self):
        return {"scale": self.scale}


class OfScript(Twos):
    """One that was defined in a script or a notebook."""

    __module__ = "__main__"


@keras.saving.register_keras_serializable(package="tests")
class Known(Twos):
    """The same, which Keras knows."""


@keras.saving.register_keras_serializable(package="tests")
class Silent(keras.initializers.Initializer):
    """One that Keras knows, and that does not return its argument."""

    def __init__(self, scale):
        self.scale = scale


class Nothing(keras.regularizers.Regularizer):
    """A regularizer that Keras does not know."""

    def __call__(self, x):
        return 0.0 * ops.sum(x)

    def get_config(self):
        return {}


class Anything(keras.constraints.Constraint):
    """A constraint that Keras does not know."""

    def get_config(self):
        return {}


class Slow(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that Keras does not know."""

    def __call__(self, step):
        return 0.01

    def get_config(self):
        return {}


class Fading(keras.layers.Layer):
    """A cell that Keras does not know."""

    def __init__(self, units, start="ones", **layer):
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units
        self.start = start

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer=self.start, name="kernel")
        self.built = True

    def call(self, inputs, states, training=False):
        h = 0.5 * states[0] + ops.matmul(inputs, self.kernel)
        return h, [h]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), self.compute_dtype)]


def bend(x):
    """An activation that Keras does not know."""
    return ops.tanh(x)


@keras.saving.register_keras_serializable(package="tests")
def squash(x):
    """One that it knows."""
    return ops.tanh(x)


@contextmanager
def refused(owner, why, hint):
    """One sentence that names the part, and one that says what to add."""
    with pytest.raises(UsageError) as caught:
        yield
    text = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.message.startswith(f"{owner} cannot be created from its configuration: {why}")
    assert hint in text
    assert len(text) < 350
    assert "\n" not in text


DECORATOR = 'Put @keras.saving.register_keras_serializable(package="...") above '
UNKNOWN = [
    (lambda: Cell(3, kernel_initializer=Twos()), "GRUCell", "Twos is not registered with Keras.", f"{DECORATOR}Twos,"),
    (lambda: Cell(3, kernel_initializer=OfScript()), "GRUCell", "OfScript is not registered", f"{DECORATOR}OfScript,"),
    (lambda: Cell(3, kernel_regularizer=Nothing()), "GRUCell", "Nothing is not registered", f"{DECORATOR}Nothing,"),
    (lambda: Cell(3, bias_constraint=Anything()), "GRUCell", "Anything is not registered", f"{DECORATOR}Anything,"),
    (lambda: Cell(3, activation=bend), "GRUCell", "bend is not registered with Keras.", f"{DECORATOR}bend."),
    (lambda: Cell(3, activation=lambda x: x), "GRUCell", "it has a lambda.", "Define the function with def"),
    (
        lambda: Cell(3, kernel_initializer=Silent(1)),
        "GRUCell",
        "TypeError: Silent.__init__() missing",
        "get_config must",
    ),
    (lambda: Fading(3, start=Twos()), "Fading", "NotImplementedError: Object Fading", "get_config must return"),
]
NAMES = ["initializer", "of-script", "regularizer", "constraint", "function", "lambda", "silent", "no-config"]


@pytest.mark.parametrize(("make", "owner", "why", "hint"), UNKNOWN, ids=NAMES)
def test_a_cell_with_a_part_that_keras_cannot_read_is_refused_in_one_sentence(make, owner, why, hint):
    """Where a network is built, and where an estimator of it is fitted, cloned, pickled or deep-copied."""
    cell = make()
    estimator = SequenceRegressor(model=cell, epochs=1)
    for what in (
        lambda: OfCell(cell).build(SHAPES, seed=0),
        lambda: estimator.fit(X, X.sum(axis=1)),
        lambda: clone(estimator),
        lambda: pickle.dumps(estimator),
        lambda: copy.deepcopy(estimator),
    ):
        with refused(owner, why, hint):
            what()


def test_a_cell_class_that_keras_does_not_know_learns_and_is_not_copied():
    """Its class is available where a network is built; a pickle has only its name."""
    fitted = SequenceRegressor(model=Fading(3), epochs=1, random_state=0).fit(X, X.sum(axis=1))
    assert fitted.predict(X).shape == (6,)
    for what in (clone, pickle.dumps, copy.deepcopy):
        with refused("Fading", "Fading is not registered with Keras.", f"{DECORATOR}Fading,"):
            what(fitted)


def test_what_is_registered_is_made_again():
    """Initializers and activations of a user's own: the copies predict the same, and keep the settings."""
    cell = Cell(3, activation=squash, kernel_initializer=Known(3.0))
    fitted = clone(SequenceRegressor(model=cell, epochs=1, random_state=0)).fit(X, X.sum(axis=1))
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
    assert again.model.kernel_initializer.scale == 3
    weights = OfCell(cell).build(SHAPES, seed=0).weights()
    np.testing.assert_array_equal(weights[0], np.full((1, 9), 3.0))


def test_optimizers_and_initializers_that_are_objects():
    """An optimizer's schedule and a model's initializer are refused in the same words; classes at hand are fine."""
    adam = keras.optimizers.Adam(Slow())
    for what in (lambda: optimizer(adam, []), lambda: clone(SequenceRegressor(optimizer=adam))):
        with refused("Adam", "Slow is not registered with Keras.", f"{DECORATOR}Slow,"):
            what()
    with refused("Silent", "TypeError: Silent.__init__() missing", "Its get_config must return"):
        GRU(units=2, kernel_initializer=Silent(1)).build(SHAPES, seed=0)
    weights = GRU(units=2, kernel_initializer=Twos()).build(SHAPES, seed=0).weights()
    np.testing.assert_array_equal(weights[0], np.full((1, 6), 2.0))


def test_a_copy_has_what_is_changed():
    """The class and the rest of the configuration are the original's, which stays as it is."""
    cell = Cell(3, activation="relu")
    new = factory.copy(cell, units=5)
    assert (type(new), new.units, new.activation.__name__, cell.units) == (Cell, 5, "relu", 3)
    assert new is not cell
