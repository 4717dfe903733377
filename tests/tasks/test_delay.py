"""Delays of bits and symbols."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.errors import UsageError
from seqtasks.tasks.delay import Delay
from seqtasks.tasks.prev_bit import PrevBit


@given(st.integers(0, 2**32))
def test_lag_1_is_prev_bit_bit_for_bit(seed):
    """The same seed gives the same data under both names."""
    one, other = Delay(lag=1).sample(seed, 3, 30), PrevBit().sample(seed, 3, 30)
    np.testing.assert_array_equal(one.inputs, other.inputs)
    np.testing.assert_array_equal(one.targets, other.targets)
    np.testing.assert_array_equal(one.weights, other.weights)


def test_bits_have_the_yardsticks_of_prev_bit_at_any_lag_but_zero():
    """The variance of a bit; at lag 0 it is seen."""
    assert Delay(lag=30).yardsticks() == Yardsticks(0.1875, 0.1875, 0.0)
    assert Delay(lag=0).yardsticks() == Yardsticks(0.1875, 0.0, 0.0)


def test_symbols_are_classes_and_not_negated():
    """K symbols in, K classes out, ln K by chance, and the target is the symbol itself."""
    task = Delay(lag=2, symbols=8)
    assert task.shapes == Shapes(8, 8, "class", symbols=True)
    assert task.yardsticks().chance == pytest.approx(log(8))
    assert task.yardsticks().memoryless == pytest.approx(log(8))
    assert task.yardsticks().optimum == 0.0
    chunk = task.sample(0, 4, 40)
    np.testing.assert_array_equal(chunk.targets[:, 2:], chunk.inputs[:, :-2])


def test_bits_can_be_left_as_they_are():
    """negate=false delays the bit itself."""
    chunk = Delay(lag=3, negate=False).sample(0, 4, 40)
    np.testing.assert_array_equal(chunk.targets[:, 3:], chunk.inputs[:, :-3])


@pytest.mark.parametrize(("setting", "value"), [("p", 0.5), ("negate", False)])
def test_settings_of_bits_are_refused_for_symbols(setting, value):
    """What would have no effect is an error that says so."""
    with pytest.raises(UsageError) as caught:
        Delay(symbols=8, **{setting: value})
    assert caught.value.message == (
        f"delay has no {setting} with symbols=8: symbols are equally likely and never negated."
    )
    assert caught.value.hint == f"Leave out {setting}, or leave out symbols to delay bits."
