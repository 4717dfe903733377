"""What was measured while R replicas were trained."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.running.curve import Curve


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
