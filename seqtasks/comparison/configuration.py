"""The runs of one method on one task, which differ only in their seeds."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, Self, final

from seqtasks.comparison.estimate import Estimate
from seqtasks.comparison.median import median
from seqtasks.comparison.ranking import PREQUENTIAL, other_than
from seqtasks.running.share import wilson

FLOOR: Final = -1.0  # of a score: twice as far from the optimum as chance is
_wilson: Final = lru_cache(maxsize=4096)(wilson)


class Method(NamedTuple):
    """A model, a trainer, and what the training may cost.

    Attributes:
        model: The model's spec as it is displayed.
        trainer: The trainer's spec.
        budget: The budget and the precision where they are not the default, such as ``50,000 steps``.
    """

    model: str
    trainer: str
    budget: str = ""


class Run(NamedTuple):
    """One run: what was run, and how it ended.

    Attributes:
        key: What identifies the run, and its training curve.
        task: The task's spec as it is displayed.
        method: The method.
        seed: The seed.
        status: ``done``, ``diverged``, ``failed``, ``hung``, or any other while there is no result.
        skill: The skill; None without a finite loss.
        solved: Whether the task is solved; None if that is not known.
        loss: The loss on fresh data.
        parameters: The number of weights.
        steps: The time steps of the training.
        seconds: The time of the run.
        error: What went wrong.
        finished: Seconds since 1970; None if unknown.
        version: What tells versions of seqtasks, of plugins and of the data apart; empty if unknown.
        prequential: The skill of the network as it learns on in the test; minus infinity if it then diverged, and None
            if it is not measured.
        metrics: The name of each metric with its score and that of chance; None for a score that is not defined.
    """

    key: str
    task: str
    method: Method
    seed: int
    status: str
    skill: float | None = None
    solved: bool | None = None
    loss: float | None = None
    parameters: int | None = None
    steps: int | None = None
    seconds: float | None = None
    error: str | None = None
    finished: float | None = None
    version: str = ""
    prequential: float | None = None
    metrics: tuple[tuple[str, float | None, float | None], ...] = ()

    @property
    def score(self) -> float | None:
        """The skill, at least -1, which a run that diverged has; None without a result."""
        if self.status == "diverged":
            return FLOOR
        return None if self.status != "done" or self.skill is None else max(self.skill, FLOOR)

    def score_by(self, ranking: str) -> float | None:
        """The score, or that of the network as it learns on.

        Args:
            ranking: ``skill`` or ``prequential``.
        """
        if ranking != PREQUENTIAL or self.status != "done":
            return self.score
        return None if self.prequential is None else max(self.prequential, FLOOR)

    @property
    def recency(self) -> tuple[bool, float]:
        """What orders runs that exclude each other, the one that counts last: with a score, then the latest."""
        return self.score is not None, self.finished or 0.0


@final
@dataclass(frozen=True, slots=True)
class Metric:
    """A metric over the seeds of a configuration.

    Args:
        name: Its name, such as ``f1_macro``.
        score: The median of the scores that are defined; None if there is none.
        chance: The median score of the best predictor without a network.
        seeds: The number of these scores.
    """

    name: str
    score: Estimate | None
    chance: float | None
    seeds: int

    @classmethod
    def of(cls, name: str, scored: Sequence[tuple[str, float | None, float | None]]) -> Self:
        """The metric of some runs.

        Args:
            name: Its name.
            scored: For each run the name, the score and that of chance.

        Example:
            >>> Metric.of("r2", [("r2", 0.5, 0.0), ("r2", 0.7, 0.2), ("r2", None, 0.1)])
            Metric(name='r2', score=Estimate(value=0.6, low=None, high=None), chance=0.1, seeds=2)
        """
        scores = [score for _, score, _ in scored if score is not None]
        chances = [chance for _, _, chance in scored if chance is not None]
        return cls(name, median(scores) if scores else None, median(chances).value if chances else None, len(scores))


@final
@dataclass(frozen=True)
class Configuration:
    """The runs of a method on a task.

    Args:
        task: The task's spec as it is displayed.
        method: The method.
        runs: One for each seed, in order of the seeds.
        rank_by: The skill that its scores are: ``skill`` or ``prequential``.
    """

    task: str
    method: Method
    runs: Sequence[Run]
    rank_by: str = "skill"

    @cached_property
    def scores(self) -> Mapping[int, float]:
        """The score of each seed that has one."""
        return self.scores_by(self.rank_by)

    def scores_by(self, ranking: str) -> Mapping[int, float]:
        """The score of each seed that has one by a skill.

        A run that diverged has none by the prequential skill if no other run has one: there is nothing to compare.

        Args:
            ranking: ``skill`` or ``prequential``.
        """
        if ranking == PREQUENTIAL and all(run.prequential is None for run in self.runs):
            return {}
        return {run.seed: score for run in self.runs if (score := run.score_by(ranking)) is not None}

    @cached_property
    def solved(self) -> Mapping[int, bool] | None:
        """Whether each seed with a score solves the task; None if the optimum is unknown.

        Frozen weights solve a task, so that it is None where scores are those of networks that learn on.
        """
        if self.rank_by == PREQUENTIAL:
            return None
        scored = [run for run in self.runs if run.score is not None]
        if not scored or any(run.solved is None and run.status == "done" for run in scored):
            return None
        if all(run.solved is None for run in scored):
            return None
        return {run.seed: bool(run.solved) for run in scored}

    @cached_property
    def median(self) -> Estimate | None:
        """The median of the scores; None without a score."""
        return self.median_by(self.rank_by)

    @cached_property
    def beside(self) -> Estimate | None:
        """The median of the skill that methods are not ranked by; None without one."""
        return self.median_by(other_than(self.rank_by))

    def median_by(self, ranking: str) -> Estimate | None:
        """The median of a skill; None without one.

        Args:
            ranking: ``skill`` or ``prequential``.
        """
        scores = self.scores_by(ranking)
        return median(list(scores.values())) if scores else None

    @cached_property
    def metrics(self) -> Sequence[Metric]:
        """The metrics of the runs, in the order in which they were asked for."""
        names = dict.fromkeys(name for run in self.runs for name, _, _ in run.metrics)
        return [Metric.of(name, [one for run in self.runs for one in run.metrics if one[0] == name]) for name in names]

    @cached_property
    def share(self) -> tuple[int, int] | None:
        """How many seeds solve the task, and of how many."""
        return None if self.solved is None else (sum(self.solved.values()), len(self.solved))

    @property
    def share_interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson interval of the share solved."""
        return None if self.share is None else _wilson(*self.share)

    def count(self, *statuses: str) -> int:
        """How many runs ended so."""
        return sum(run.status in statuses for run in self.runs)

    def span(self, name: str) -> tuple[int, int] | None:
        """The least and the greatest value of ``parameters`` or ``steps``; None if no run has one."""
        return self._spans[name]

    @cached_property
    def _spans(self) -> Mapping[str, tuple[int, int] | None]:
        return {
            "parameters": _span([run.parameters for run in self.runs if run.parameters is not None]),
            "steps": _span([run.steps for run in self.runs if run.steps is not None]),
        }

    @property
    def rank(self) -> tuple[float, float]:
        """What orders methods on a task, the best last: the share solved, then the median."""
        share = self.share[0] / self.share[1] if self.share else 0.0
        return share, self.median.value if self.median else float("-inf")


def configurations(runs: Iterable[Run], rank_by: str = "skill") -> tuple[list[Configuration], int]:
    """The runs by task and method, the best method of each task first.

    Of several runs of the same seed, the last one that has ended with a score counts.

    Args:
        runs: The runs, in any order.
        rank_by: The skill that the scores are.

    Returns:
        The configurations, and how many runs a later one replaces.
    """
    found: defaultdict[tuple[str, Method], dict[int, Run]] = defaultdict(dict)
    replaced = 0
    for run in runs:
        group = found[run.task, run.method]
        other = group.get(run.seed)
        replaced += other is not None
        if other is None or run.recency >= other.recency:
            group[run.seed] = run
    grouped = [
        Configuration(task, method, tuple(group[seed] for seed in sorted(group)), rank_by)
        for (task, method), group in found.items()
    ]
    grouped.sort(key=lambda each: (each.task, -each.rank[0], -each.rank[1], each.method))
    return grouped, replaced


def _span(values: Sequence[int]) -> tuple[int, int] | None:
    return (min(values), max(values)) if values else None


def names(methods: Iterable[Method]) -> dict[Method, str]:
    """The shortest names that tell methods apart: the model, or with its trainer, or with the budget, too.

    Args:
        methods: The methods.

    Example:
        >>> list(names([Method("gru", "online"), Method("gru", "rtrl")]).values())
        ['gru with online', 'gru with rtrl']
    """
    distinct = list(dict.fromkeys(methods))
    forms: tuple[Callable[[Method], str], ...] = (
        lambda each: each.model,
        lambda each: f"{each.model} with {each.trainer}",
        lambda each: f"{each.model} with {each.trainer}" + (f" for {each.budget}" if each.budget else ""),
    )
    for form in forms:
        named = {method: form(method) for method in distinct}
        if len(set(named.values())) == len(distinct):
            break
    return named
