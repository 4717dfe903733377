"""The table of a benchmark: for each task, model and trainer the skill and the share of seeds that solve the task."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Final, final

from seqtasks.benchmarks.plan import Plan
from seqtasks.benchmarks.suite import Case, Ladder
from seqtasks.comparison.configuration import Configuration, Method, Metric, Run
from seqtasks.comparison.estimate import Estimate
from seqtasks.comparison.horizon import horizon
from seqtasks.comparison.ranking import PREQUENTIAL, RANKINGS
from seqtasks.spec.spec import split
from seqtasks.store.details import Measures
from seqtasks.store.query import StoredRun

Interval = tuple[float, float]
NONE: Final[Mapping[str, Measures]] = MappingProxyType({})


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
        skill: The median skill, of which each is at least -1; that of a run that diverged is -1.
        skill_interval: The 95 % interval of the median; None with fewer than six runs.
        prequential: The median skill of the networks as they learn on in the test, each at least -1; None unless the
            task has a test part in time order.
        prequential_interval: Its 95 % interval.
        metrics: For each metric its median ``score`` with the ends ``low`` and ``high`` of a 95 % interval, the median
            of ``chance``, and the number of ``seeds`` with a score; None for what is not known.
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
    skill_interval: Interval | None
    prequential: float | None = None
    prequential_interval: Interval | None = None
    metrics: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)


@final
@dataclass(frozen=True, slots=True)
class Climb:
    """How far a model and a trainer climb a ladder of tasks: the memory horizon, if the tasks are lags.

    Args:
        model: The model's spec as it is displayed.
        trainer: The trainer's spec.
        parameters: The number of weights; None if no run has a record.
        steps: The time steps of the training.
        reached: The last task that at least 90 % of the seeds solve, and each task before it; None if there is none.
        low: The lower end of its 95 % interval; None for "before the first task".
        high: The upper end; None for "before the first task".
        is_last: Whether it is the last task of the ladder, so that the horizon may lie further.
    """

    model: str
    trainer: str
    parameters: int | None
    steps: int | None
    reached: str | None
    low: str | None
    high: str | None
    is_last: bool

    def record(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)


def summary(plan: Plan, runs: Iterable[StoredRun], measures: Mapping[str, Measures] = NONE) -> list[Row]:
    """A row for each case of which a run has ended.

    Args:
        plan: The plan.
        runs: Its runs in the store.
        measures: Their judgements next to the loss, by key.

    Returns:
        The rows in the order of the plan; of a suite that ranks by the prequential skill, in the order of each task.
    """
    by_key = {run.key: run for run in runs}
    found = [_configuration(case, by_key, measures) for case in plan.cases]
    rows = [_row(each) for each in found if each.scores or each.count("failed", "hung")]
    return _ranked(rows) if plan.suite.rank_by == PREQUENTIAL else rows


def compared(runs: Iterable[StoredRun], measures: Mapping[str, Measures] = NONE) -> list[Row]:
    """A row for each task, model, trainer and number of steps of any runs, in this order.

    Args:
        runs: Runs of a store.
        measures: Their judgements next to the loss, by key.
    """
    groups: defaultdict[tuple[str, str, str, int], list[StoredRun]] = defaultdict(list)
    for run in runs:
        groups[run.task, run.model, run.trainer, run.steps or 0].append(run)
    found = [_of_runs(*key[:3], group, measures) for key, group in sorted(groups.items())]
    return [_row(each) for each in found if each.scores or each.count("failed", "hung")]


def climbs(plan: Plan, runs: Iterable[StoredRun]) -> list[Climb]:
    """How far each ladder of a suite that climbs was climbed.

    Args:
        plan: The plan.
        runs: Its runs in the store.
    """
    by_key = {run.key: run for run in runs}
    return [_climb(ladder, by_key) for ladder in plan.ladders] if plan.suite.climb else []


def _configuration(
    case: Case, by_key: Mapping[str, StoredRun], measures: Mapping[str, Measures] = NONE
) -> Configuration:
    keys = (request.key() for request in case.requests)
    return _of_runs(*case.request.specs, [by_key[key] for key in keys if key in by_key], measures)


def _of_runs(
    task: str, model: str, trainer: str, stored: Iterable[StoredRun], measures: Mapping[str, Measures]
) -> Configuration:
    method = Method(model, trainer)
    fields = ("seed", "status", "skill", "solved", "loss", "parameters", "steps", "seconds", "error", "finished")
    runs = [
        Run(run.key, task, method, *(getattr(run, name) for name in fields))._replace(
            **measures.get(run.key, Measures())._asdict()
        )
        for run in stored
    ]
    return Configuration(task, method, runs)


def _row(each: Configuration) -> Row:
    skill, learning = (each.median_by(ranking) for ranking in RANKINGS)
    return Row(
        each.task,
        each.method.model,
        each.method.trainer,
        steps=_most(each, "steps"),
        parameters=_most(each, "parameters"),
        runs=len(each.scores),
        failed=each.count("failed", "hung"),
        solved=None if each.share is None else each.share[0],
        solved_interval=each.share_interval,
        skill=None if skill is None else skill.value,
        skill_interval=_interval(skill),
        prequential=None if learning is None else learning.value,
        prequential_interval=_interval(learning),
        metrics={metric.name: _metric(metric) for metric in each.metrics},
    )


def _metric(metric: Metric) -> Mapping[str, float | None]:
    found = metric.score
    low, high = (None, None) if found is None else (found.low, found.high)
    score = None if found is None else found.value
    return {"score": score, "low": low, "high": high, "chance": metric.chance, "seeds": metric.seeds}


def _ranked(rows: Sequence[Row]) -> list[Row]:
    """The rows of each task together, the highest prequential skill first; those without one are last."""
    place = {task: number for number, task in enumerate(dict.fromkeys(row.task for row in rows))}
    return sorted(rows, key=lambda row: (place[row.task], row.prequential is None, -(row.prequential or 0.0)))


def _interval(found: Estimate | None) -> Interval | None:
    return None if found is None or found.low is None or found.high is None else (found.low, found.high)


def _climb(ladder: Ladder, by_key: Mapping[str, StoredRun]) -> Climb:
    """The horizon over the positions of the tasks, whose names take their place."""
    found = [_configuration(case, by_key) for case in ladder]
    names = _names([case.request.task for case in ladder], [case.request.label("task") for case in ladder])
    shares = {place: each.share for place, each in enumerate(found) if each.share is not None}
    reach = horizon(shares) if shares else None
    _, model, trainer = ladder[0].request.specs

    def name(place: int | None) -> str | None:
        return None if place is None else names[place]

    return Climb(
        model,
        trainer,
        _most(found[0], "parameters"),
        _most(found[0], "steps"),
        name(reach.lag) if reach else None,
        name(reach.low) if reach else None,
        name(reach.high) if reach else None,
        is_last=reach is not None and reach.lag == len(ladder) - 1,
    )


def _names(tasks: Sequence[str], labels: Sequence[str]) -> Sequence[str]:
    """The setting in which the tasks differ, such as ``lag 4``; the whole specs if that is more than one."""
    settings = [split(task)[1] for task in tasks]
    differing = [key for key in settings[0] if any(each.get(key) != settings[0][key] for each in settings)]
    if len(differing) != 1 or len({split(task)[0] for task in tasks}) > 1:
        return labels
    (key,) = differing
    return [f"{key} {','.join(piece.text for piece in each[key].pieces)}" for each in settings]


def _most(each: Configuration, name: str) -> int | None:
    span = each.span(name)
    return None if span is None else span[1]
