"""The table of a benchmark: for each task, model and trainer the skill and the share of seeds that solve the task."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final, final

from scipy.stats import quantile_test

from seqtasks.benchmarks.plan import Plan
from seqtasks.benchmarks.suite import Case, Ladder
from seqtasks.running.share import CONFIDENCE, wilson
from seqtasks.store.query import StoredRun

REMEMBERED: Final = 0.9  # the share of seeds that must solve a lag for it to count as remembered

Interval = tuple[float, float]


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One task, model, trainer and budget.

    Args:
        task: The task's spec as it is displayed.
        model: The model's spec.
        trainer: The trainer's spec.
        steps: The time steps of the training; None if no run has a record.
        parameters: The number of weights; None if no run has a record.
        runs: The number of runs with a record: one for each seed.
        failed: The number of runs that failed or hung, which do not count otherwise.
        solved: How many runs solve the task; None if the optimum is not known.
        solved_interval: The 95 % Wilson interval of their share.
        skill: The median skill; a run that diverged counts as worse than any other. None if that is the median.
        skill_interval: The 95 % interval of the median skill, from the order of the runs; an end is None if it is a run
            that diverged. None with fewer than six runs, which do not determine one.
    """

    task: str
    model: str
    trainer: str
    steps: int | None
    parameters: int | None
    runs: int
    failed: int
    solved: int | None
    solved_interval: Interval | None
    skill: float | None
    skill_interval: tuple[float | None, float | None] | None

    def record(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)


@final
@dataclass(frozen=True, slots=True)
class Horizon:
    """How far a model and a trainer climb a ladder of tasks.

    Args:
        model: The model's spec as it is displayed.
        trainer: The trainer's spec.
        reached: The last task that at least 90 % of the seeds solve; None if there is none.
        solved: How many seeds solve it.
        runs: Of how many.
        interval: The 95 % Wilson interval of their share.
        failed_at: The first task that was run and that fewer seeds solve; None if there is none.
    """

    model: str
    trainer: str
    reached: str | None
    solved: int
    runs: int
    interval: Interval | None
    failed_at: str | None

    def record(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)


def summary(plan: Plan, runs: Iterable[StoredRun]) -> list[Row]:
    """A row for each case of which a run has ended.

    Args:
        plan: The plan.
        runs: Its runs in the store.
    """
    by_key = {run.key: run for run in runs}
    rows = {case: _row(case, by_key) for case in plan.cases}
    return [row for row in rows.values() if row.runs or row.failed]


def horizons(plan: Plan, runs: Iterable[StoredRun]) -> list[Horizon]:
    """How far each ladder of a suite that climbs was climbed.

    Args:
        plan: The plan.
        runs: Its runs in the store.
    """
    by_key = {run.key: run for run in runs}
    return [_horizon(ladder, by_key) for ladder in plan.ladders] if plan.suite.climb else []


def median_interval(values: Sequence[float]) -> Interval | None:
    """The 95 % interval of a median: two of the ordered values, which enclose it whatever their distribution.

    Args:
        values: Independent values; infinite ones count as least or greatest.

    Returns:
        Its ends; None with fewer than six values.

    Example:
        >>> median_interval([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
        (0.2, 0.8)

    Source:
        Conover (1999), Practical Nonparametric Statistics, chapter 3.1.
    """
    order = sorted(values)
    found = quantile_test(range(len(order)), p=0.5).confidence_interval(CONFIDENCE) if order else None
    if found is None or math.isnan(found.low) or math.isnan(found.high):
        return None
    return order[int(found.low)], order[int(found.high)]


def _row(case: Case, by_key: Mapping[str, StoredRun]) -> Row:
    found = [by_key[key] for key in (request.key() for request in case.requests) if key in by_key]
    ended = [run for run in found if run.status in ("done", "diverged")]
    skills = [-math.inf if run.skill is None or run.status == "diverged" else run.skill for run in ended]
    solved = None if not ended or any(run.solved is None for run in ended) else sum(bool(run.solved) for run in ended)
    interval = median_interval(skills)
    first = ended[0] if ended else None
    return Row(
        *case.request.specs,
        steps=first.steps if first else None,
        parameters=first.parameters if first else None,
        runs=len(ended),
        failed=sum(run.status in ("failed", "hung") for run in found),
        solved=solved,
        solved_interval=None if solved is None else wilson(solved, len(ended)),
        skill=_finite(median(skills)) if skills else None,
        skill_interval=None if interval is None else (_finite(interval[0]), _finite(interval[1])),
    )


def _horizon(ladder: Ladder, by_key: Mapping[str, StoredRun]) -> Horizon:
    rows = [row for row in (_row(case, by_key) for case in ladder) if row.runs]
    good = [row for row in rows if (row.solved or 0) >= REMEMBERED * row.runs]
    reached = good[-1] if good else None
    failed = next((row for row in rows if row not in good), None)
    _, model, trainer = ladder[0].request.specs
    return Horizon(
        model,
        trainer,
        reached.task if reached else None,
        reached.solved or 0 if reached else 0,
        reached.runs if reached else 0,
        reached.solved_interval if reached else None,
        failed.task if failed else None,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
