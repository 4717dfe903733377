"""The minimal gated unit."""

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Shapes

pytestmark = pytest.mark.tensorflow

UNITS, INPUTS = 3, 2


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def oracle(kernel, recurrent, bias, inputs):
    """The cell's equations in NumPy, gate and candidate apart: states (T, H) for inputs (T, I)."""
    wf, wn = np.split(kernel, 2, axis=1)
    uf, un = np.split(recurrent, 2, axis=1)
    bf, bn = np.split(bias, 2)
    h, states = np.zeros(len(recurrent)), []
    for x in inputs:
        f = sigmoid(x @ wf + h @ uf + bf)
        n = np.tanh(x @ wn + (f * h) @ un + bn)
        h = (1 - f) * h + f * n
        states.append(h)
    return np.array(states)


@pytest.fixture
def network():
    """A network of two layers of the cell without a readout, its weights drawn at random."""
    host = Host.start()
    model = host.make("models", host.spec("models", f"mgu:units={UNITS},layers=2,readout=none"))
    network = model.build(Shapes(inputs=INPUTS, outputs=1), seed=0)
    rng = np.random.default_rng(1)
    network.load([rng.normal(size=w.shape).astype(np.float32) for w in network.weights()])
    return network


@pytest.fixture
def inputs():
    """(B, T, I)."""
    return np.random.default_rng(2).normal(size=(4, 30, INPUTS)).astype(np.float32)


def test_whole_sequences_are_the_equations(network, inputs):
    """Two layers over thirty steps agree with the oracle."""
    weights = network.weights()
    for given, found in zip(inputs, network.keras_model()(inputs).numpy(), strict=True):
        assert found == pytest.approx(oracle(*weights[3:], oracle(*weights[:3], given)), abs=1e-5)


def test_one_step_at_a_time_is_the_whole_sequence(network, inputs):
    """Thirty calls of the step view give what one call of the sequence view gives."""
    state, stepped = network.initial_state(batch_size=4), []
    for t in range(30):
        y, state = network.step(inputs[:, t], state)
        stepped.append(y)
    assert np.stack(stepped, axis=1) == pytest.approx(network.keras_model()(inputs).numpy(), abs=1e-5)


def test_two_thirds_of_a_gru_s_matrices(network):
    """2 H (I + H + 1) numbers in the lower layer, 2 H (H + H + 1) in the upper."""
    assert network.parameters == 2 * UNITS * (INPUTS + UNITS + 1) + 2 * UNITS * (2 * UNITS + 1)
