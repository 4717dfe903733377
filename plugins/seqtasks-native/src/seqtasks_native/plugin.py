"""The plugin's entries. seqtasks imports this module to list them, so it imports nothing heavy."""

from collections.abc import Iterator

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl


@hookimpl
def seqtasks_models() -> Iterator[Entry]:
    """The models of native cells."""
    yield Entry("native-gru", "Gated recurrent units, compiled by Numba.", "seqtasks_native.cells.gru:NativeGRU")
    yield Entry("native-lstm", "Long short-term memory, compiled by Numba.", "seqtasks_native.cells.lstm:NativeLSTM")
    yield Entry(
        "native-simple-rnn", "An Elman network, compiled by Numba.", "seqtasks_native.cells.simple_rnn:NativeSimpleRNN"
    )
    yield Entry(
        "native-leaky-rnn", "Leaky integrators, compiled by Numba.", "seqtasks_native.cells.leaky_rnn:NativeLeakyRNN"
    )
    yield Entry(
        "native-indrnn", "Independent recurrent units, compiled by Numba.", "seqtasks_native.cells.indrnn:NativeIndRNN"
    )
    yield Entry("native-lru", "Linear recurrent units, compiled by Numba.", "seqtasks_native.cells.lru:NativeLRU")
    yield Entry("native-mingru", "The minimal GRU, compiled by Numba.", "seqtasks_native.cells.mingru:NativeMinGRU")


@hookimpl
def seqtasks_trainers() -> Iterator[Entry]:
    """The native trainers."""
    yield Entry(
        "native-online",
        "One step at a time, credit through a window; compiled by Numba.",
        "seqtasks_native.trainers.online:NativeOnline",
    )
    yield Entry(
        "native-rtrl",
        "One step at a time, exact credit; compiled by Numba.",
        "seqtasks_native.trainers.rtrl:NativeRTRL",
    )
    yield Entry(
        "native-snap",
        "One step at a time, sparse credit (SnAp-1); compiled by Numba.",
        "seqtasks_native.trainers.snap:NativeSnAp",
    )
    yield Entry(
        "native-diagonal",
        "Exact traces for units that do not mix; compiled by Numba.",
        "seqtasks_native.trainers.diagonal:NativeDiagonal",
    )
