"""The plugin's entries. seqtasks imports this module to list them, so it imports nothing heavy."""

from collections.abc import Iterator

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl


@hookimpl
def seqtasks_models() -> Iterator[Entry]:
    """The models ``torch-gru`` and ``torch-lstm``."""
    yield Entry("torch-gru", "Gated recurrent units of PyTorch.", "seqtasks_torch.gru:TorchGRU")
    yield Entry("torch-lstm", "Long short-term memory of PyTorch.", "seqtasks_torch.lstm:TorchLSTM")


@hookimpl
def seqtasks_trainers() -> Iterator[Entry]:
    """The trainers ``torch-online`` and ``torch-batch``."""
    yield Entry(
        "torch-online", "One step at a time, credit through a window; PyTorch.", "seqtasks_torch.online:TorchOnline"
    )
    yield Entry("torch-batch", "Whole sequences, epoch after epoch; PyTorch.", "seqtasks_torch.batch:TorchBatch")
