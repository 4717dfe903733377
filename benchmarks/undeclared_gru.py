"""A plugin: Keras's own GRU cell, but that it says nothing about its step, as a cell of somebody's own."""

import keras

from seqtasks import Entry, hookimpl


class UndeclaredGRUCell(keras.layers.GRUCell):
    """A GRU by another name.

    Args:
        units: The size of the state.
    """

    def __init__(self, units: int, **layer):
        super().__init__(units, **layer)


@hookimpl
def seqtasks_cells():
    yield Entry("undeclared-gru", "A GRU by another name.", f"{__name__}:UndeclaredGRUCell")
