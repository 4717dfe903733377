"""Real targets in the unit of the column that they come from."""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray


@final
@dataclass(frozen=True, slots=True, eq=False)
class OwnUnit:
    """The own unit of the targets of some steps.

        prediction = value + (output - target) scale

    Networks learn targets that are standardised deviations from a forecast. Each step has a scale and a value of its
    own, and steps share the arrays that they come from.

    Args:
        values: (N, O), the targets of all steps of the data in their own unit.
        scales: (N, O) or (1, O), the own units that an output of 1 is.
        rows: (B, T), which of the N steps these are.

    Example:
        >>> unit = OwnUnit(np.array([[1e6], [2e6]]), np.array([[10.0]]), np.array([[1]]))
        >>> unit.predictions(targets=np.array([[[0.5]]]), outputs=np.array([[[0.8]]]))
        array([[[2000003.]]])
    """

    values: NDArray[np.float64]
    scales: NDArray[np.float64]
    rows: NDArray[np.intp]

    def at(self, where: Any) -> "OwnUnit":
        """The unit at some steps, by an index into (B, T)."""
        return OwnUnit(self.values, self.scales, self.rows[where])

    @property
    def targets(self) -> NDArray[np.float64]:
        """The targets in their own unit, (B, T, O)."""
        return self.values[self.rows]

    def predictions(self, targets: NDArray[Any], outputs: NDArray[Any]) -> NDArray[np.float64]:
        """(B, T, O), for the targets and the outputs of a network, (B, T, O)."""
        scales = self.scales[self.rows] if len(self.scales) > 1 else self.scales
        return np.asarray(self.targets + (outputs.astype(np.float64) - targets) * scales)
