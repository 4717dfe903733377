"""A network that runs over some data, with its states: what the measurements of state and gradient share.

Axis letters: B lanes, T steps, I inputs, O outputs, K classes, D numbers of an encoded input.
"""

from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.diagnosis.decoding import FEWEST_LANES
from seqtasks.diagnosis.dynamics import AbstractDynamics, Trajectory

PIECE: Final = 3  # steps of a lane at least


@final
@dataclass(frozen=True, eq=False)
class StateProbe:
    """The states of a network over some data.

    Args:
        dynamics: The network.
        run: What it does with the data, of at least 5 lanes.
        encoded: The inputs as numbers, symbols one-hot, (B, T, D).
        targets: What the outputs are compared with, as numbers: (B, T, O), classes one-hot (B, T, K).
        predictions: The outputs in the unit of the targets: probabilities for classes.
        counted: (B, T), whether the step has a target that counts.
        by_outputs: The derivatives of the losses by the outputs of ``run``, (B, T, O), apart from a factor; None for
            predictions less targets.
    """

    dynamics: AbstractDynamics
    run: Trajectory
    encoded: Array
    targets: Array
    predictions: Array
    counted: NDArray[np.bool_]
    by_outputs: Array | None = None

    @property
    def slopes(self) -> Array:
        """The derivatives of the losses by the outputs, apart from a factor, (B, T, O); 0 where nothing counts."""
        if self.by_outputs is not None:
            return self.by_outputs
        return (self.predictions - self.targets) * self.counted[..., None]

    @property
    def explained(self) -> float:
        """The share of the variance of the targets that the outputs explain; negative if they are worse than the mean.

        R^2 = 1 - E (y - o)^2 / E (y - mean y)^2
        """
        y, o = self.targets[self.counted].astype(np.float64), self.predictions[self.counted].astype(np.float64)
        total = np.square(y - y.mean(axis=0)).mean()
        return float(1 - np.square(y - o).mean() / total) if total > 0 else float("nan")


def predictions_of(kind: str, outputs: Array) -> Array:
    """The outputs in the unit of the targets: values, or the probabilities of logits.

    The derivative of a step's loss by the outputs is a multiple of ``predictions - targets``, for every kind.

    Args:
        kind: ``real``, ``binary`` or ``class``.
        outputs: Values or logits, (..., O) or (..., K).

    Example:
        >>> predictions_of("class", np.zeros((1, 4)))
        array([[0.25, 0.25, 0.25, 0.25]])
    """
    if kind == "real":
        return outputs
    if kind == "binary":
        return np.asarray(1 / (1 + np.exp(-np.clip(outputs, -50, 50))))
    powers = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def in_pieces(values: Array, lanes: int) -> Array:
    """Few long lanes (B, T, ...) as at least so many shorter ones; steps that fill no piece are left out.

    Args:
        values: (B, T, ...).
        lanes: How many lanes are needed.

    Example:
        >>> in_pieces(np.arange(7).reshape(1, 7), 3).tolist()
        [[0, 1], [2, 3], [4, 5]]
    """
    pieces = -(-lanes // len(values))
    length = values.shape[1] // pieces
    kept = values[:, : pieces * length]
    return kept.reshape(len(values) * pieces, length, *values.shape[2:])


def series_suffices(lanes: int, steps: int) -> bool:
    """Whether lanes, or pieces of them, are enough for intervals, with three steps each.

    Args:
        lanes: How many there are.
        steps: The steps of each.

    Example:
        >>> series_suffices(3, 12), series_suffices(1, 12)
        (True, False)
    """
    return steps // -(-2 * FEWEST_LANES // lanes) >= PIECE or lanes >= 2 * FEWEST_LANES


def enough_lanes(run: Trajectory, lanes: int = 2 * FEWEST_LANES) -> Trajectory:
    """The trajectory, in pieces if it has too few lanes for intervals over lanes.

    Args:
        run: The trajectory.
        lanes: How many lanes are needed.
    """
    if len(run.starts) >= lanes:
        return run
    parts = (run.inputs, run.starts, run.before, run.states, run.outputs)
    return Trajectory(*(in_pieces(each, lanes) for each in parts))
