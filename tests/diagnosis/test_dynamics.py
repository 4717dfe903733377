"""Derivatives of a step against the formulas of an Elman network, exact and by differences."""

import keras
import numpy as np
import pytest
from support.numpy_plugin import Elman

from seqtasks.core.task import Shapes
from seqtasks.diagnosis.credit import credit
from seqtasks.diagnosis.dynamics import Layout, NetworkDynamics, trajectory
from seqtasks.diagnosis.jacobian import jacobians, spectral_norms
from seqtasks.diagnosis.keras_dynamics import KerasDynamics
from seqtasks.diagnosis.saturation import saturation, still_units
from seqtasks.errors import UsageError
from seqtasks.models.gru import GRU
from seqtasks.models.lstm import LSTM
from seqtasks.models.simple_rnn import SimpleRNN

LANES, STEPS = 6, 12


def data(steps=STEPS, inputs=2):
    random = np.random.default_rng(0)
    starts = np.zeros((LANES, steps), bool)
    starts[:, 0] = starts[2, 5] = True
    return random.normal(size=(LANES, steps, inputs)).astype(np.float32), starts


def elman():
    """A network, and its matrices in float64."""
    network = Elman(Shapes(2, 1), 4, seed=3)
    network.load([0.5 * array for array in network.weights()])
    return network, [array.astype(np.float64) for array in network.weights()]


def test_differences_of_any_network_are_its_derivatives():
    """J = diag(1 - h'^2) U^T and do/ds = V^T J, of a network that only runs."""
    network, (_, u, v) = elman()
    dynamics, (x, starts) = NetworkDynamics(network), data()
    run = trajectory(dynamics, x, starts)
    after, before = run.states[:, 5].astype(np.float64), run.before[:, 5]
    expected = (1 - after**2)[:, :, None] * u.T
    np.testing.assert_allclose(jacobians(dynamics, x[:, 5], before), expected, atol=2e-4)
    got = dynamics.pullback(x[:, 5], before, np.ones((LANES, 1)), None)
    np.testing.assert_allclose(got, np.einsum("nij,i->nj", expected, v[:, 0]), atol=5e-4)
    np.testing.assert_allclose(
        spectral_norms(dynamics, x[:, 5], before), np.linalg.norm(expected, 2, axis=(1, 2)), atol=5e-4
    )


def test_a_trajectory_is_the_run_of_the_network():
    """Outputs equal those of the network, across a reset in the middle of a lane."""
    network, _ = elman()
    x, starts = data()
    run = trajectory(NetworkDynamics(network), x, starts)
    np.testing.assert_allclose(run.outputs, network.run(x, starts, network.initial_state(LANES))[0], atol=1e-6)
    assert not run.before[2, 5].any()


def test_credit_is_the_product_of_jacobians_and_stops_at_a_start():
    """The norm at lag k is that of V^T J(t) ... J(t-k+1), root mean square over lanes and times."""
    network, (_, u, v) = elman()
    x, starts = data()
    dynamics = NetworkDynamics(network)
    run = trajectory(dynamics, x, starts)
    found = credit(dynamics, run, np.ones_like(run.outputs), lags=5)
    squares = np.zeros((5, LANES, 7))
    for lane in range(LANES):
        for place, t in enumerate(range(5, STEPS)):
            vector = v[:, 0]
            for k in range(1, 6):
                vector = ((1 - run.states[lane, t - k + 1].astype(float) ** 2)[:, None] * u.T).T @ vector
                vector = vector * (not starts[lane, t - k + 1])
                squares[k - 1, lane, place] = vector @ vector
    np.testing.assert_array_equal(found.lags, np.arange(1, 6))
    np.testing.assert_allclose(found.norms, np.sqrt(squares.mean(axis=(1, 2))), rtol=1e-2)
    assert np.all(found.low <= found.norms)
    assert np.all(found.norms <= found.high)


def test_a_state_of_integers_is_named():
    """Differences of integers mean nothing."""
    network, _ = elman()
    network.initial_state = lambda lanes: (np.zeros((lanes, 4), np.int32),)
    with pytest.raises(UsageError, match="holds int32"):
        NetworkDynamics(network)


def test_rows_of_a_state_come_apart_again():
    """Arrays of different shapes share a row."""
    layout = Layout([(3,), (), (2, 2)])
    arrays = [np.arange(6.0).reshape(2, 3), np.array([7.0, 8.0]), np.arange(8.0).reshape(2, 2, 2)]
    for got, wanted in zip(layout.arrays(layout.rows(arrays)), arrays, strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.tensorflow
@pytest.mark.parametrize("model", [GRU(units=3), LSTM(units=3, layers=2), SimpleRNN(units=3)], ids=str)
def test_exact_derivatives_equal_differences(model):
    """The tape and the differences agree in float64, for the state of every layer, and from lag 1 on in the credit."""
    network = model.build(Shapes(2, 1), 0, dtype="float64")
    x, starts = data(steps=7)
    exact, differences = KerasDynamics.of_network(network), NetworkDynamics(network)
    run = trajectory(exact, x, starts)
    np.testing.assert_allclose(run.outputs, network.run(x, starts, network.initial_state(LANES))[0], atol=1e-9)
    own, other = (credit(each, run, np.ones_like(run.outputs), 4) for each in (exact, differences))
    np.testing.assert_allclose(own.norms[1:], other.norms, rtol=1e-6)
    kernel = network.arrays[-2]
    assert own.lags[0] == 0
    np.testing.assert_allclose(own.norms[0], np.linalg.norm(kernel), rtol=1e-6)


@pytest.mark.tensorflow
def test_a_plain_layer_of_keras_and_the_saturation_of_its_gates():
    """A linear layer has its recurrent kernel as Jacobian; a gate with a bias of 9 is saturated in every sample."""
    layer = keras.layers.SimpleRNN(2, activation=None, use_bias=False)
    layer.build((None, None, 1))
    layer.set_weights([np.ones((1, 2)), np.array([[0.5, 1.0], [0.0, 2.0]])])
    found = jacobians(KerasDynamics.of_layer(layer), np.ones((3, 1)), np.zeros((3, 2)))
    np.testing.assert_allclose(found, np.tile([[0.5, 0.0], [1.0, 2.0]], (3, 1, 1)))

    cell = keras.layers.GRUCell(2)
    cell.build((None, 1))
    kernel, recurrent, bias = cell.get_weights()
    bias[:] = 0
    bias[:, 0] = 9
    cell.set_weights([0.1 * kernel, 0.1 * recurrent, bias / 2])
    by_gate = saturation(cell, np.ones((4, 1)), [np.zeros((4, 2))])
    assert {name: list(share) for name, share in by_gate.items()} == {"update gate": [1, 0], "reset gate": [0, 0]}
    assert saturation(keras.layers.GRUCell(2, dropout=0.5), np.ones((4, 1)), [np.zeros((4, 2))]) == {}
    assert list(still_units(np.array([[0.0, 1.0], [0.0, 2.0]]))) == [True, False]
