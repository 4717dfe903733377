"""Ridge regression by the normal equations, summed block by block and solved on demand.

A = ridge 1 + sum w phi phi^T        b = sum w phi y^T        V = A^-1 b
"""

from collections.abc import Mapping
from typing import Any, Final, cast, final

import numpy as np

from seqtasks.trainers.least_squares import AbstractLeastSquares, Doubles, Rows

BLOCK: Final = 64  # steps in one matrix product, counted from the first step, independent of the chunks


@final
class NormalEquations(AbstractLeastSquares):
    """The sums A and b over full blocks, and the rows of the last, incomplete block.

    Predictions use the solution after 1, 2, 4, 8 ... learned steps, the latest of those.

    Args:
        lanes: B.
        features: F.
        outputs: O.
        ridge: The weight of |V|^2.

    Example:
        >>> solver = NormalEquations(lanes=1, features=2, outputs=1, ridge=1e-9)
        >>> x = np.arange(4.0)
        >>> rows = Rows(np.stack([x, np.ones(4)], axis=1)[:, None], (3 * x + 1)[:, None, None], np.ones((4, 1)))
        >>> solver.follow(rows).ravel().round(3)
        array([ 0.,  1.,  7., 10.])
        >>> solver.solution().ravel().round(3)
        array([3., 1.])
    """

    def __init__(self, lanes: int, features: int, outputs: int, ridge: float) -> None:
        self._matrix, self._vector = ridge * np.eye(features), np.zeros((features, outputs))
        self._block = np.zeros((BLOCK, lanes, features + outputs))  # rows times the root of their weights
        self._filled = 0  # steps in the block
        self._steps = self._solved = 0  # learned steps: all, and those of the last intermediate solution
        self._updates = 0
        self._predictor = np.zeros((features, outputs))

    @property
    def updates(self) -> int:
        """The number of intermediate solutions, plus the final one if steps were learned since."""
        return self._updates + (self._steps > self._solved)

    def follow(self, rows: Rows) -> Doubles:
        """Predict each step, and add it to the sums."""
        predicted = np.empty(rows.targets.shape)
        root = np.sqrt(rows.weights)[..., None]
        both = np.concatenate([rows.features, rows.targets], axis=2) * root
        for t, features in enumerate(rows.features):
            predicted[t] = features @ self._predictor
            if rows.weights[t].any():
                self._add(both[t])
        return predicted

    def solution(self) -> Doubles:
        """The weights of the readout, A^-1 b."""
        return cast(Doubles, np.linalg.solve(*self._sums()))

    def state(self) -> Mapping[str, Any]:
        """The sums, the block, the counts, and the readout that predicts."""
        return {
            "matrix": self._matrix.copy(),
            "vector": self._vector.copy(),
            "block": self._block[: self._filled].copy(),
            "foreteller": self._predictor.copy(),  # a key of checkpoints
            "counts": [self._steps, self._solved, self._updates],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._matrix, self._vector, self._predictor = (
            np.array(state[name]) for name in ("matrix", "vector", "foreteller")
        )
        self._filled = len(state["block"])
        self._block[: self._filled] = state["block"]
        self._steps, self._solved, self._updates = (int(count) for count in state["counts"])

    def _add(self, row: Doubles) -> None:
        self._block[self._filled] = row
        self._filled += 1
        self._steps += 1
        if self._filled == BLOCK:
            self._matrix, self._vector = self._sums()
            self._filled = 0
        if self._steps & (self._steps - 1) == 0:
            self._predictor, self._solved = self.solution(), self._steps
            self._updates += 1

    def _sums(self) -> tuple[Doubles, Doubles]:
        """A and b, including the rows of the block."""
        features = self._matrix.shape[0]
        flat = self._block[: self._filled].reshape(-1, self._block.shape[2])
        phi, y = np.ascontiguousarray(flat[:, :features]), np.ascontiguousarray(flat[:, features:])
        return self._matrix + phi.T @ phi, self._vector + phi.T @ y
