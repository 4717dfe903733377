"""Standardising a column."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seqtasks.tables.columns import CellError, Columns
from seqtasks.tasks.scaling import Scaling


def column(values):
    array = np.array(values)
    return array, Columns("f.csv", {"x": array}), "x"


modest = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)


@given(hnp.arrays(np.float64, st.integers(2, 30), elements=modest))
def test_mean_and_scale_are_those_of_numpy(values):
    """Where squares are finite, the careful way agrees with the plain one."""
    scaling = Scaling.of(values)
    assert scaling.mean == pytest.approx(values.mean(), rel=1e-9, abs=1e-9)
    if np.ptp(values) > 1e-6 * np.abs(values).max():
        assert scaling.scale == pytest.approx(values.std(), rel=1e-6)


def test_a_constant_keeps_its_scale():
    """What does not vary becomes 0, and a later 8 instead of 7 becomes 1."""
    np.testing.assert_array_equal(Scaling.of(np.full(3, 7.0)).standardised(*column([7.0, 8.0])), [0.0, 1.0])


def test_a_constant_is_told_apart_from_its_rounding():
    """Ten times 0.1 has a standard deviation that is not zero in floating point."""
    assert Scaling.of(np.full(10, 0.1)).scale == 1.0


def test_huge_values_are_standardised():
    """The square of 1e300 is infinite, its standardised value is not."""
    values = np.array([-1e300, 1e300])
    np.testing.assert_array_equal(Scaling.of(values).standardised(*column(values)), [-1.0, 1.0])


def test_an_outlier_beyond_single_precision_is_refused():
    """The place and the value are named."""
    values, columns, name = column([0.0, 2.0, 1e300])
    with pytest.raises(CellError) as caught:
        Scaling.of(values[:2]).standardised(values, columns, name)
    assert caught.value.message == (
        "f.csv: column x, row 3 is 1e+300, too far from the training part's mean 1 "
        "in units of its standard deviation 1."
    )
    assert caught.value.hint == "Correct the cell, or rescale the column."
