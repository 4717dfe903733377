"""The names of seqtasks itself: the entries of hooks, as of any plugin, and Keras's optimizers and initializers.

Keras is not imported to check the names and settings of its parts.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from seqtasks.catalogue.cell_model import CellModel
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl
from seqtasks.spec.parameter import Parameter, Range, Signature
from seqtasks.spec.signature import read


@hookimpl
def seqtasks_tasks() -> Iterator[Entry]:
    """The built-in tasks."""
    yield Entry("prev-bit", "Output the previous bit, negated.", "seqtasks.tasks.prev_bit:PrevBit")
    yield Entry("same-bit", "Output the present bit, negated: needs no memory.", "seqtasks.tasks.same_bit:SameBit")
    yield Entry("delay", "Output the input of some steps ago.", "seqtasks.tasks.delay:Delay")
    yield Entry("echo", "Predict a coin that depends on weighted past inputs.", "seqtasks.tasks.echo:Echo")
    yield Entry(
        "table",
        "Predict a column of your own file, row by row.",
        "seqtasks.tasks.table:Table",
        trainer="batch:batch_size=32,validation=0.2,patience=20,learn_validation=true,optimizer.learning_rate=0.003",
    )
    yield Entry(
        "sequences",
        "Learn from fixed sets of your own sequences.",
        "seqtasks.tasks.sequences:Sequences",
        trainer="batch:batch_size=32,patience=20,optimizer.learning_rate=0.003",
    )


@hookimpl
def seqtasks_cells() -> Iterator[Entry]:
    """The built-in cells."""
    yield Entry("indrnn", "Units that each see only their own past.", "seqtasks.cells.indrnn:IndRNNCell")
    yield Entry("leaky-rnn", "An Elman network that moves a part of the way.", "seqtasks.cells.leaky_rnn:LeakyRNNCell")
    yield Entry("lru", "Linear units that each rotate and decay.", "seqtasks.cells.lru:LRUCell")
    yield Entry("mingru", "A GRU whose gate and candidate see only the input.", "seqtasks.cells.mingru:MinGRUCell")
    yield Entry("rtu", "Linear units that start as a Fourier basis.", "seqtasks.cells.rtu:RTUCell")


MODEL_OF_CELL: Final = CellModel(
    Entry("standard", "Layers of a cell, then a readout.", "seqtasks.models.standard:Standard")
)


@hookimpl
def seqtasks_models() -> Iterator[Entry]:
    """The built-in models."""
    yield Entry("delay-line", "A linear function of the last inputs.", "seqtasks.models.delay_line:DelayLine")
    yield Entry("esn", "A fixed random reservoir under a readout.", "seqtasks.models.esn:ESN")
    yield Entry("gru", "Gated recurrent units and a readout.", "seqtasks.models.gru:GRU")
    yield Entry("lstm", "Long short-term memory and a readout.", "seqtasks.models.lstm:LSTM")
    yield Entry("simple-rnn", "An Elman network: one tanh layer and a readout.", "seqtasks.models.simple_rnn:SimpleRNN")


@hookimpl
def seqtasks_trainers() -> Iterator[Entry]:
    """The built-in trainers."""
    yield Entry("batch", "Whole sequences, gradients through all of them.", "seqtasks.trainers.batch:Batch")
    yield Entry("online", "One step at a time, gradients through a window.", "seqtasks.trainers.online:Online")
    yield Entry("rtrl", "One step at a time, the exact gradient of the whole past.", "seqtasks.trainers.rtrl:RTRL")
    yield Entry("snap", "One step at a time, a truncated influence matrix.", "seqtasks.trainers.snap:SnAp")
    yield Entry("rflo", "One step at a time, traces that decay at the leak rate.", "seqtasks.trainers.rflo:RFLO")
    yield Entry("uoro", "One step at a time, an unbiased estimate of rank one.", "seqtasks.trainers.uoro:UORO")
    yield Entry("kf-rtrl", "One step at a time, an unbiased Kronecker product.", "seqtasks.trainers.kf_rtrl:KFRTRL")
    yield Entry(
        "diagonal", "One step at a time, exact traces for elementwise cells.", "seqtasks.trainers.diagonal:Diagonal"
    )
    yield Entry("ridge", "The readout alone, solved for at once.", "seqtasks.trainers.ridge:Ridge")
    yield Entry("rls", "The readout alone, by recursive least squares.", "seqtasks.trainers.rls:RLS")


@hookimpl
def seqtasks_suites() -> Iterator[Entry]:
    """The built-in suites."""
    yield Entry("intuition", "The question: readout, gradient and lag.", "seqtasks.benchmarks.builtin:intuition")
    yield Entry("horizon", "How far a model remembers.", "seqtasks.benchmarks.builtin:horizon")
    yield Entry("cells", "Every cell at equal numbers of weights.", "seqtasks.benchmarks.builtin:cells")
    yield Entry("streams", "Real series, learned as they arrive.", "seqtasks.benchmarks.builtin:streams")


_OPTIMIZERS = {
    "adadelta": "Adadelta",
    "adafactor": "Adafactor",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamax": "Adamax",
    "adamw": "AdamW",
    "ftrl": "Ftrl",
    "lamb": "Lamb",
    "lion": "Lion",
    "muon": "Muon",
    "nadam": "Nadam",
    "rmsprop": "RMSprop",
    "sgd": "SGD",
}

_INITIALIZERS = {
    "constant": "Constant",
    "glorot-normal": "GlorotNormal",
    "glorot-uniform": "GlorotUniform",
    "he-normal": "HeNormal",
    "he-uniform": "HeUniform",
    "identity": "Identity",
    "lecun-normal": "LecunNormal",
    "lecun-uniform": "LecunUniform",
    "ones": "Ones",
    "orthogonal": "Orthogonal",
    "random-normal": "RandomNormal",
    "random-uniform": "RandomUniform",
    "truncated-normal": "TruncatedNormal",
    "variance-scaling": "VarianceScaling",
    "zeros": "Zeros",
}

_GATE_ORTHOGONAL = Entry(
    "gate-orthogonal", "An orthogonal matrix for each gate.", "seqtasks.keras.initializers:GateOrthogonal"
)

OPTIMIZERS = tuple(
    Entry(name, f"Keras's {attribute}.", f"keras.optimizers:{attribute}") for name, attribute in _OPTIMIZERS.items()
)
INITIALIZERS = tuple(
    sorted(
        (
            _GATE_ORTHOGONAL,
            *(
                Entry(name, f"Keras's {attribute}.", f"keras.initializers:{attribute}")
                for name, attribute in _INITIALIZERS.items()
            ),
        ),
        key=lambda entry: entry.name,
    )
)


def keras_signature(entry: Entry) -> Signature:
    """The parameters of an optimizer or initializer, from its source; Keras does not check that a rate is above 0."""
    found = read(entry.target)
    return replace(found, parameters=tuple(_positive(p) if p.name == "learning_rate" else p for p in found.parameters))


def _positive(parameter: Parameter) -> Parameter:
    return replace(parameter, type="float", range=Range(above=0))
