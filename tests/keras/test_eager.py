"""Every trainer under ``tf.config.run_functions_eagerly(True)``: nothing is compiled, the numbers are the same."""

import numpy as np
import pytest
import tensorflow as tf

from seqtasks.catalogue.host import Host
from seqtasks.tasks.delay import Delay

pytestmark = pytest.mark.tensorflow

TASK = Delay(lag=1)
ONLINE = ("online:window=1", "online:window=3", "rtrl", "snap", "rflo", "kf-rtrl", "uoro")
CASES = [
    *((trainer, "simple-rnn:units=2", replicas) for trainer in ONLINE for replicas in (1, 2)),
    *(("diagonal", "lru:units=2", replicas) for replicas in (1, 2)),
    *(("batch:batch_size=2", "gru:units=2,layers=2", replicas) for replicas in (1, 2)),
    ("batch:batch_size=2", "gru:units=4,layers=2,dropout=0.5", 1),
]


@pytest.fixture
def eagerly():
    """Calls a function without compiling anything, and puts the setting back."""

    def call(function):
        tf.config.run_functions_eagerly(True)
        try:
            return function()
        finally:
            tf.config.run_functions_eagerly(False)

    return call


def learned(trainer, model, replicas):
    """Losses, state and outputs after eight steps, or sequences of four steps, of float64 networks."""
    host = Host.start()
    trainer, model = (host.make(s, host.spec(s, each)) for s, each in (("trainers", trainer), ("models", model)))
    networks = [model.build(TASK.shapes, seed, dtype="float64") for seed in range(replicas)]
    learner = trainer.replicas(networks, TASK.objective, list(range(replicas)))
    whole = trainer.lanes is None
    samples = [TASK.sample(seed, 4, 4) if whole else TASK.stream(seed, 1).take(8) for seed in range(replicas)]
    chunk = type(samples[0])(
        *(np.concatenate([getattr(s, n) for s in samples]) for n in ("inputs", "targets", "weights", "starts"))
    )
    losses = learner.learn(chunk)
    outputs = [network(chunk.inputs.astype("float64")) for network in networks]
    return losses, learner.state(), outputs


def numbers(value):
    """All numbers, flat."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return np.concatenate([numbers(each) for each in value]) if value else np.zeros(0)
    return np.ravel(np.asarray(value, np.float64))


@pytest.mark.parametrize(("trainer", "model", "replicas"), CASES)
def test_eager_execution_gives_the_same_numbers(trainer, model, replicas, eagerly):
    """Losses, weights, slots, traces and outputs in float64, but for the rounding of sums in another order."""
    compiled = learned(trainer, model, replicas)
    eager = eagerly(lambda: learned(trainer, model, replicas))
    np.testing.assert_allclose(numbers(eager), numbers(compiled), rtol=1e-9, atol=1e-12)
