"""The recurrent trace unit."""

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.cells.rtu import RTUCell
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow

ACTIVATIONS = {"linear": lambda x: x, "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0)}


def built(units=64, inputs=1, **settings):
    cell = RTUCell(units, dtype="float64", **settings)
    cell.build((None, inputs))
    return {weight.name: weight.numpy() for weight in cell.weights}


def multipliers(weights):
    """The complex number by which each unit multiplies its state."""
    return np.exp(-np.exp(weights["nu"] / 10) + 1j * weights["phase"] / (10 * len(weights["phase"])))


def on_parts(function, h):
    return function(h.real) + 1j * function(h.imag)


@pytest.mark.parametrize("nonlinear", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_steps_are_the_equation_in_complex_numbers(stepped, activation, nonlinear):
    """Over thirty steps; f acts on real and imaginary parts, within the recurrence or on what comes out of it."""
    got = stepped(RTUCell, activation=activation, nonlinear=nonlinear)
    f, lam = ACTIVATIONS[activation], multipliers(got.weights)
    real, imaginary = np.split(got.weights["kernel"], 2, axis=1)
    h = got.zeros.astype(complex)
    for x, y in zip(got.inputs, got.outputs, strict=True):
        h = lam * h + np.sqrt(1 - abs(lam) ** 2) * (x @ (real + 1j * imaginary))
        h = on_parts(f, h) if nonlinear else h
        shown = h if nonlinear else on_parts(f, h)
        np.testing.assert_allclose(y, np.hstack([shown.real, shown.imag]), rtol=0, atol=got.rounding)


def capacities(lam, lags):
    """Which share of the variance of white noise of each lag a linear readout recovers: p' R^-1 p, Jaeger (2001)."""
    powers = np.sqrt(1 - abs(lam) ** 2) * lam ** np.arange(4000)[:, None]
    kernels = np.hstack([powers.real, powers.imag])  # of the state: what each lag adds to it
    return np.einsum("kh,kh->k", kernels, np.linalg.solve(kernels.T @ kernels, kernels.T).T)[:lags]


@pytest.mark.parametrize(("units", "lags", "share"), [(32, 42, 0.95), (64, 96, 0.96)])
def test_it_starts_with_all_lags_in_reach_of_the_readout(units, lags, share):
    """Before any training a linear readout recovers every lag up to these; from random angles, in none of 8 draws."""
    assert capacities(multipliers(built(units)), lags + 1).min() > share
    drawn = [capacities(multipliers(built(units, angles="random")), units)[-1] for _ in range(8)]
    assert max(drawn) < 0.95


def test_random_angles_are_uniform_and_the_radii_follow_their_bounds():
    """The paper's start: r^2 and theta uniform, by their deciles."""
    lam = multipliers(built(2000, angles="random", r_min=0.3, r_max=0.9))
    tenths = np.linspace(0.1, 0.9, 9)
    np.testing.assert_allclose(np.quantile(abs(lam) ** 2, tenths), 0.09 + tenths * 0.72, atol=0.05)
    np.testing.assert_allclose(np.quantile(np.angle(lam) % (2 * np.pi), tenths), tenths * 2 * np.pi, atol=0.3)


def test_radii_start_at_the_time_constant_of_the_units():
    """r^H = 1/e."""
    np.testing.assert_allclose(abs(multipliers(built(20))) ** 20, np.exp(-1), rtol=1e-12)


def test_inputs_start_at_the_same_strength_for_every_unit():
    """|B| = 1 / sqrt(I), at angles all around."""
    real, imaginary = np.split(built(500, inputs=4)["kernel"], 2, axis=1)
    np.testing.assert_allclose(real**2 + imaginary**2, 1 / 4, rtol=1e-12)
    assert abs(real.mean()) < 0.05
    assert abs(imaginary.mean()) < 0.05


def test_weights_follow_the_network_s_seed():
    """The same seed gives the same B, another seed another."""
    host = Host.start(environ={})
    model = host.make("models", host.spec("models", "rtu:units=3,angles=random"))
    one, again, other = (model.build(Shapes(1, 1), seed).weights() for seed in (0, 0, 1))
    for place in (1, 2):  # phase and B
        np.testing.assert_array_equal(one[place], again[place])
        assert not np.array_equal(one[place], other[place])


def test_number_of_weights():
    """2 H (I + 1)."""
    cell = RTUCell(5)
    cell.build((None, 3))
    assert cell.count_params() == 2 * 5 * (3 + 1)


def test_radii_inside_out_are_refused():
    """Also where one of them is the default, exp(-1 / H)."""
    with pytest.raises(UsageError, match=r"r_min=0\.99 is greater than r_max=0\.606531\.") as error:
        RTUCell(2, r_min=0.99)
    assert error.value.hint == "Use r_min <= r_max."
