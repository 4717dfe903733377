"""Models of Keras cell objects."""

import keras
import numpy as np
import pytest

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.models.gru import GRU
from seqtasks.models.of_cell import OfCell

pytestmark = pytest.mark.tensorflow

SHAPES = Shapes(inputs=2, outputs=1)


def test_it_is_the_model_of_such_layers():
    """A GRU cell's is the model gru, with the same weights the same to the last digits."""
    of_cell, named = OfCell(keras.layers.GRUCell(3)).build(SHAPES, seed=0), GRU(units=3).build(SHAPES, seed=1)
    of_cell.load(named.weights())
    x = np.random.default_rng(0).normal(size=(4, 6, 2)).astype(np.float32)
    np.testing.assert_allclose(of_cell(x), named(x), rtol=1e-5, atol=1e-6)


def test_weights_follow_the_seed_and_the_cell_stays_unbuilt():
    """Settings are the cell's own, initializers included."""
    cell = keras.layers.SimpleRNNCell(3, activation="relu", kernel_initializer="ones")
    first, again, other = (OfCell(cell).build(SHAPES, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.weights()[0], np.ones((2, 3)))
    np.testing.assert_array_equal(first.weights()[1], again.weights()[1])
    assert not np.array_equal(first.weights()[1], other.weights()[1])
    assert not cell.built


def test_cells_made_alike_share_programs_and_others_do_not():
    """By configuration, whatever their names."""
    architectures = [
        OfCell(cell).build(SHAPES, seed=0).architecture for cell in (keras.layers.GRUCell(3), keras.layers.GRUCell(3))
    ]
    assert architectures[0] is architectures[1]
    assert OfCell(keras.layers.GRUCell(4)).build(SHAPES, seed=0).architecture is not architectures[0]
    assert OfCell(keras.layers.GRUCell(3), layers=2).build(SHAPES, seed=0).architecture is not architectures[0]


def test_a_dropout_that_would_do_nothing_is_refused():
    """The cell's own; the model has one."""
    with pytest.raises(UsageError, match=r"The dropout of the cell <GRUCell .* would have no effect") as caught:
        OfCell(keras.layers.GRUCell(3, dropout=0.1))
    assert "OfCell(cell, dropout=0.1)" in caught.value.hint
