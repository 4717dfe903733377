"""The names seqtasks brings itself, through the same door as any plugin's."""

from collections.abc import Iterator

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl


@hookimpl
def seqtasks_tasks() -> Iterator[Entry]:
    """The built-in tasks."""
    yield Entry("prev-bit", "Output the previous bit, negated.", "seqtasks.tasks.prev_bit:PrevBit")
    yield Entry("same-bit", "Output the present bit, negated: needs no memory.", "seqtasks.tasks.same_bit:SameBit")
    yield Entry("delay", "Output the input of some steps ago.", "seqtasks.tasks.delay:Delay")
    yield Entry("echo", "Predict a coin that depends on weighted past inputs.", "seqtasks.tasks.echo:Echo")
    yield Entry("table", "Predict a column of your own file, row by row.", "seqtasks.tasks.table:Table")


@hookimpl
def seqtasks_cells() -> Iterator[Entry]:
    """The built-in cells."""
    yield Entry("indrnn", "Units that each see only their own past.", "seqtasks.cells.indrnn:IndRNNCell")
    yield Entry("leaky-rnn", "An Elman network that moves a part of the way.", "seqtasks.cells.leaky_rnn:LeakyRNNCell")
    yield Entry("lru", "Linear units that each rotate and decay.", "seqtasks.cells.lru:LRUCell")
    yield Entry("mingru", "A GRU whose gate and candidate see only the input.", "seqtasks.cells.mingru:MinGRUCell")


@hookimpl
def seqtasks_models() -> Iterator[Entry]:
    """The built-in models."""
    yield Entry("gru", "Gated recurrent units and a readout.", "seqtasks.models.gru:GRU")
    yield Entry("lstm", "Long short-term memory and a readout.", "seqtasks.models.lstm:LSTM")
    yield Entry("simple-rnn", "An Elman network: one tanh layer and a readout.", "seqtasks.models.simple_rnn:SimpleRNN")


@hookimpl
def seqtasks_trainers() -> Iterator[Entry]:
    """The built-in trainers."""
    yield Entry("batch", "Whole sequences, gradients through all of them.", "seqtasks.trainers.batch:Batch")
    yield Entry("online", "One step at a time, gradients through a window.", "seqtasks.trainers.online:Online")
    yield Entry("rtrl", "One step at a time, the exact gradient of the whole past.", "seqtasks.trainers.rtrl:RTRL")
    yield Entry("snap", "One step at a time, influence kept where it is nearest.", "seqtasks.trainers.snap:SnAp")
    yield Entry("rflo", "One step at a time, traces that leak as the units do.", "seqtasks.trainers.rflo:RFLO")
    yield Entry("uoro", "One step at a time, an unbiased estimate of rank one.", "seqtasks.trainers.uoro:UORO")
    yield Entry("kf-rtrl", "One step at a time, an unbiased Kronecker product.", "seqtasks.trainers.kf_rtrl:KFRTRL")
    yield Entry(
        "diagonal", "One step at a time, exact traces where units do not mix.", "seqtasks.trainers.diagonal:Diagonal"
    )
