"""The measurements of a training of R replicas: training curve, validation losses, failed replicas."""

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
        self._validation: list[tuple[int, list[float]]] = []  # (steps, the loss of each replica)
        self._failed = np.zeros(replicas, bool)
        self.steps = 0

    @property
    def failed(self) -> list[bool]:
        """For each replica, whether one of its losses was not finite."""
        found: list[bool] = self._failed.tolist()
        return found

    def record_losses(self, losses: NDArray[np.floating], weights: NDArray[np.floating]) -> None:
        """Add the losses of the next steps.

        Args:
            losses: (R, n).
            weights: (R, n), 0 for steps that do not count.
        """
        self._curve.add(losses, weights)
        self._failed |= ~np.isfinite(losses).all(axis=1)
        self.steps += losses.shape[1]

    def record_validation(self, losses: Sequence[float] | None) -> None:
        """Add the validation loss of each replica after the steps so far; None if it was not measured."""
        if losses is not None:
            self._validation.append((self.steps, list(losses)))

    def losses(self) -> list[float]:
        """The curve so far, as :meth:`Curve.losses`."""
        return self._curve.losses()

    def record(self, replica: int | None) -> dict[str, Any]:
        """Curve and validation losses as plain values: of one replica, or with None the medians over all."""
        history: dict[str, Any] = self._curve.median() if replica is None else self._curve.record(replica)
        if self._validation:
            history["validation"] = {
                "step": [step for step, _ in self._validation],
                "loss": [median(losses) if replica is None else losses[replica] for _, losses in self._validation],
            }
        return history

    def state(self) -> dict[str, Any]:
        """The state, for :meth:`restore`."""
        return {
            "steps": self.steps,
            "curve": self._curve.state(),
            "validated": np.array([step for step, _ in self._validation], np.int64),
            "validation": np.array([losses for _, losses in self._validation], np.float64),
            "failed": self._failed.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self.steps = int(state["steps"])
        self._curve.restore(state["curve"])
        self._validation = list(zip(state["validated"].tolist(), state["validation"].tolist(), strict=True))
        self._failed = state["failed"].copy()


@final
class Curve:
    """Mean losses over blocks of equal length, of R replicas side by side, in bounded memory.

    A block is 2^k steps long, with the smallest k that leaves at most ``points`` blocks. Its sum is a binary tree of
    pairs. So neither the size of the chunks in which losses arrive, nor the step at which k grows, changes a bit.

    Args:
        replicas: R.
        points: The largest number of blocks.

    Example:
        >>> curve = Curve(points=2)
        >>> curve.add(np.array([[4.0, 2.0, 1.0]]), np.array([[1.0, 1.0, 1.0]]))
        >>> curve.median()
        {'step': [2, 3], 'loss': [3.0, 1.0]}
    """

    def __init__(self, replicas: int = 1, points: int = POINTS) -> None:
        self._points = points
        self._whole: Sums = np.zeros((2, replicas, 0))
        self._parts: list[Sums] = []  # of the last, incomplete block: at index k, none or one sum of 2^k steps
        self._seen = 0

    def add(self, losses: NDArray[np.floating], weights: NDArray[np.floating]) -> None:
        """Add the losses and the weights of the next steps, both (R, n)."""
        counted = weights.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            sums = np.stack([losses * counted, counted])
            for place, part in enumerate(self._parts):
                sums, self._parts[place] = _pairwise(np.concatenate([part, sums], axis=-1))
            self._whole = np.concatenate([self._whole, sums], axis=-1)
            self._seen += losses.shape[-1]
            while -(-self._seen // self._width) > self._points:
                self._whole, left = _pairwise(self._whole)
                self._parts.append(left)

    def losses(self) -> list[float]:
        """The mean losses of all complete blocks; medians over the replicas."""
        means: list[float] = _median(self._whole)[1].tolist()
        return means

    def median(self) -> dict[str, list[float]]:
        """``step``, the last step of each block, and ``loss``, the median over the replicas with a counted step in it.

        The last block may be incomplete. A mean that is not a number sorts as infinite.
        """
        sums, ends = self._blocks()
        counts, losses = _median(sums)
        return {"step": ends[counts].tolist(), "loss": losses.tolist()}

    def record(self, replica: int) -> dict[str, list[float]]:
        """As :meth:`median`, of one replica."""
        sums, ends = self._blocks()
        counts, losses = _median(sums[:, replica : replica + 1])
        return {"step": ends[counts].tolist(), "loss": losses.tolist()}

    def state(self) -> dict[str, Any]:
        """The state, for :meth:`restore`."""
        return {"seen": self._seen, "whole": self._whole, "parts": list(self._parts)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._seen, self._whole, self._parts = int(state["seen"]), state["whole"], list(state["parts"])

    @property
    def _width(self) -> int:
        return 1 << len(self._parts)

    def _blocks(self) -> tuple[Sums, NDArray[np.int64]]:
        """The sums (2, R, n) of all blocks, and the last step of each (n,)."""
        rest = [part for part in reversed(self._parts) if part.shape[-1]]
        with np.errstate(over="ignore", invalid="ignore"):
            sums = np.concatenate([self._whole, sum(rest[1:], rest[0])], axis=-1) if rest else self._whole
        return sums, np.minimum(self._width * np.arange(1, sums.shape[-1] + 1), self._seen)


def _pairwise(sums: Sums) -> tuple[Sums, Sums]:
    """The sums of neighbouring pairs, and the last element if their number is odd."""
    even = sums.shape[-1] // 2 * 2
    return sums[..., 0:even:2] + sums[..., 1:even:2], sums[..., even:]


def _median(sums: Sums) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which blocks hold counted steps, and for those the medians of the means over the replicas that have some."""
    known = sums[1] != 0
    counts = known.any(axis=0)
    known, (losses, weights) = known[:, counts], sums[:, :, counts]
    with np.errstate(all="ignore"):
        means = losses / weights
    means[~np.isfinite(means)] = np.inf
    means[~known] = np.nan  # NaN sorts last
    means.sort(axis=0)
    number = known.sum(axis=0)
    low, high = (np.take_along_axis(means, at[None] // 2, axis=0)[0] for at in (number - 1, number))
    return counts, np.where(low == high, low, (low + high) / 2)
