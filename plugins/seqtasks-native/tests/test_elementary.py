"""The functions that cells are written with, against NumPy in a higher precision."""

import numpy as np
import pytest
from numba import njit
from seqtasks_native import elementary

SPACING = {"float32": 2.0**-23, "float64": 2.0**-52}
CASES = {
    "exp": (80.0, np.exp),
    "tanh": (12.0, np.tanh),
    "sigmoid": (40.0, lambda x: 1 / (1 + np.exp(-x))),
    "sin": (1000.0, np.sin),
    "cos": (1000.0, np.cos),
}


@pytest.mark.parametrize("dtype", SPACING)
def test_compiled_functions_are_exact_to_a_few_units_in_the_last_place(dtype):
    """Relative to the value, and for sine and cosine to 1."""
    for name, (limit, reference) in CASES.items():
        function = _vectorized(getattr(elementary, name))
        x = np.random.default_rng(0).uniform(-limit, limit, 20_000).astype(dtype)
        wanted = reference(x.astype(np.longdouble))
        scale = np.ones_like(wanted) if name in ("sin", "cos") else np.abs(wanted)
        assert np.max(np.abs(function(x) - wanted) / scale) < 16 * SPACING[dtype], name


def test_compiled_functions_are_those_in_plain_python():
    """Slopes and other short ones, too; and nan stays nan."""
    x = np.linspace(-3, 3, 7)
    for name in (*CASES, "relu", "complement", "sigmoid_slope", "tanh_slope", "relu_slope"):
        function = getattr(elementary, name)
        assert _vectorized(function)(x) == pytest.approx([function(float(each)) for each in x], abs=1e-15), name
    for name in ("exp", "tanh", "sigmoid", "relu"):
        assert np.isnan(_vectorized(getattr(elementary, name))(np.array([np.nan]))).all(), name


def test_exp_overflows_to_a_great_number_and_underflows_to_almost_nothing():
    """Beyond the range of the precision, without an invalid bit pattern."""
    found = _vectorized(elementary.exp)(np.array([1e4, -1e4], np.float32))
    assert found[0] > 1e38
    assert 0 <= found[1] < 1e-37


def _vectorized(function):
    @njit
    def each(x):
        y = np.empty_like(x)
        for i in range(x.size):
            y[i] = function(x[i])
        return y

    return each
