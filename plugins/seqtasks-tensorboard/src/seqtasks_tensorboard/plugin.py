"""The plugin's entry. seqtasks imports this module to list it, so it imports nothing heavy."""

from collections.abc import Iterator

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl


@hookimpl
def seqtasks_observers() -> Iterator[Entry]:
    """The observer ``tensorboard``."""
    yield Entry("tensorboard", "Event files for TensorBoard.", "seqtasks_tensorboard.observer:TensorBoard")
