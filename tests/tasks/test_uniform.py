"""Random numbers with an address."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.tasks.uniform import Uniforms

small = st.integers(0, 40)


@given(st.integers(0, 2**70), small, small, small, st.integers(1, 5))
def test_a_number_depends_on_nothing_but_its_address(seed, start, first, second, lanes):
    """Cutting the steps anywhere and adding lanes changes no number."""
    whole = Uniforms(seed, 0).at(lanes + 2, start, first + second)
    left = Uniforms(seed, 0).at(lanes, start, first)
    right = Uniforms(seed, 0).at(lanes, start + first, second)
    np.testing.assert_array_equal(whole[:lanes], np.hstack([left, right]))


def test_the_numbers_are_philox_at_the_documented_counter():
    """NumPy's own Philox, started at that counter, gives the same numbers."""
    key = np.random.SeedSequence(5).generate_state(2, np.uint64)
    philox = np.random.Generator(np.random.Philox(key=key, counter=[2, 0, 3, 1]))
    np.testing.assert_array_equal(Uniforms(5, 1).at(4, 8, 4)[3], philox.random(4))


def test_seeds_series_and_lanes_are_unrelated():
    """Six sequences of two seeds, two series and several lanes correlate no more than chance allows."""
    rows = [Uniforms(seed, series).at(2, 0, 10_000) for seed in (0, 1) for series in (0, 1)]
    correlation = np.corrcoef(np.vstack(rows))
    assert np.abs(correlation - np.eye(8)).max() < 4.5 / np.sqrt(10_000)


def test_the_numbers_are_uniform():
    """Sixteen equal bins are filled evenly: chi-squared with 15 degrees of freedom stays below its 0.999 quantile."""
    counts = np.histogram(Uniforms(0, 0).at(10, 0, 16_000), bins=16, range=(0, 1))[0]
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 37.7
