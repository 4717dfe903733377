"""Decoding curves against the exact capacity of linear reservoirs, and without bias where nothing is to decode."""

import numpy as np
import pytest

from seqtasks.diagnosis.decoding import decode, share_interval
from seqtasks.diagnosis.memory_curve import memory_curve

LANES, STEPS = 20, 1500


def linear_reservoir(matrix, inputs):
    """The states of s' = A s + w x with w of ones."""
    states, state = [], np.zeros((LANES, len(matrix)))
    for t in range(inputs.shape[1]):
        state = state @ matrix.T + inputs[:, t]
        states.append(state)
    return np.stack(states, axis=1)


def test_a_linear_reservoir_has_the_capacity_of_the_formula():
    """R^2(k) = (A^k w)^T C^-1 (A^k w) with C = sum_j A^j w w^T A^jT, whose sum over all k >= 0 is the size S."""
    random = np.random.default_rng(1)
    matrix = np.diag([0.9, 0.7, -0.8, 0.5])
    inputs = random.uniform(-0.8, 0.8, size=(LANES, STEPS, 1))
    found = memory_curve(linear_reservoir(matrix, inputs)[:, 60:], inputs[:, 60:], 12)
    powers = np.stack([np.linalg.matrix_power(matrix, k) @ np.ones(4) for k in range(200)])
    exact = np.einsum("ki,ij,kj->k", powers, np.linalg.inv(powers.T @ powers), powers)
    assert exact.sum() == pytest.approx(4)
    np.testing.assert_allclose(found.share, exact[:13], atol=0.015)
    assert found.capacity == pytest.approx(exact[1:13].sum(), abs=0.05)
    assert found.capacity_interval[0] < exact[1:13].sum() < found.capacity_interval[1]


def test_a_state_that_remembers_nothing_has_no_capacity():
    """50 numbers of noise explain a share of 50 / 800 of any sample; the estimate is 0, and not only on average."""
    random = np.random.default_rng(2)
    states, inputs = random.normal(size=(16, 50, 50)), random.normal(size=(16, 50, 1))
    found = memory_curve(states, inputs, 10)
    assert abs(found.share.mean()) < 0.01
    assert abs(found.capacity) < 0.15
    x, y = states[:, 1:].reshape(-1, 50), inputs[:, :-1].reshape(-1)
    missed = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    assert 1 - missed.var() / y.var() > 0.04  # what a fit claims


def test_slow_inputs_and_states_that_do_not_belong_together_share_nothing():
    """Random walks correlate with one another in any sample; surrogates correct for that."""
    random = np.random.default_rng(3)
    walks = random.normal(size=(40, 200, 6)).cumsum(axis=1)
    found = decode(walks[..., :5], walks[..., 5:], np.ones((40, 200), bool))
    low, high = share_interval(found)
    assert low < 0.1
    assert found.share < 0.25
    assert high > 0


def test_inputs_of_an_earlier_episode_are_not_decoded():
    """A delay line across starts: within episodes every lag is there."""
    random = np.random.default_rng(4)
    inputs = random.normal(size=(LANES, 60, 1))
    states = np.concatenate([np.roll(inputs, k, axis=1) for k in range(4)], axis=2)
    starts = np.zeros((LANES, 60), bool)
    starts[:, ::6] = True
    for start in range(0, 60, 6):  # the state forgets at a start
        for k in range(1, 4):
            states[:, start : start + k, k] = random.normal(size=(LANES, min(k, 60 - start)))
    np.testing.assert_allclose(memory_curve(states, inputs, 5, starts).share, [1, 1, 1, 1, 0, 0], atol=0.05)


def test_a_constant_input_has_no_share():
    """Nothing varies, and so nothing is explained; too few lanes are refused."""
    states = np.random.default_rng(5).normal(size=(6, 30, 2))
    assert memory_curve(states, np.ones((6, 30, 1)), 3).capacity == 0
    with pytest.raises(ValueError, match="at least 5 lanes, not 2"):
        decode(states[:2], states[:2], np.ones((2, 30), bool))


def test_an_echo_state_network_has_the_capacity_that_reservoirpy_measures():
    """Capacity 12.620 (0.02): reservoirpy 0.4.2, k_max=60, 4 series of 40,000 steps, ridge=1e-9."""
    random = np.random.default_rng(0)
    matrix = random.normal(size=(30, 30))
    matrix *= 0.9 / np.abs(np.linalg.eigvals(matrix)).max()
    weights, state, states = random.uniform(-0.5, 0.5, size=(1, 30)), np.zeros((LANES, 30)), []
    inputs = random.uniform(-0.8, 0.8, size=(LANES, STEPS, 1))
    for t in range(STEPS):
        state = np.tanh(state @ matrix.T + inputs[:, t] @ weights)
        states.append(state)
    found = memory_curve(np.stack(states, axis=1)[:, 100:], inputs[:, 100:], 40)
    assert found.capacity == pytest.approx(12.62, abs=0.1)
    at = found.share[[1, 5, 10, 15, 20, 25]]
    np.testing.assert_allclose(at, [0.9998, 0.9935, 0.7615, 0.2928, 0.0882, 0.0188], atol=0.01)
