"""The data of every contender of real_data.py, and its evaluation."""

import importlib
import time
from dataclasses import dataclass

import numpy as np

KERAS = "recurrent_initializer=orthogonal"  # its own initial weights


@dataclass(frozen=True)
class Setting:
    """How a recurrent network learns: the same for all who have one.

    Args:
        units: Of its one layer.
        learning_rate: Adam's; gradients are clipped at a norm of 1.
        batch_size: Sequences of an update.
        epochs: How many.
        model: What seqtasks takes in place of such a GRU.
        trainer: What seqtasks takes in place of ``batch``.
    """

    units: int
    learning_rate: float
    batch_size: int
    epochs: int
    model: str = ""
    trainer: str = ""


@dataclass(frozen=True, eq=False)
class Split:
    """Sequences (n, T, F) with targets (n,) to learn from, and others that are held out.

    Args:
        x: To learn from.
        y: Theirs: classes 0, 1, ..., or numbers.
        held_x: Held out.
        held_y: Theirs.
        unit: What numbers are counted in: an error of 1 is so much.
    """

    x: np.ndarray
    y: np.ndarray
    held_x: np.ndarray
    held_y: np.ndarray
    unit: float = 1.0

    @property
    def classes(self):
        """The number of classes; 0 for numeric targets."""
        return 0 if np.issubdtype(self.y.dtype, np.floating) else int(self.y.max()) + 1


def judged(module, make, setting, data, seed):
    """A contender's score, and the seconds of a fit.

    Args:
        module: Where it is.
        make: The function there that makes it, of a setting, the number of classes and a seed.
        setting: How it learns.
        data: Splits, each for a contender of its own; errors are then those of all.
        seed: The seed of all random numbers.

    Returns:
        The accuracy, or the mean absolute error, and the seconds.
    """
    make = getattr(importlib.import_module(module), make)
    marks, seconds = [], []
    for split in data:
        before = time.perf_counter()
        contender = make(setting, split.classes, seed)
        contender.fit(split.x, split.y)
        seconds.append(time.perf_counter() - before)
        predictions = contender.predict(split.held_x)
        marks.append(predictions == split.held_y if split.classes else abs(predictions - split.held_y) * split.unit)
    return float(np.concatenate(marks).mean()), float(np.mean(seconds))


def followed(module, make, setting, stream, seed):
    """A contender's mean absolute error on the rows of a stream that are judged, and the seconds of all rows."""
    make = getattr(importlib.import_module(module), make)
    before = time.perf_counter()
    error = make(setting, stream, seed)
    return error, time.perf_counter() - before
