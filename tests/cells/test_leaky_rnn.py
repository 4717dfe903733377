"""The leaky network."""

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.cells.leaky_rnn import LeakyRNNCell
from seqtasks.errors import UsageError


@pytest.mark.tensorflow
@pytest.mark.parametrize("leak", [0.5, 0.125, 1.0])
def test_steps_are_the_equation(stepped, leak):
    """Which is h' = (1 - leak) h + leak tanh(W x + U h + b) over thirty steps."""
    got = stepped(LeakyRNNCell, leak=leak)
    w, h = got.weights, got.zeros
    for x, y in zip(got.inputs, got.outputs, strict=True):
        h = (1 - leak) * h + leak * np.tanh(x @ w["kernel"] + h @ w["recurrent_kernel"] + w["bias"])
        np.testing.assert_allclose(y, h, rtol=0, atol=got.rounding)


@pytest.mark.tensorflow
def test_number_of_weights_and_how_they_start():
    """H (I + H + 1); U is orthogonal."""
    cell = LeakyRNNCell(5, dtype="float64")
    cell.build((None, 3))
    u = cell.recurrent_kernel.numpy()
    assert cell.count_params() == 5 * (3 + 5 + 1)
    np.testing.assert_allclose(u @ u.T, np.eye(5), rtol=0, atol=1e-12)


@pytest.mark.parametrize("leak", [0.0, 1.5])
def test_a_leak_that_is_no_part_of_the_way_is_refused(leak):
    """It is above 0 and at most 1."""
    with pytest.raises(UsageError, match=f"leaky-rnn: leak={leak} is out of range"):
        Host.start(environ={}).spec("models", f"leaky-rnn:leak={leak}")
