"""The independently recurrent network."""

import numpy as np
import pytest

from seqtasks.cells.indrnn import IndRNNCell

pytestmark = pytest.mark.tensorflow

ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_steps_are_the_equation(stepped, activation):
    """Which is h' = activation(W x + u * h + b) over thirty steps."""
    got = stepped(IndRNNCell, activation=activation)
    w, h = got.weights, got.zeros
    for x, y in zip(got.inputs, got.outputs, strict=True):
        h = ACTIVATIONS[activation](x @ w["kernel"] + w["recurrent"] * h + w["bias"])
        np.testing.assert_allclose(y, h, rtol=0, atol=got.rounding)


def test_number_of_weights_and_how_they_start():
    """H (I + 2); u is spread over (-1, 1), so that nothing grows."""
    cell = IndRNNCell(500)
    cell.build((None, 3))
    u = cell.recurrent.numpy()
    assert cell.count_params() == 500 * (3 + 2)
    assert (u.min(), u.max(), np.abs(u).mean()) == pytest.approx((-1, 1, 0.5), abs=0.05)
    assert np.abs(u).max() <= 1
    assert not cell.bias.numpy().any()
