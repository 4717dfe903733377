"""The structures of Keras's own cells: values here, their derivatives in tests/contract/test_structures.py."""

import keras
import numpy as np
import pytest
from support.oracle import CELLS, sigmoid

from seqtasks.cells.mingru import MinGRUCell
from seqtasks.keras.structure import structure_of

pytestmark = pytest.mark.tensorflow

UNITS, INPUTS = 4, 3
KERAS = {"gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell, "simple-rnn": keras.layers.SimpleRNNCell}


def built(name, **settings):
    """A cell of random weights, and an input and a state for it."""
    cell = KERAS[name](UNITS, dtype="float64", **settings)
    cell.build((None, INPUTS))
    random = np.random.default_rng(0)
    cell.set_weights([random.normal(size=weight.shape) for weight in cell.weights])
    return cell, random.normal(size=(2, INPUTS)), [random.normal(size=(2, UNITS)) for _ in range(CELLS[name][1])]


def stepped(declared, x, states):
    return [state.numpy() for state in declared.update(declared.preactivations(x, states), states)]


@pytest.mark.parametrize("name", KERAS)
def test_a_step_is_the_cell_written_out(name):
    """The structure's new states equal NumPy's, and its output is h."""
    cell, x, states = built(name)
    after, expected = stepped(structure_of(cell), x, states), CELLS[name][0](*cell.get_weights(), x, states)
    for got, wanted in zip(after, expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12)
    assert structure_of(cell).output(after) is after[0]


@pytest.mark.parametrize("settings", [{"use_bias": False}, {"activation": "softsign"}, {"activation": None}], ids=str)
@pytest.mark.parametrize("name", KERAS)
def test_a_step_is_the_cell_s_whatever_its_settings(name, settings):
    """With its own activation and without biases."""
    cell, x, states = built(name, **settings)
    for got, wanted in zip(stepped(structure_of(cell), x, states), cell(x, states)[1], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["gru", "lstm"])
def test_the_gates_activation_is_the_cell_s(name):
    """Other gates than sigmoids are seen, too."""
    cell, x, states = built(name, recurrent_activation="hard_sigmoid")
    after = stepped(structure_of(cell), x, states)
    np.testing.assert_allclose(after[-1], cell(x, states)[1][-1], rtol=0, atol=1e-12)
    assert np.abs(after[-1] - CELLS[name][0](*cell.get_weights(), x, states)[-1]).max() > 1e-3


def test_the_sums_of_a_gru_are_four():
    """The two parts of the candidate are separate, because the reset gate multiplies only the second."""
    cell, x, (h,) = built("gru")
    kernel, recurrent, bias = cell.get_weights()
    z, r, n, un = (u.numpy() for u in structure_of(cell).preactivations(x, [h]))
    np.testing.assert_allclose(n, x @ kernel[:, 8:] + bias[0, 8:], rtol=0, atol=1e-12)
    np.testing.assert_allclose(un, h @ recurrent[:, 8:] + bias[1, 8:], rtol=0, atol=1e-12)
    expected = sigmoid(z) * h + (1 - sigmoid(z)) * np.tanh(n + sigmoid(r) * un)
    np.testing.assert_allclose(cell(x, [h])[0], expected, rtol=0, atol=1e-12)


def test_without_biases_the_last_row_of_the_matrix_is_zero():
    """The sums see no one, and the matrix keeps its shape."""
    for make in KERAS.values():
        cell = make(2, use_bias=False)
        cell.build((None, 3))
        matrix = structure_of(cell).weight_matrix().numpy()
        assert matrix.shape[0] == 3 + 2 + 1
        assert not matrix[-1].any()
        assert matrix[:-1].any()


def test_a_cell_that_is_written_by_its_structure_is_its_own():
    """The cell itself is returned."""
    cell = MinGRUCell(2)
    assert structure_of(cell) is cell


class Altered(keras.layers.GRUCell):
    """Its step may differ from that of Keras's GRU."""


@pytest.mark.parametrize(
    "cell",
    [
        keras.layers.GRUCell(2, reset_after=False),
        keras.layers.GRUCell(2, dropout=0.1),
        keras.layers.LSTMCell(2, recurrent_dropout=0.1),
        keras.layers.SimpleRNNCell(2, dropout=0.1),
        keras.layers.StackedRNNCells([keras.layers.GRUCell(2)]),
        Altered(2),
    ],
    ids=["reset before", "dropout", "recurrent dropout", "dropout of an elman", "stack", "subclass"],
)
def test_what_tells_no_structure_has_none(cell):
    """None, where the step is another than the three, or a random one."""
    assert structure_of(cell) is None
