"""Least-squares solvers for a readout.

    V = argmin sum over rows of w |y - phi V|^2 + ridge |V|^2           phi = (h, 1)

The bias is one of the weights. A network has one output for each column of V. Plain NumPy, in double precision.

Axis letters: B lanes, T steps, F = numbers of phi, O outputs.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The data of T steps. Time is the first axis, so that results do not depend on how steps are cut into chunks.

    Args:
        features: (T, B, F), C-ordered.
        targets: (T, B, O).
        weights: (T, B); rows of weight 0 are only predicted.
    """

    features: Doubles
    targets: Doubles
    weights: Doubles


class AbstractLeastSquares(ABC):
    """A solver that receives the steps in order. Subclasses are final."""

    @property
    @abstractmethod
    def updates(self) -> int:
        """The number of updates of V so far."""

    @abstractmethod
    def follow(self, rows: Rows) -> Doubles:
        """Learn the rows; returns the prediction for each (T, B, O), made before its step was learned."""

    @abstractmethod
    def solution(self) -> Doubles:
        """V (F, O) for all rows learned so far; zeros before the first."""

    @abstractmethod
    def state(self) -> Mapping[str, Any]:
        """All that later results depend on, copied."""

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
