"""Inputs or targets whose scale is far from one."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.series import Array

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

LARGE: Final = 10.0
SMALL: Final = 0.01

INPUTS = """mean, scale = X_train.mean(axis=(0, 1)), X_train.std(axis=(0, 1)) + 1e-8
X_train, X_test = (X_train - mean) / scale, (X_test - mean) / scale"""
TARGETS = """mean, scale = y_train.mean(axis=0), y_train.std(axis=0) + 1e-8
model.fit(X, (y_train - mean) / scale)
prediction = mean + scale * model.predict(X_test)"""


def unscaled_inputs(subject: "KerasSubject") -> Fault | None:
    """Weights of Keras's initializers expect inputs of about unit scale."""
    if not subject.unsolved or not subject.inputs_reach_weights:
        return None
    data = subject.data
    steps = data.features[data.padding.mask()] if data.padding else data.features.reshape(-1, data.features.shape[-1])
    found = _scale(steps)
    if found is None:
        return None
    return Fault(
        "unscaled-inputs",
        f"The inputs go from {steps.min():.3g} to {steps.max():.3g}. The initial weights and the learning rates of "
        "Keras are made for inputs around 0 of size 1: larger ones saturate the units, and smaller ones do not move "
        "them.",
        INPUTS,
        subject.evidence(scale=found),
        subject.remaining,
    )


def unscaled_targets(subject: "KerasSubject") -> Fault | None:
    """An output layer starts near 0 and moves by about the learning rate with each update."""
    if not subject.unsolved or subject.data.kind != "real" or subject.output_ends is not None:
        return None
    y = subject.data.targets.reshape(-1, subject.data.targets.shape[-1]).astype(np.float64)
    found = _scale(y)
    if found is None:
        return None
    return Fault(
        "unscaled-targets",
        f"The targets go from {y.min():.3g} to {y.max():.3g}, but the outputs of a network start near 0 and change by "
        "about the learning rate with each update.",
        TARGETS,
        subject.evidence(scale=found),
        subject.remaining,
    )


def _scale(rows: Array) -> float | None:
    """The root mean square of the column that is farthest from 1, if it is far; of small ones, if all are."""
    sizes = np.sqrt(np.square(rows).mean(axis=0))
    if sizes.max() > LARGE or 0 < sizes.max() < SMALL:
        return float(sizes.max())
    return None
