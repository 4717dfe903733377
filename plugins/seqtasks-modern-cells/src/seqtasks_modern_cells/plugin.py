"""The plugin's entries. seqtasks imports this module to list them, so it imports nothing heavy."""

from collections.abc import Iterator

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl


@hookimpl
def seqtasks_cells() -> Iterator[Entry]:
    """The cells."""
    here = "seqtasks_modern_cells"
    yield Entry("cfc", "A closed-form continuous-time network.", f"{here}.cfc:CfCCell")
    yield Entry("elstm", "An LSTM whose units see only their own memory.", f"{here}.elstm:ELSTMCell")
    yield Entry("janet", "An LSTM with its forget gate alone.", f"{here}.janet:JANETCell")
    yield Entry("min-gated-unit", "MGU: a GRU whose two gates are one.", f"{here}.mgu:MinimalGatedUnitCell")
    yield Entry("minlstm", "An LSTM whose gates depend on the input only.", f"{here}.minlstm:MinLSTMCell")
    yield Entry("rg-lru", "A linear unit whose decay the input gates.", f"{here}.rg_lru:RGLRUCell")
    yield Entry("s4d", "A diagonal state space in continuous time.", f"{here}.s4d:S4DCell")
    yield Entry("slstm", "xLSTM's LSTM with exponential gates.", f"{here}.slstm:SLSTMCell")
