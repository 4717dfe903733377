"""The present bit."""

import numpy as np
import pytest

from seqtasks.core.task import Yardsticks
from seqtasks.tasks.same_bit import SameBit


def test_no_memory_is_needed():
    """Who sees the present input knows the target."""
    assert SameBit().yardsticks() == Yardsticks(0.1875, 0.0, 0.0)


def test_fair_bits_can_be_asked_for():
    """With p = 1/2 there are a variance of 1/4 and as many ones as zeros."""
    assert SameBit(p=0.5).yardsticks() == Yardsticks(0.25, 0.0, 0.0)
    assert SameBit(p=0.5).sample(0, 100, 1000).inputs.mean() == pytest.approx(0.5, abs=4 * (0.25 / 100_000) ** 0.5)


def test_every_step_counts_and_is_negated():
    """The target is 1 - input from the first step on."""
    chunk = SameBit().sample(0, 5, 20)
    np.testing.assert_array_equal(chunk.targets, 1 - chunk.inputs)
    assert chunk.weights.all()
