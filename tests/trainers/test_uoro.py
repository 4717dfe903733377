"""UORO's gradients, with the weights frozen: random, and right in the mean."""

import numpy as np
import pytest
from support.draws import assert_unbiased, spread
from support.frozen import apart, by_rule, drawn, sequence

from seqtasks.keras.credit.rtrl import exact_credit
from seqtasks.keras.credit.uoro import UOROCredit

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("name", ["lstm:units=2", "gru:units=2,layers=2"])
def test_its_mean_is_the_exact_gradient(name):
    """The mean of 10 000 draws is, within three standard errors; a single draw is far off."""
    network = drawn(name)
    exact = by_rule(network, exact_credit, sequence(8))
    assert_unbiased(network, UOROCredit(), exact)
    assert spread(network, UOROCredit()) > 0.3


def test_a_seed_means_signs_of_its_own():
    """The same seed gives the same gradients; another, and another lane, others."""
    network, chunk = drawn("gru:units=3"), sequence(8)
    first, again, other = (by_rule(network, UOROCredit(), chunk, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert apart(other, first)[2:].min() > 1e-3
    pair = by_rule(network, UOROCredit(), sequence(8, lanes=2, alike=True))
    assert apart(pair, first)[2:].min() > 1e-3


def test_it_carries_two_vectors():
    """A number for each weight of the recurrent layers, and for each of the state's."""
    arch = drawn("lstm:units=2").architecture
    assert UOROCredit().carry_size(arch) == (40 + 4, "40 + 4 numbers of an estimate")
