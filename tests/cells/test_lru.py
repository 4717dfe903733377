"""The linear recurrent unit."""

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.cells.lru import LRUCell
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow


def built(**settings):
    cell = LRUCell(2000, dtype="float64", **settings)
    cell.build((None, 3))
    return {weight.name: weight.numpy() for weight in cell.weights}


def test_steps_are_the_equation_in_complex_numbers(stepped):
    """Which is h' = lam h + gamma (B x) over thirty steps; the outputs are the real parts, then the imaginary."""
    got = stepped(LRUCell)
    w = got.weights
    lam, gamma = np.exp(-np.exp(w["nu"]) + 1j * np.exp(w["theta"])), np.exp(w["gamma_log"])
    real, imaginary = np.split(w["kernel"], 2, axis=1)
    h = got.zeros.astype(complex)
    for x, y in zip(got.inputs, got.outputs, strict=True):
        h = lam * h + gamma * (x @ (real + 1j * imaginary))
        np.testing.assert_allclose(y, np.hstack([h.real, h.imag]), rtol=0, atol=got.rounding)


def test_a_dense_readout_is_the_real_part_of_a_complex_one():
    """A network's output is Re(C h) + d, C's imaginary part minus the lower half of the readout's weights."""
    host = Host.start(environ={})
    network = host.make("models", host.spec("models", "lru:units=3")).build(Shapes(1, 1), seed=0)
    nu, theta, gamma_log, kernel, readout, d = (w.astype(np.float64) for w in network.weights())
    lam, b = np.exp(-np.exp(nu) + 1j * np.exp(theta)), kernel[:, :3] + 1j * kernel[:, 3:]
    c = readout[:3] - 1j * readout[3:]
    x, h = np.random.default_rng(0).normal(size=(1, 20, 1)).astype(np.float32), np.zeros(3, complex)
    for t, y in enumerate(network(x)[0]):
        h = lam * h + np.exp(gamma_log) * (x[0, t] @ b)
        np.testing.assert_allclose(y, (h @ c).real + d, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("low", "high", "phase"), [(0.5, 0.99, 6.283185307179586), (0.0, 0.3, 0.5), (0.9, 0.9, 1.0)])
def test_it_starts_on_the_ring(low, high, phase):
    """Radius and angle of lam are within their bounds, |lam|^2 and the angle uniform: mean and deciles say so."""
    w = built(r_min=low, r_max=high, max_phase=phase)
    square, angle = np.exp(-2 * np.exp(w["nu"])), np.exp(w["theta"])
    assert low**2 - 1e-12 <= square.min() <= square.max() <= high**2 + 1e-12
    assert 0 < angle.min() <= angle.max() <= phase
    tenths = np.linspace(0.1, 0.9, 9)
    np.testing.assert_allclose(np.quantile(square, tenths), low**2 + tenths * (high**2 - low**2), atol=0.05)
    np.testing.assert_allclose(np.quantile(angle, tenths), tenths * phase, atol=0.05 * phase)


def test_gamma_starts_so_that_white_noise_keeps_its_strength():
    """It is sqrt(1 - |lam|^2), unit by unit."""
    w = built()
    np.testing.assert_allclose(np.exp(w["gamma_log"]) ** 2, 1 - np.exp(-2 * np.exp(w["nu"])), rtol=1e-12)


def test_b_starts_as_complex_normal():
    """The variance of B's real and imaginary parts is 1 / (2 I) each."""
    kernel = built()["kernel"]
    assert (kernel[:, :2000].var(), kernel[:, 2000:].var()) == pytest.approx((1 / 6, 1 / 6), rel=0.05)


def test_ring_and_angles_follow_the_network_s_seed():
    """The same seed gives the same weights, another others."""
    host = Host.start(environ={})
    model = host.make("models", host.spec("models", "lru:units=3"))
    one, again, other = (model.build(Shapes(1, 1), seed).weights() for seed in (0, 0, 1))
    for a, b, c in zip(one[:4], again, other, strict=False):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)


def test_number_of_weights():
    """H (2 I + 3)."""
    cell = LRUCell(5)
    cell.build((None, 3))
    assert cell.count_params() == 5 * (2 * 3 + 3)


def test_a_ring_inside_out_is_refused():
    """The least radius is not beyond the greatest."""
    with pytest.raises(UsageError, match=r"r_min=0\.9 is greater than r_max=0\.5\.") as error:
        LRUCell(2, r_min=0.9, r_max=0.5)
    assert error.value.hint == "Use r_min <= r_max."


@pytest.mark.parametrize("setting", ["r_max=1.0", "r_min=-0.1", "max_phase=6.3", "max_phase=0.0"])
def test_what_is_no_ring_is_out_of_range(setting):
    """A radius is below 1, an angle at most 2 pi."""
    with pytest.raises(UsageError, match=f"lru: {setting} is out of range"):
        Host.start(environ={}).spec("models", f"lru:{setting}")
