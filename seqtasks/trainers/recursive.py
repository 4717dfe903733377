"""Recursive least squares: the solution of ridge regression, updated at every step.

    P <- P / forgetting                         once a step
    G = P phi^T                                 S = 1 + phi G              phi (B, F): a step's rows, times w^(1/2)
    V <- V + G S^-1 (y - phi V)
    P <- P - G S^-1 G^T

P is the inverse of the normal equations' matrix, 1 / ridge before the first step. It is stored as R, P = R R^T, so that
rounding leaves it positive. With the singular values phi R = A diag(s) Z^T the last two lines are

    V <- V + R Z diag(s / (1 + s^2)) A^T (y - phi V)
    R <- R - R Z diag(1 - (1 + s^2)^(-1/2)) Z^T
"""

from collections.abc import Mapping
from typing import Any, Final, final

import numpy as np

from seqtasks.trainers.least_squares import AbstractLeastSquares, Doubles, Rows

MOST: Final = 1e9  # maximum eigenvalue of P; from 1e14 on, the readout would fit rounding errors of float32 states
SLACK: Final = 100.0  # times MOST, as the mean eigenvalue: the limit is applied only above, because it takes an SVD


@final
class RecursiveLeastSquares(AbstractLeastSquares):
    """V and P, updated after every step that counts, by the rows of all lanes together.

    In a direction of V without data, P grows by 1 / forgetting at every step, without bound. So when P is very large,
    eigenvalues above max(1e9, 1 / ridge) are set to that limit. The limit does not change directions with data.

    Args:
        features: F.
        outputs: O.
        ridge: The weight of |V|^2 before the first step; it is forgotten like the rows.
        forgetting: A row of n steps ago has weight forgetting^n.

    Example:
        >>> solver = RecursiveLeastSquares(features=2, outputs=1, ridge=1e-9, forgetting=1.0)
        >>> x = np.arange(4.0)
        >>> rows = Rows(np.stack([x, np.ones(4)], axis=1)[:, None], (3 * x + 1)[:, None, None], np.ones((4, 1)))
        >>> solver.follow(rows).ravel().round(3)
        array([ 0.,  1.,  7., 10.])
        >>> solver.solution().ravel().round(3)
        array([3., 1.])

    Source: Astrom & Wittenmark (1995), Adaptive Control, chapter 11: windup of estimators, and square roots of P; of
    several rows in one update: Andrews (1968), AIAA Journal 6(6).
    """

    def __init__(self, features: int, outputs: int, ridge: float, forgetting: float) -> None:
        self._root, self._readout = np.eye(features) / np.sqrt(ridge), np.zeros((features, outputs))
        self._most = max(MOST, 1 / ridge)
        self._forgetting = forgetting
        self._updates = 0

    @property
    def updates(self) -> int:
        """The number of steps that counted."""
        return self._updates

    def follow(self, rows: Rows) -> Doubles:
        """Predict each step, then learn it."""
        predicted = np.empty(rows.targets.shape)
        for t, (features, targets, weights) in enumerate(zip(rows.features, rows.targets, rows.weights, strict=True)):
            predicted[t] = features @ self._readout
            if weights.any():
                root = np.sqrt(weights)[:, None]
                self._learn(root * features, root * (targets - predicted[t]))
        return predicted

    def solution(self) -> Doubles:
        """The weights of the readout, V."""
        return self._readout.copy()

    def state(self) -> Mapping[str, Any]:
        """V, R, and the number of updates."""
        return {"readout": self._readout.copy(), "root": self._root.copy(), "updates": self._updates}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._readout, self._root = np.array(state["readout"]), np.array(state["root"])
        self._updates = int(state["updates"])

    def _learn(self, features: Doubles, errors: Doubles) -> None:
        self._updates += 1
        self._root /= np.sqrt(self._forgetting)
        if np.vdot(self._root, self._root) > SLACK * len(self._root) * self._most:  # tr P
            axes, spread, _ = np.linalg.svd(self._root)
            self._root = axes * np.minimum(spread, np.sqrt(self._most))
        seen = features @ self._root
        if not np.isfinite(seen).all():  # the network has diverged
            self._readout[:] = np.nan
            return
        along, s, across = np.linalg.svd(seen, full_matrices=False)
        through = self._root @ across.T
        self._readout += through * (s / (1 + s**2)) @ (along.T @ errors)
        self._root -= through * (1 - 1 / np.sqrt(1 + s**2)) @ across
