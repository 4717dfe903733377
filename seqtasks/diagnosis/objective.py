"""The loss of a subject, for predictions that are values or probabilities.

Axis letters: P points, O outputs, K classes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.diagnosis.series import Array

Kind = Literal["real", "binary", "class"]
LEAST: Final = 1e-7  # a probability, as in Keras

Floats = NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True)
class Objective:
    """What is minimized.

    Args:
        kind: ``real`` for a loss of values, ``binary`` and ``class`` for cross-entropies.
        real_loss: For ``real``, the loss (P,) of targets (P, O) and predictions (P, O); by default the mean squared
            error.

    Example:
        >>> Objective("binary").losses(np.array([[1.0]]), np.array([[0.5]])).round(3)
        array([0.693])
    """

    kind: Kind
    real_loss: Callable[[Array, Array], Array] | None = None

    def losses(self, targets: Array, predictions: Array) -> Floats:
        """The loss of each point.

        Args:
            targets: (P, O), or classes (P, 1).
            predictions: Values (P, O), probabilities of a one (P, O), or of each class (P, K).
        """
        if self.kind == "real":
            found = self.real_loss(targets, predictions) if self.real_loss else np.square(targets - predictions)
            return np.asarray(np.asarray(found, np.float64).reshape(len(targets), -1).mean(axis=1))
        p = np.clip(np.asarray(predictions, np.float64), LEAST, 1 - LEAST)
        if self.kind == "binary":
            per_output = -(targets * np.log(p) + (1 - targets) * np.log1p(-p))
            return np.asarray(per_output.mean(axis=1))
        return np.asarray(-np.log(np.take_along_axis(p, targets.astype(np.intp), axis=1))[:, 0])

    def constant(self, targets: Array, classes: int) -> Array:
        """The best constant prediction (O,) or (K,): mean or median, or the relative frequencies.

        Args:
            targets: (P, O), or classes (P, 1).
            classes: K; not used for other kinds.
        """
        if self.kind == "class":
            return np.bincount(targets[:, 0].astype(np.intp), minlength=classes) / len(targets)
        candidates = [targets.mean(axis=0)] + ([np.median(targets, axis=0)] if self.kind == "real" else [])
        spread = [self.losses(targets, np.broadcast_to(one, targets.shape)).mean() for one in candidates]
        return np.asarray(candidates[int(np.argmin(spread))])
