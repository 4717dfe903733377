"""What a loss on fresh data means beside its yardsticks: of one network, and of several replicas together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Self, final

from seqtasks.core.evaluation import Evaluation
from seqtasks.core.task import Yardsticks
from seqtasks.running.result import DIVERGED, SOLVED, Status
from seqtasks.running.share import wilson


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """The fields of a record that judge.

    Args:
        status: How the run ended.
        loss: The loss; None if not finite or not measured.
        loss_error: Its standard error.
        skill: Between chance and optimum.
        solved: Whether that is enough; None where nobody knows.
    """

    status: Status
    loss: float | None
    loss_error: float | None
    skill: float | None
    solved: bool | None

    @classmethod
    def of(cls, found: Evaluation | None, sticks: Yardsticks, status: Status) -> Self:
        """That of one network, as training left it; None if it was not judged."""
        loss = _finite(found.loss) if found else None
        if found and (loss is None or loss > DIVERGED * sticks.chance):
            status = "diverged"
        skill = None if loss is None else sticks.skill(loss)
        unknown = sticks.optimum is None or (loss is None and status != "diverged")
        solved = None if unknown else bool(skill is not None and skill >= SOLVED)
        return cls(status, loss, _finite(found.error) if found else None, skill, solved)

    @classmethod
    def of_all(cls, each: Sequence["Verdict"], sticks: Yardsticks, status: Status) -> Self:
        """Medians; the loss of a replica that diverged is greater than any."""
        unjudged = all(one.loss is None and one.status != "diverged" for one in each)
        if all(one.status == "diverged" for one in each):
            status = "diverged"
        loss, error = (_median([getattr(one, name) for one in each]) for name in ("loss", "loss_error"))
        skill = None if loss is None else sticks.skill(loss)
        unknown = sticks.optimum is None or unjudged
        return cls(status, loss, error, skill, None if unknown else bool(skill is not None and skill >= SOLVED))


def share(each: Sequence[Verdict]) -> dict[str, Any] | None:
    """How many of them solved the task, with the 95 % interval of the share; None where nobody knows."""
    solved = [one.solved for one in each]
    if None in solved:
        return None
    return {
        "solved": sum(map(bool, solved)),
        "of": len(each),
        "interval": list(wilson(sum(map(bool, solved)), len(each))),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _median(values: Sequence[float | None]) -> float | None:
    return _finite(median(math.inf if value is None else value for value in values))
