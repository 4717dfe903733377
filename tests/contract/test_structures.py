"""Which cells declare a structure, and so are held to it by the checks of cells and models."""

import keras
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.checks.networks.cell_step import Step
from seqtasks.keras.structure import structure_of

pytestmark = pytest.mark.tensorflow

KERAS = {"gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell, "simple-rnn": keras.layers.SimpleRNNCell}


def test_there_are_structures_to_check():
    """The built-in cells and Keras's three declare theirs, and all but three of them the matrix of their sums."""
    builtin = Host.start(environ={"SEQTASKS_BLOCK": "*"})
    cells = KERAS | {name: builtin.load("cells", name) for name in builtin.shelf("cells")}
    assert all(structure_of(cell(3)) is not None for cell in cells.values())
    silent = {name for name, cell in cells.items() if Step(cell(3, dtype="float64")).structure.weight_matrix() is None}
    assert silent == {"indrnn", "lru", "rtu"}
