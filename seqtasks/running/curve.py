"""A training curve of bounded length, the same however the losses arrive."""

from typing import Final, final

import numpy as np
from numpy.typing import NDArray

POINTS: Final = 1000


@final
class Curve:
    """Mean losses over equal stretches of a run.

    Args:
        total: How many steps are expected at most.
        points: At most how many means.

    Example:
        >>> curve = Curve(total=4, points=2)
        >>> curve.add(np.array([4.0, 2.0, 1.0]), np.array([1.0, 1.0, 1.0]))
        >>> curve.record()
        {'step': [2, 3], 'loss': [3.0, 1.0]}
    """

    def __init__(self, total: int, points: int = POINTS) -> None:
        self._width = max(1, -(-total // points))
        self._steps: list[int] = []
        self._losses: list[float] = []
        self._seen = 0
        self._rest: list[NDArray[np.float64]] = []
        self._waiting = 0

    def add(self, losses: NDArray[np.floating], weights: NDArray[np.floating]) -> None:
        """The next steps' losses, and how much each counts. Both (n,)."""
        # a stretch is averaged when it is whole: the mean then does not depend on how it was cut
        pairs = np.stack([losses, weights]).astype(np.float64)
        while pairs.shape[1]:
            room = self._width - self._waiting
            self._rest.append(pairs[:, :room])
            self._waiting += self._rest[-1].shape[1]
            pairs = pairs[:, room:]
            if self._waiting == self._width:
                self._close()

    def last(self) -> float | None:
        """The last mean."""
        return self._losses[-1] if self._losses else None

    def losses(self) -> list[float]:
        """The means of all whole stretches."""
        return list(self._losses)

    def record(self) -> dict[str, list[float]]:
        """``step``, at whose end each stretch ends, and ``loss``, the unfinished last stretch included."""
        last = self._mean() if self._waiting else None
        if last is None:
            return {"step": list(self._steps), "loss": list(self._losses)}
        return {"step": [*self._steps, self._seen + self._waiting], "loss": [*self._losses, last]}

    def _close(self) -> None:
        mean = self._mean()
        self._seen += self._waiting
        self._rest, self._waiting = [], 0
        if mean is not None:
            self._steps.append(self._seen)
            self._losses.append(mean)

    def _mean(self) -> float | None:
        losses, weights = np.concatenate(self._rest, axis=1)
        with np.errstate(over="ignore", invalid="ignore"):
            return float((losses * weights).sum() / weights.sum()) if weights.any() else None
