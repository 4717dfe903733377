"""A plugin with a copy of Keras's GRU cell that declares no structure, like a user's own cell."""

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
