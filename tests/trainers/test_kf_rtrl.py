"""KF-RTRL's gradients, with the weights frozen: random, and right in the mean."""

import pytest
from keras.layers import GRUCell
from support.draws import assert_unbiased, spread
from support.frozen import SHAPES, by_rule, drawn, drawn_of, sequence

from seqtasks.errors import UsageError
from seqtasks.keras.credit.kf_rtrl import KFRTRLCredit
from seqtasks.keras.credit.rtrl import exact_credit
from seqtasks.keras.credit.snap import SnApCredit
from seqtasks.keras.credit.uoro import UOROCredit
from seqtasks.models.gru import GRU
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.kf_rtrl import KFRTRL

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("name", ["leaky-rnn:units=3", "simple-rnn:units=3"])
def test_its_mean_is_the_exact_gradient(name):
    """The mean of 10 000 draws is, within three standard errors, at every step and in the sum."""
    network = drawn(name)
    assert_unbiased(network, KFRTRLCredit(), by_rule(network, exact_credit, sequence(8)))


def test_in_a_stack_its_mean_is_exact_within_each_layer():
    """What SnAp with n = 2 has, where the past of the layers above is dropped."""
    network = drawn("simple-rnn:units=2,layers=2")
    assert_unbiased(network, KFRTRLCredit(), by_rule(network, SnApCredit(2), sequence(8)))


def test_a_single_draw_is_nearer_than_uoro_s():
    """But far off all the same."""
    network = drawn("leaky-rnn:units=3")
    assert 0.3 < spread(network, KFRTRLCredit()) < 0.7 * spread(network, UOROCredit())


def test_it_carries_two_factors():
    """H^2 + (I + H + 1)."""
    assert KFRTRLCredit().carry_size(drawn("leaky-rnn:units=3").architecture) == (9 + 6, "15 numbers of an estimate")


@pytest.mark.parametrize(
    ("network", "message", "hint"),
    [
        (
            GRU(units=2).build(SHAPES, seed=0),
            "kf-rtrl needs cells where a weight's influence is one product of an input and a unit's derivative (a "
            "Kronecker product), and in GRUCell it is not.",
            "Use simple-rnn or leaky-rnn, or --trainer uoro, which takes any cell.",
        ),
        (
            drawn_of([lambda dtype: GRUCell(2, reset_after=False, dtype=dtype)]),
            "The trainer kf-rtrl needs the structure of each cell, but GRUCell declares none.",
            "Use gru, lstm, simple-rnn or a built-in cell, or derive the cell from AbstractStructuredCell.",
        ),
    ],
    ids=["gru", "undeclared"],
)
def test_other_cells_are_refused(network, message, hint):
    """With what would do."""
    with pytest.raises(UsageError) as caught:
        KFRTRL().learner(network, PrevBit().objective, 0)
    assert (str(caught.value), caught.value.hint) == (message, hint)
