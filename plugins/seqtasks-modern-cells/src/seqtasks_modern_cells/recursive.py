"""Recursive least squares: the same solution as ridge regression's, carried from step to step.

    P <- P / forgetting                         once a step
    G = P phi^T                                 S = 1 + phi G              phi (B, F): a step's rows, times w^(1/2)
    V <- V + G S^-1 (y - phi V)
    P <- P - G S^-1 G^T

P is the inverse of the normal equations' matrix, 1 / ridge before the first step.
"""

from collections.abc import Mapping
from typing import Any, final

import numpy as np

from seqtasks_modern_cells.least_squares import AbstractLeastSquares, Doubles, Rows


@final
class RecursiveLeastSquares(AbstractLeastSquares):
    """V and P after every step that counts; a step's rows, one for each lane, come in together.

    Args:
        features: F.
        outputs: O.
        ridge: What |V|^2 weighs before the first step; it is forgotten as rows are.
        forgetting: What a row of n steps ago weighs is forgetting^n.

    Example:
        >>> solver = RecursiveLeastSquares(features=2, outputs=1, ridge=1e-9, forgetting=1.0)
        >>> x = np.arange(4.0)
        >>> rows = Rows(np.stack([x, np.ones(4)], axis=1)[:, None], (3 * x + 1)[:, None, None], np.ones((4, 1)))
        >>> solver.follow(rows).ravel().round(3)
        array([ 0.,  1.,  7., 10.])
        >>> solver.solution().ravel().round(3)
        array([3., 1.])
    """

    def __init__(self, features: int, outputs: int, ridge: float, forgetting: float) -> None:
        self._inverse, self._readout = np.eye(features) / ridge, np.zeros((features, outputs))
        self._forgetting = forgetting
        self._updates = 0

    @property
    def updates(self) -> int:
        """The steps that counted."""
        return self._updates

    def follow(self, rows: Rows) -> Doubles:
        """Foretell each step, then learn it."""
        foretold = np.empty(rows.targets.shape)
        for t, (features, targets, weights) in enumerate(zip(rows.features, rows.targets, rows.weights, strict=True)):
            foretold[t] = features @ self._readout
            if weights.any():
                root = np.sqrt(weights)[:, None]
                self._learn(root * features, root * (targets - foretold[t]))
        return foretold

    def solution(self) -> Doubles:
        """V."""
        return self._readout.copy()

    def state(self) -> Mapping[str, Any]:
        """V, P, and the count."""
        return {"readout": self._readout.copy(), "inverse": self._inverse.copy(), "updates": self._updates}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        self._readout, self._inverse = np.array(state["readout"]), np.array(state["inverse"])
        self._updates = int(state["updates"])

    def _learn(self, features: Doubles, errors: Doubles) -> None:
        self._inverse /= self._forgetting
        through = features @ self._inverse  # G^T (B, F): P is symmetric
        lower = np.linalg.cholesky(np.eye(len(features)) + through @ features.T)
        spread, errors = np.linalg.solve(lower, through), np.linalg.solve(lower, errors)
        self._readout += spread.T @ errors
        self._inverse -= spread.T @ spread  # symmetric to the bit, as a product of rows with themselves
        self._updates += 1
