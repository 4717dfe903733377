"""What solves for a readout: the weights that are best in squares for the steps so far.

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
    """What T steps have to say, time first: how steps are cut into chunks then changes no memory layout, nor a bit.

    Args:
        features: (T, B, F), C-ordered.
        targets: (T, B, O).
        weights: (T, B); rows of weight 0 are foretold and not learned.
    """

    features: Doubles
    targets: Doubles
    weights: Doubles


class AbstractLeastSquares(ABC):
    """A solver that sees the steps in order. Subclasses are final."""

    @property
    @abstractmethod
    def updates(self) -> int:
        """How often V has been changed."""

    @abstractmethod
    def follow(self, rows: Rows) -> Doubles:
        """Learn rows; what was foretold of each (T, B, O), by weights that had not seen its step."""

    @abstractmethod
    def solution(self) -> Doubles:
        """V (F, O) for all rows learned; zeros before the first."""

    @abstractmethod
    def state(self) -> Mapping[str, Any]:
        """Everything that goes on from here, copied."""

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where :meth:`state` was taken."""
