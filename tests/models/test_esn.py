"""The echo state network."""

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.models.esn import ESN
from seqtasks.models.reservoir import recurrent_matrix
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.online import Online

pytestmark = pytest.mark.tensorflow

SHAPES = Shapes(inputs=2, outputs=1)


@pytest.mark.parametrize(("dtype", "rounding"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_steps_are_the_equation(leak, dtype, rounding):
    """Which is h' = (1 - leak) h + leak tanh(W x + U h + b), y = V h + d, over fifty steps."""
    network = ESN(units=20, leak=leak, bias=0.5).build(SHAPES, 0, dtype=dtype)
    w, u, b, v, d = (array.astype(np.float64) for array in network.weights())
    x, h = np.random.default_rng(0).normal(size=(3, 50, 2)).astype(dtype), np.zeros((3, 20))
    for t, y in enumerate(network(x).swapaxes(0, 1)):
        h = (1 - leak) * h + leak * np.tanh(x[:, t] @ w + h @ u + b)
        np.testing.assert_allclose(y, h @ v + d, rtol=0, atol=rounding)
    assert np.abs(b).max() > 0.1
    np.testing.assert_allclose(network.keras_model()(x)[:, -1], h @ v + d, rtol=0, atol=rounding)


@pytest.mark.parametrize(("radius", "connectivity", "seen"), [(0.9, 0.1, 6), (1.3, 1.0, 60), (0.5, 1e-6, 1)])
def test_the_reservoir_has_its_radius_and_connectivity(radius, connectivity, seen):
    """The greatest |eigenvalue| is the one asked for; each unit sees as many units, one if it would be none."""
    network = ESN(units=60, spectral_radius=radius, connectivity=connectivity).build(SHAPES, 0, dtype="float64")
    u = network.weights()[1]
    assert np.abs(np.linalg.eigvals(u)).max() == pytest.approx(radius, rel=1e-9)
    assert (np.count_nonzero(u, axis=0) == seen).all()


def test_input_weights_and_biases_fill_their_ranges():
    """Uniform between minus and plus the setting: the mean of their sizes is half of it."""
    w, _, b, *_ = ESN(units=500, input_scaling=0.2, bias=3.0, connectivity=0.01).build(SHAPES, 0).weights()
    assert (np.abs(w).max(), np.abs(w).mean()) == pytest.approx((0.2, 0.1), rel=0.06)
    assert (np.abs(b).max(), np.abs(b).mean()) == pytest.approx((3.0, 1.5), rel=0.06)


def test_the_seed_draws_the_reservoir():
    """The same seed the same, to the bit; another seed others, be it only of U."""
    one, again, other = (ESN(units=9).build(SHAPES, seed).weights() for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert all(not np.array_equal(a, b) for a, b in zip(one[:3], other[:3], strict=True))
    assert np.array_equal(recurrent_matrix(3, 9, 0.9, 0.5), recurrent_matrix(3, 9, 0.9, 0.5))


def test_gradients_reach_the_readout_alone():
    """Online moves V and d, and nothing else."""
    task, network = PrevBit(), ESN(units=10).build(PrevBit().shapes, 0)
    before = network.weights()
    Online().learner(network, task.objective, 0).learn(task.stream(0, 1).take(50))
    assert [np.array_equal(a, b) for a, b in zip(before, network.weights(), strict=True)] == [True] * 3 + [False] * 2


def test_a_reservoir_beyond_memory_is_refused_before_it_is_drawn():
    """Its weights are counted, not made."""
    with pytest.raises(UsageError, match="This network has 40,000,600,001 weights"):
        ESN(units=200_000).build(Shapes(inputs=1, outputs=1), 0)


@pytest.mark.parametrize(
    ("spec", "setting"),
    [
        ("esn:connectivity=0.0", "connectivity=0.0"),
        ("esn:leak=1.5", "leak=1.5"),
        ("esn:units=0", "units=0"),
    ],
)
def test_settings_out_of_range_are_refused(spec, setting):
    """With the setting and its range."""
    with pytest.raises(UsageError, match=f"{setting} is out of range"):
        Host.start(environ={}).spec("models", spec)
