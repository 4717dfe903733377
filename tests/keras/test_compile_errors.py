"""Cells whose step cannot be compiled or differentiated: one sentence that names the cell, and the next step."""

import keras
import pytest
import tensorflow as tf
from keras import ops

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.models.of_cell import OfCell
from seqtasks.tasks.prev_bit import PrevBit

pytestmark = pytest.mark.tensorflow

TASK = PrevBit()


class AbstractCell(keras.layers.Layer):
    """An Elman cell whose new state goes through one more function."""

    def __init__(self, units, **layer):
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1] + self.units, self.units), name="kernel")
        self.built = True

    def call(self, inputs, states, training=False):
        h = self.after(ops.tanh(ops.concatenate([inputs, states[0]], axis=-1) @ self.kernel))
        return h, [h]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def halved(h, **bound):
    """Three times, by a loop."""
    return ops.while_loop(lambda n, _: n < 3, lambda n, h: (n + 1, h / 2), (0, h), **bound)[1]


class UnboundedCell(AbstractCell):
    """A loop that may go on for ever, as far as XLA can see."""

    def after(self, h):
        return halved(h)


class BoundedCell(AbstractCell):
    """The same loop with an upper bound."""

    def after(self, h):
        return halved(h, maximum_iterations=3)


class BesselCell(AbstractCell):
    """An operation that XLA does not compile."""

    def after(self, h):
        return tf.math.special.bessel_j0(h)


class GammaCell(AbstractCell):
    """An operation that XLA compiles and TensorFlow does not differentiate."""

    def after(self, h):
        return tf.raw_ops.IgammaGradA(a=h + 2, x=h + 2)


def learner(cell, trainer):
    """A learner of a network of that cell, and steps for it."""
    host = Host.start(environ={})
    trainer = host.make("trainers", host.spec("trainers", trainer))
    learner = trainer.learner(OfCell(cell(2)).build(TASK.shapes, seed=0), TASK.objective, seed=0)
    return learner, TASK.sample(0, 4, 4) if trainer.lanes is None else TASK.stream(0, 1).take(8)


UNBOUNDED = "The loop in the step of UnboundedCell has no upper bound, so that XLA cannot compile its gradient."
BOUND = "Set one: keras.ops.while_loop(..., maximum_iterations=N)."


@pytest.mark.parametrize("trainer", ["batch", "online:window=1", "online:window=3"])
def test_a_loop_without_an_upper_bound_is_named(trainer):
    """At the first compilation, again at the next call; the same loop with a bound learns."""
    unbounded, steps = learner(UnboundedCell, trainer)
    for _ in range(2):
        with pytest.raises(UsageError) as caught:
            unbounded.compile(steps)
        assert (caught.value.message, caught.value.hint) == (UNBOUNDED, BOUND)
    bounded, steps = learner(BoundedCell, trainer)
    bounded.learn(steps)
    assert bounded.updates > 0


def test_a_network_with_such_a_loop_still_predicts():
    """Only gradients need the bound."""
    network = OfCell(UnboundedCell(2)).build(TASK.shapes, seed=0)
    assert network(TASK.sample(0, 2, 5).inputs).shape == (2, 5, 1)


CANNOT = "XLA cannot compile the operation BesselJ0 in the step of BesselCell."
NO_GRADIENT = "TensorFlow has no gradient of the operation IgammaGradA in the step of GammaCell."


@pytest.mark.parametrize(
    ("cell", "trainer", "message", "hint"),
    [
        (BesselCell, "batch", CANNOT, "Write the step with other operations of keras.ops."),
        (BesselCell, "rtrl", CANNOT, "Write the step with other operations of keras.ops."),
        (GammaCell, "batch", NO_GRADIENT, "Write the step with differentiable operations of keras.ops."),
    ],
)
def test_an_operation_that_cannot_be_compiled_or_differentiated_is_named(cell, trainer, message, hint):
    """With the cell in whose step it is."""
    failing, steps = learner(cell, trainer)
    with pytest.raises(UsageError) as caught:
        failing.compile(steps)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.fixture
def eager_execution():
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def test_an_operation_without_a_gradient_is_named_without_compilation(eager_execution):
    """A program that runs as plain Python raises the error of a compiled one."""
    failing, steps = learner(GammaCell, "batch")
    with pytest.raises(UsageError) as caught:
        failing.learn(steps)
    assert (caught.value.message, caught.value.hint) == (
        NO_GRADIENT,
        "Write the step with differentiable operations of keras.ops.",
    )


def test_prediction_names_the_operation_too():
    """A network that is only run compiles the same step."""
    with pytest.raises(UsageError, match=CANNOT):
        OfCell(BesselCell(2)).build(TASK.shapes, seed=0).compile(1)
