"""The measurements of a training of R replicas: training curve, validation, failed replicas, and those that stopped."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

POINTS: Final = 1000

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Sums = NDArray[np.float64]  # (2, R, n): of weighted losses and of weights


@final
class History:
    """The losses before each update, the validation, which replicas have failed, and when replicas stopped.

    Args:
        replicas: R.
    """

    def __init__(self, replicas: int) -> None:
        self._curve = Curve(replicas)
        self._names: list[str] = []  # of what is validated
        self._validation: list[tuple[int, Array, Flags]] = []  # (steps, (R, names), (R,) which replicas measured)
        self._failed = np.zeros(replicas, bool)
        self._ends: dict[int, Curve] = {}  # the curves of the replicas that have stopped
        self.steps = 0

    @property
    def failed(self) -> list[bool]:
        """For each replica, whether one of its losses was not finite."""
        found: list[bool] = self._failed.tolist()
        return found

    def steps_of(self, replica: int) -> int:
        """The steps that a replica has learned."""
        return self._ends[replica].steps if replica in self._ends else self.steps

    def record_losses(self, losses: NDArray[np.floating], weights: NDArray[np.floating]) -> None:
        """Add the losses of the next steps; those of replicas that have stopped are ignored.

        Args:
            losses: (R, n).
            weights: (R, n), 0 for steps that do not count.
        """
        if self._ends:
            ended = np.isin(np.arange(len(losses)), list(self._ends))[:, None]
            losses, weights = np.where(ended, 0, losses), np.where(ended, 0, weights)
        self._curve.add(losses, weights)
        self._failed |= ~np.isfinite(losses).all(axis=1)
        self.steps += losses.shape[1]

    def record_validation(self, found: Sequence[Mapping[str, float] | None] | None) -> None:
        """Add what each replica measured on its validation set after the steps so far; None if it did not."""
        if found is None:
            return
        measured = np.array([one is not None for one in found])
        self._names = self._names or list(next(one for one in found if one is not None))
        values = [[math.nan if one is None else one[name] for name in self._names] for one in found]
        self._validation.append((self.steps, np.array(values), measured))

    def stop(self, replica: int) -> None:
        """Note that a replica learns no more."""
        if replica not in self._ends:
            self._ends[replica] = self._curve.only(replica)

    def losses(self) -> list[float]:
        """The curve so far, as :meth:`Curve.losses`."""
        return self._curve.losses()

    def record(self, replica: int | None) -> dict[str, Any]:
        """Curve and validation as plain values: of one replica, or with None the medians over all that learned."""
        if replica is None:
            history: dict[str, Any] = self._curve.median()
        else:
            history = self._ends[replica].record(0) if replica in self._ends else self._curve.record(replica)
        if self._validation:
            history["validation"] = self._validated(replica)
        return history

    def _validated(self, replica: int | None) -> dict[str, Any]:
        chosen = slice(None) if replica is None else slice(replica, replica + 1)
        kept = [(step, values[chosen][own[chosen]]) for step, values, own in self._validation if own[chosen].any()]
        found: dict[str, Any] = {"step": [step for step, _ in kept]}
        return found | {
            name: [_median_of(name, values[:, n]) for _, values in kept] for n, name in enumerate(self._names)
        }

    def state(self) -> dict[str, Any]:
        """The state, for :meth:`restore`."""
        return {
            "steps": self.steps,
            "curve": self._curve.state(),
            "names": list(self._names),
            "validated": np.array([step for step, *_ in self._validation], np.int64),
            "validation": np.array([values for _, values, _ in self._validation], np.float64),
            "measured": np.array([measured for *_, measured in self._validation], bool),
            "failed": self._failed.copy(),
            "ends": [[replica, curve.state()] for replica, curve in self._ends.items()],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self.steps = int(state["steps"])
        self._curve.restore(state["curve"])
        self._names = [str(name) for name in state["names"]]
        columns = (state["validated"].tolist(), state["validation"], state["measured"])
        self._validation = list(zip(*columns, strict=True))
        self._failed = state["failed"].copy()
        self._ends = {}
        for replica, curve in state["ends"]:
            self._ends[int(replica)] = Curve()
            self._ends[int(replica)].restore(curve)


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

    @property
    def steps(self) -> int:
        """The steps so far."""
        return self._seen

    def only(self, replica: int) -> "Curve":
        """A copy of the curve of one replica, as it would be if the replica were alone."""
        own = slice(replica, replica + 1)
        copy = Curve(points=self._points)
        copy.restore(
            {
                "seen": self._seen,
                "whole": self._whole[:, own].copy(),
                "parts": [part[:, own].copy() for part in self._parts],
            }
        )
        return copy

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


def _median_of(name: str, values: Array) -> float:
    """The median over replicas; what is not a number is the worst: the greatest loss, or the least score."""
    worst = math.inf if name == "loss" else -math.inf
    return float(np.median(np.where(np.isnan(values), worst, values)))


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
