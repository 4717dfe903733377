"""The plugin's entries. seqtasks imports this module to list them, so it imports nothing heavy."""

from collections.abc import Iterator

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl


@hookimpl
def seqtasks_tasks() -> Iterator[Entry]:
    """The task ``xor``."""
    yield Entry("xor", "Output the exclusive or of two past bits.", "seqtasks_xor.task:Xor")


@hookimpl
def seqtasks_cells() -> Iterator[Entry]:
    """The cell ``mgu``."""
    yield Entry("mgu", "A minimal gated unit: a GRU with one gate.", "seqtasks_xor.cell:MGUCell")
