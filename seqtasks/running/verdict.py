"""The verdict on a network, or on several: loss, skill, and whether the task is solved."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Self, final

from seqtasks.core.loss import Evaluation
from seqtasks.core.task import Yardsticks
from seqtasks.running.result import DIVERGED, SOLVED, Status


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """The fields of a record that the judging fills.

    Args:
        status: How the run ended.
        loss: The loss on fresh data; None if not finite or not measured.
        loss_error: Its standard error.
        skill: (chance - loss) / (chance - optimum).
        solved: Whether the skill is at least 0.95; None if the optimum is unknown.
    """

    status: Status
    loss: float | None
    loss_error: float | None
    skill: float | None
    solved: bool | None

    @classmethod
    def of(cls, found: Evaluation | None, sticks: Yardsticks, status: Status) -> Self:
        """The verdict on one network; ``found`` is None if it was not judged."""
        loss = finite(found.loss) if found else None
        if found and (loss is None or loss > DIVERGED * sticks.chance):
            status = "diverged"
        skill = None if loss is None else sticks.skill(loss)
        unknown = sticks.optimum is None or (loss is None and status != "diverged")
        solved = None if unknown else bool(skill is not None and skill >= SOLVED)
        return cls(status, loss, finite(found.error) if found else None, skill, solved)

    @classmethod
    def of_all(cls, each: Sequence["Verdict"], sticks: Yardsticks, status: Status) -> Self:
        """The medians over the replicas; the loss of a diverged replica counts as infinite."""
        unjudged = all(one.loss is None and one.status != "diverged" for one in each)
        if all(one.status == "diverged" for one in each):
            status = "diverged"
        loss, error = (median_of([getattr(one, name) for one in each]) for name in ("loss", "loss_error"))
        skill = None if loss is None else sticks.skill(loss)
        unknown = sticks.optimum is None or unjudged
        return cls(status, loss, error, skill, None if unknown else bool(skill is not None and skill >= SOLVED))


def finite(value: float) -> float | None:
    """The number; None if it is not finite."""
    return value if math.isfinite(value) else None


def median_of(values: Sequence[float | None]) -> float | None:
    """The median, where None is greater than any number; None if that is the median.

    Example:
        >>> median_of([0.1, None, 0.3]), median_of([0.1, None])
        (0.3, None)
    """
    return finite(median(math.inf if value is None else value for value in values))
