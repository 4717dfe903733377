"""Cells: their slopes, and the messages about one with an error."""

import pytest
from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.cells.gru import GRUCell
from seqtasks_native.cells.indrnn import IndRNNCell
from seqtasks_native.cells.leaky_rnn import LeakyRNNCell
from seqtasks_native.cells.lru import LRUCell
from seqtasks_native.cells.lstm import LSTMCell
from seqtasks_native.cells.mingru import MinGRUCell
from seqtasks_native.cells.simple_rnn import SimpleRNNCell
from seqtasks_native.check import check_slopes, masks

from seqtasks.errors import UsageError

CELLS = (GRUCell, LSTMCell, SimpleRNNCell, IndRNNCell, LRUCell, MinGRUCell)


class WrongSlope(AbstractNativeCell):
    """h' = u + h, with a slope of 2 by h."""

    sums, input_sums, state_sums = 1, 1, 0

    @staticmethod
    def step(u, s, p, c):
        return (u[0] + s[0],)

    @staticmethod
    def slopes(u, s, p, c):
        return (1.0,), (2.0,), ()


class Raises(WrongSlope):
    """A step that divides by zero."""

    @staticmethod
    def step(u, s, p, c):
        return (u[0] / 0,)


class TooMany(WrongSlope):
    """Two slopes where there is one sum."""

    @staticmethod
    def slopes(u, s, p, c):
        return (1.0, 1.0), (1.0,), ()


@pytest.mark.parametrize("cell", CELLS)
def test_slopes_are_finite_differences(cell):
    """Of every cell of the package, by sums, state and own weights."""
    check_slopes(cell, ())


def test_slopes_of_a_cell_with_constants():
    """The leak is a constant of the model."""
    check_slopes(LeakyRNNCell, (0.3,))


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (WrongSlope, "The slope of WrongSlope by the state is 2, but by finite differences it is 1: of number 0"),
        (Raises, "The step of Raises cannot be computed: float division by zero"),
        (TooMany, "The slopes of TooMany cannot be computed"),
    ],
)
def test_an_error_in_a_cell_is_named(cell, message):
    """A wrong slope, a step that raises, and a wrong number of slopes."""
    with pytest.raises(UsageError, match=message) as caught:
        check_slopes(cell, ())
    assert cell.__name__ in caught.value.hint


def test_an_output_gate_does_not_reach_the_memory_cell_within_a_step():
    """The mask of SnAp-1 is 0 there, and 1 elsewhere in an LSTM."""
    assert masks(LSTMCell, ()).tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
