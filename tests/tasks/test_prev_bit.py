"""The previous bit."""

import numpy as np
import pytest

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.tasks.prev_bit import PrevBit


def test_yardsticks_are_those_of_a_bit_of_one_quarter():
    """3/16 without memory, nothing with it."""
    assert PrevBit().yardsticks() == Yardsticks(0.1875, 0.1875, 0.0)


def test_the_drawing_holds():
    """Where x = 0 1 0 0 starts a sequence, y = 1 1 0 1."""
    chunk = PrevBit().sample(0, 400, 4)
    drawn = (chunk.inputs[:, :, 0] == [0, 1, 0, 0]).all(axis=1)
    assert drawn.sum() > 10
    np.testing.assert_array_equal(chunk.targets[drawn, :, 0], np.tile([1, 1, 0, 1], (drawn.sum(), 1)))


def test_the_first_target_is_one_and_does_not_count():
    """Before the start lies a zero."""
    chunk = PrevBit().sample(3, 50, 2)
    assert (chunk.targets[:, 0] == 1).all()
    assert (chunk.weights[:, 0] == 0).all()


def test_a_quarter_of_the_bits_are_ones():
    """100 000 bits, within four standard errors."""
    assert PrevBit().sample(0, 100, 1000).inputs.mean() == pytest.approx(0.25, abs=4 * (0.1875 / 100_000) ** 0.5)


def test_shapes():
    """A number in, a number out."""
    assert PrevBit().shapes == Shapes(1, 1, "real")
