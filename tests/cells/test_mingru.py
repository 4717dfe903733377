"""The minimal GRU."""

import numpy as np
import pytest
from support.oracle import sigmoid

from seqtasks.cells.mingru import MinGRUCell

pytestmark = pytest.mark.tensorflow


def test_steps_are_the_equation(stepped):
    """Which is h' = (1 - z) h + z (Wn x + bn), z = sigmoid(Wz x + bz), over thirty steps."""
    got = stepped(MinGRUCell)
    (wz, wn), (bz, bn) = np.split(got.weights["kernel"], 2, axis=1), np.split(got.weights["bias"], 2)
    h = got.zeros
    for x, y in zip(got.inputs, got.outputs, strict=True):
        z = sigmoid(x @ wz + bz)
        h = (1 - z) * h + z * (x @ wn + bn)
        np.testing.assert_allclose(y, h, rtol=0, atol=got.rounding)


def test_number_of_weights():
    """2 H (I + 1), whatever H: units see no state but their own."""
    cell = MinGRUCell(5)
    cell.build((None, 3))
    assert cell.count_params() == 2 * 5 * (3 + 1)
