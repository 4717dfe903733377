"""The exclusive or of two past bits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqtasks_xor.task import Xor

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.errors import UsageError

lags = st.integers(0, 12)


@pytest.mark.parametrize(("a", "b", "y"), [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_truth_table(a, b, y):
    """Exactly one of the two bits has to be one."""
    assert Xor(first=3, second=5).law({3: np.array(a), 5: np.array(b)}) == y


@given(first=lags, second=lags, seed=st.integers(0, 100))
def test_targets_are_the_law_applied_to_the_inputs(first, second, seed):
    """Every counted target is the xor of the inputs at its lags; those that reach before the start do not count."""
    if first == second:
        return
    chunk = Xor(first=first, second=second).sample(seed, sequences=2, length=20)
    past = max(first, second)
    x = chunk.inputs[:, :, 0].astype(int)
    expected = x[:, past - first : 20 - first] ^ x[:, past - second : 20 - second]
    assert (chunk.targets[:, past:, 0] == expected).all()
    assert (chunk.weights == (np.arange(20) >= past)).all()


def test_yardsticks():
    """One bit of the two is worth nothing: log 2 nats until both are known, then 0."""
    assert Xor().yardsticks() == Yardsticks(math.log(2), math.log(2), 0.0)
    assert Xor(first=2, second=7).knowing((2,)) == Xor(first=2, second=7).knowing((7,)) == math.log(2)


def test_shapes_and_depth():
    """One bit in, one logit out; credit goes back to the further of the two bits."""
    assert Xor(first=5, second=2).shapes == Shapes(1, 1, "binary")
    assert Xor(first=5, second=2).depth == 6


def test_a_bit_with_itself_is_refused():
    """The sentence says why."""
    with pytest.raises(UsageError) as caught:
        Xor(first=2, second=2)
    assert caught.value.message == "xor of the bit at lag 2 with itself is always 0."
    assert caught.value.hint == "Set first and second to different lags."
