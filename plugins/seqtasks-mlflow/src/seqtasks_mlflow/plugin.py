"""The plugin's entry. seqtasks imports this module to list it, so it imports nothing heavy."""

from collections.abc import Iterator

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl


@hookimpl
def seqtasks_observers() -> Iterator[Entry]:
    """The observer ``mlflow``."""
    yield Entry("mlflow", "Runs of an MLflow experiment.", "seqtasks_mlflow.observer:MLflow")
