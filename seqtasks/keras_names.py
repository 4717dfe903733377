"""Keras's optimizers and initializers by name, so that names and settings are checked without importing Keras."""

from seqtasks.entry import Entry

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

OPTIMIZERS = tuple(
    Entry(name, f"Keras's {attribute}.", f"keras.optimizers:{attribute}") for name, attribute in _OPTIMIZERS.items()
)
INITIALIZERS = tuple(
    Entry(name, f"Keras's {attribute}.", f"keras.initializers:{attribute}") for name, attribute in _INITIALIZERS.items()
)
