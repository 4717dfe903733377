"""Steps that TensorFlow vectorises into something else, or not at all, are taken one after another."""

from functools import cache, partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from support.frozen import by_rule, by_time, drawn, drawn_of, sequence

from seqtasks.core.task import Chunk, Objective
from seqtasks.keras.credit.rtrl import exact_credit
from seqtasks.trainers.online import Online
from seqtasks.trainers.rtrl import RTRL
from seqtasks.trainers.uoro import UORO

pytestmark = pytest.mark.tensorflow

UNITS, NETWORKS, STEPS = 4, 3, 12


class MixingCell(keras.layers.SimpleRNNCell):
    """A tanh cell whose units are rearranged by an operation before each step."""

    def __init__(self, mix, **settings):
        super().__init__(UNITS, **settings)
        self.mix = mix

    def call(self, sequence, states, training=False):
        return super().call(sequence, [self.mix(states[0])])


WRONG = {
    "roll": partial(ops.roll, shift=1, axis=-1),
    "roll by -2": partial(ops.roll, shift=-2, axis=-1),
    "roll of pairs": lambda h: ops.reshape(ops.roll(ops.reshape(h, (-1, 2, 2)), 1, axis=-2), (-1, UNITS)),
}
LOOPS = {
    "loop": lambda h: tf.while_loop(lambda i, _: i < 2, lambda i, y: (i + 1, tf.tanh(y)), (0, h), maximum_iterations=2)[
        1
    ]
}
RIGHT = {
    "roll along a positive axis": partial(ops.roll, shift=1, axis=1),
    "flip": partial(ops.flip, axis=-1),
    "softmax": partial(ops.softmax, axis=-1),
    "concatenate": lambda h: ops.concatenate([h[:, 1:], h[:, :1]], axis=-1),
    "split and stack": lambda h: ops.reshape(ops.stack(ops.split(h, 2, axis=-1), axis=-1), (-1, UNITS)),
    "take": lambda h: ops.take(h, [1, 2, 3, 0], axis=-1),
    "einsum with dots": lambda h: ops.einsum("...i,ij->...j", h, np.eye(UNITS)[::-1]),
    "cumsum": partial(ops.cumsum, axis=-1),
    "normalize": partial(ops.normalize, axis=-1),
}


def network_of(name, seed=0):
    return drawn_of([cell_of(name)], seed=seed)


@cache
def cell_of(name):
    """The same object for the same name, so that networks share compiled programs."""
    return partial(MixingCell, (WRONG | LOOPS | RIGHT)[name])


@pytest.mark.parametrize("name", [*WRONG, *LOOPS])
def test_step_that_tensorflow_cannot_vectorise_is_found(name):
    """Whether its conversion gives other numbers, or there is none for it or its gradient."""
    assert not network_of(name).architecture.vectorises


@pytest.mark.parametrize("name", RIGHT)
def test_step_that_tensorflow_vectorises_is_not_slowed_down(name):
    """Operations along the last axis that are converted rightly."""
    assert network_of(name).architecture.vectorises


@pytest.mark.parametrize(
    "model", ["gru:units=3", "lstm:units=3", "gru:units=3,layers=2", "lru:units=3", "indrnn:units=70"]
)
def test_built_in_cells_vectorise(model):
    """In single precision as in double."""
    assert drawn(model).architecture.vectorises
    assert drawn(model, "float32").architecture.vectorises


@pytest.mark.parametrize("lanes", [1, 2])
@pytest.mark.parametrize("name", WRONG)
def test_exact_credit_is_exact_without_vectorising(name, lanes):
    """Real-time recurrent learning gives the gradients of backpropagation through time."""
    network, chunk = network_of(name), sequence(7, lanes, starts=[(0, 4)])
    np.testing.assert_allclose(by_rule(network, exact_credit, chunk), by_time(network, chunk), rtol=0, atol=1e-10)


def side_by_side(chunks):
    """The lanes of all chunks in one."""
    fields = ("inputs", "targets", "weights", "starts")
    return Chunk(*(np.concatenate([getattr(chunk, field) for chunk in chunks]) for field in fields))


CASES = [
    (Online(window=2), "roll"),
    (Online(window=2), "loop"),
    (Online(window=2), "roll along a positive axis"),
    (RTRL(lanes=2), "roll"),
    (UORO(lanes=2), "roll"),
]


@pytest.mark.parametrize(("trainer", "name"), CASES, ids=[f"{trainer.name}-{name}" for trainer, name in CASES])
def test_replicas_learn_what_each_learns_alone(trainer, name):
    """Losses and weights, for any step: networks that cannot be vectorised run one after another."""
    seeds = range(NETWORKS)
    together = [network_of(name, seed) for seed in seeds]
    chunks = [sequence(STEPS, trainer.lanes, seed=seed) for seed in seeds]
    objective = Objective(together[0].shapes, depth=1)
    learner = trainer.replicas(together, objective, list(seeds))
    losses = learner.learn(side_by_side(chunks)).reshape(NETWORKS, trainer.lanes, STEPS)
    for seed, chunk in zip(seeds, chunks, strict=True):
        alone = network_of(name, seed)
        np.testing.assert_allclose(losses[seed], trainer.learner(alone, objective, seed).learn(chunk), rtol=1e-9)
        for one, other in zip(together[seed].weights(), alone.weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-9)
