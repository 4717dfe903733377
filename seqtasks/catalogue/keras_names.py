"""Optimizers and initializers by name, so that names and settings are checked without importing Keras.

All are Keras's own, except the initializer ``gate-orthogonal``.
"""

from dataclasses import replace

from seqtasks.catalogue.entry import Entry
from seqtasks.spec.parameter import Parameter, Range, Signature
from seqtasks.spec.signature import read

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


def signature(entry: Entry) -> Signature:
    """The settings of one of them, from the source; Keras does not check that a rate is above 0."""
    found = read(entry.target)
    return replace(found, parameters=tuple(_positive(p) if p.name == "learning_rate" else p for p in found.parameters))


def _positive(parameter: Parameter) -> Parameter:
    return replace(parameter, type="float", range=Range(above=0))
