"""What was measured while R replicas were trained: the training curve, validation losses, and who failed."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

POINTS: Final = 1000

Sums = NDArray[np.float64]  # (2, R, n): of weighted losses and of weights


@final
class History:
    """The losses before each update, the validation losses, and which replicas have failed.

    Args:
        replicas: R.
    """

    def __init__(self, replicas: int) -> None:
        self._curve = Curve(replicas)
        self._validation: list[tuple[int, list[float]]] = []  # after how many steps, and the loss of each replica
        self._failed = np.zeros(replicas, bool)
        self.steps = 0

    @property
    def failed(self) -> list[bool]:
        """Which replicas had a loss that is not finite."""
        found: list[bool] = self._failed.tolist()
        return found

    def learned(self, losses: NDArray[np.floating], weights: NDArray[np.floating]) -> None:
        """The next steps of each replica, and how much each counts. Both (R, n)."""
        self._curve.add(losses, weights)
        self._failed |= ~np.isfinite(losses).all(axis=1)
        self.steps += losses.shape[1]

    def validated(self, losses: Sequence[float] | None) -> None:
        """The validation loss of each replica after those steps, if there is one."""
        if losses is not None:
            self._validation.append((self.steps, list(losses)))

    def losses(self) -> list[float]:
        """The curve so far, as :meth:`Curve.losses`."""
        return self._curve.losses()

    def record(self, replica: int | None) -> dict[str, Any]:
        """Curve and validation losses as a result has them: of one replica, or the medians over all."""
        history: dict[str, Any] = self._curve.median() if replica is None else self._curve.record(replica)
        if self._validation:
            history["validation"] = {
                "step": [step for step, _ in self._validation],
                "loss": [median(losses) if replica is None else losses[replica] for _, losses in self._validation],
            }
        return history

    def state(self) -> dict[str, Any]:
        """Everything that goes on from here."""
        return {
            "steps": self.steps,
            "curve": self._curve.state(),
            "validated": np.array([step for step, _ in self._validation], np.int64),
            "validation": np.array([losses for _, losses in self._validation], np.float64),
            "failed": self._failed.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        self.steps = int(state["steps"])
        self._curve.restore(state["curve"])
        self._validation = list(zip(state["validated"].tolist(), state["validation"].tolist(), strict=True))
        self._failed = state["failed"].copy()


@final
class Curve:
    """Mean losses over equal stretches of a run, of R replicas side by side.

    A stretch is 2^k steps long, k the least that leaves at most ``points`` of them; what it sums is a tree of pairs, so
    that neither the cut of the losses nor the moment at which stretches are paired changes a bit.

    Args:
        replicas: R.
        points: At most how many means.

    Example:
        >>> curve = Curve(points=2)
        >>> curve.add(np.array([[4.0, 2.0, 1.0]]), np.array([[1.0, 1.0, 1.0]]))
        >>> curve.median()
        {'step': [2, 3], 'loss': [3.0, 1.0]}
    """

    def __init__(self, replicas: int = 1, points: int = POINTS) -> None:
        self._points = points
        self._whole: Sums = np.zeros((2, replicas, 0))
        self._parts: list[Sums] = []  # of the unfinished stretch: none or one of 2^k steps at place k
        self._seen = 0

    def add(self, losses: NDArray[np.floating], weights: NDArray[np.floating]) -> None:
        """The next steps' losses, and how much each counts. Both (R, n)."""
        counted = weights.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            sums = np.stack([losses * counted, counted])
            for place, part in enumerate(self._parts):
                sums, self._parts[place] = _paired(np.concatenate([part, sums], axis=-1))
            self._whole = np.concatenate([self._whole, sums], axis=-1)
            self._seen += losses.shape[-1]
            while -(-self._seen // self._width) > self._points:
                self._whole, left = _paired(self._whole)
                self._parts.append(left)

    def losses(self) -> list[float]:
        """The medians over the replicas, of all whole stretches."""
        means: list[float] = _median(self._whole)[1].tolist()
        return means

    def median(self) -> dict[str, list[float]]:
        """``step``, at whose end each stretch ends, and ``loss``, the median over the replicas in which it counts.

        The unfinished last stretch is among them; a mean that is no number is the greatest there is.
        """
        sums, ends = self._stretches()
        counts, losses = _median(sums)
        return {"step": ends[counts].tolist(), "loss": losses.tolist()}

    def record(self, replica: int) -> dict[str, list[float]]:
        """The same of one replica."""
        sums, ends = self._stretches()
        counts, losses = _median(sums[:, replica : replica + 1])
        return {"step": ends[counts].tolist(), "loss": losses.tolist()}

    def state(self) -> dict[str, Any]:
        """Everything that goes on from here."""
        return {"seen": self._seen, "whole": self._whole, "parts": list(self._parts)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where the state was taken."""
        self._seen, self._whole, self._parts = int(state["seen"]), state["whole"], list(state["parts"])

    @property
    def _width(self) -> int:
        return 1 << len(self._parts)

    def _stretches(self) -> tuple[Sums, NDArray[np.int64]]:
        """What each sums, and where it ends."""
        rest = [part for part in reversed(self._parts) if part.shape[-1]]
        with np.errstate(over="ignore", invalid="ignore"):
            sums = np.concatenate([self._whole, sum(rest[1:], rest[0])], axis=-1) if rest else self._whole
        return sums, np.minimum(self._width * np.arange(1, sums.shape[-1] + 1), self._seen)


def _paired(sums: Sums) -> tuple[Sums, Sums]:
    """The sums of neighbours, and the last one if it has none."""
    even = sums.shape[-1] // 2 * 2
    return sums[..., 0:even:2] + sums[..., 1:even:2], sums[..., even:]


def _median(sums: Sums) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """In which stretches anything counts, and the medians of their means over the replicas where it does."""
    known = sums[1] != 0
    counts = known.any(axis=0)
    known, (losses, weights) = known[:, counts], sums[:, :, counts]
    with np.errstate(all="ignore"):
        means = losses / weights
    means[~np.isfinite(means)] = np.inf
    means[~known] = np.nan  # which are sorted behind all others
    means.sort(axis=0)
    number = known.sum(axis=0)
    low, high = (np.take_along_axis(means, at[None] // 2, axis=0)[0] for at in (number - 1, number))
    return counts, np.where(low == high, low, (low + high) / 2)
