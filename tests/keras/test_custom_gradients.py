"""What TensorFlow's table of gradients holds after programs are traced, and what is freed with a network."""

import gc
import weakref
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import ops

from seqtasks.core.task import Chunk, Shapes
from seqtasks.keras import custom_gradients, network
from seqtasks.keras.batch_loop import BatchLearner
from seqtasks.keras.credit.truncated_bptt import TruncatedBPTTCredit
from seqtasks.keras.custom_gradients import release_custom_gradients
from seqtasks.keras.online_learner import OnlineLearner
from seqtasks.keras.program import Program

pytestmark = pytest.mark.tensorflow


def slope_of_swishes(x):
    """The derivative of swish(swish(x)) by x, in a loop: TensorFlow gives tf.nn.silu a custom gradient."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        _, y = tf.while_loop(lambda n, _: n < 2, lambda n, y: (n + 1, tf.nn.silu(y)), (0, x), maximum_iterations=2)
    return tape.gradient(y, x)


def swish_slope(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s * (1 - s)


def test_a_program_leaves_no_gradient_in_the_table():
    """Its gradients are computed, and TensorFlow's table is as it was."""
    before = set(ops.gradient_registry.list())
    program = Program(slope_of_swishes, "no cell")
    first = 0.7 / (1 + np.exp(-0.7))
    assert float(program(tf.constant(0.7))) == pytest.approx(swish_slope(0.7) * swish_slope(first), rel=1e-5)
    assert set(ops.gradient_registry.list()) == before


def test_only_the_gradients_of_that_graph_are_removed():
    """Another graph, which may still be differentiated, keeps its own."""
    before = set(ops.gradient_registry.list())
    first, second = (tf.function(slope_of_swishes).get_concrete_function(tf.constant(0.7)) for _ in range(2))
    both = set(ops.gradient_registry.list()) - before
    removed = release_custom_gradients(first.graph)
    left = set(ops.gradient_registry.list()) - before
    assert 0 < removed == len(both) / 2 == len(left)
    assert release_custom_gradients(second.graph) == removed
    assert set(ops.gradient_registry.list()) == before


@pytest.mark.parametrize("module", [SimpleNamespace(), SimpleNamespace(gradient_registry=object())])
def test_without_the_table_nothing_is_removed(monkeypatch, module):
    """The table is not part of TensorFlow's public API; programs run without it."""
    monkeypatch.setattr(custom_gradients, "ops", module)
    assert release_custom_gradients(tf.Graph()) == 0
    assert np.isfinite(float(Program(slope_of_swishes, "no cell")(tf.constant(0.7))))


def swish_network():
    def layers():
        return [keras.layers.SimpleRNN(3, activation="silu", return_sequences=True)], keras.layers.Dense(1)

    return network.build(layers, Shapes(inputs=2, outputs=1), 0.0, "swish", seed=0)


def train_in_batches(networks):
    return BatchLearner(networks, "real", "sgd", None, 2, 0)


def train_online(networks):
    return OnlineLearner(networks, "real", TruncatedBPTTCredit(2), "sgd", None, 2, [0, 1][: len(networks)])


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("learner", [train_in_batches, train_online])
def test_layers_and_programs_are_freed_with_the_last_network(monkeypatch, learner, replicas):
    """Nothing but the cache holds an architecture: without learners, networks and cache it is gone."""
    monkeypatch.setattr(network, "_architectures", type(network._architectures)())
    networks = [swish_network() for _ in range(replicas)]
    lanes = 2 * replicas
    starts = np.eye(1, 4, dtype=bool).repeat(lanes, axis=0)
    chunk = Chunk(np.ones((lanes, 4, 2), "f"), np.ones((lanes, 4, 1), "f"), np.ones((lanes, 4), "f"), starts)
    assert np.isfinite(learner(networks).learn(chunk)).all()
    networks[0].run(chunk.inputs[:2], starts[:2], networks[0].initial_state(2))
    held = weakref.ref(networks[0].architecture)
    networks.clear()
    gc.collect()
    assert held() is not None  # the cache has it for the next network of its kind
    network._architectures.clear()
    gc.collect()
    assert held() is None
