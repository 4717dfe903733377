"""The leaderboard: methods ranked over all tasks, and on each task."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, final

from seqtasks.comparison.bootstrap import interquartile_mean
from seqtasks.comparison.configuration import Configuration, Method
from seqtasks.comparison.contest import all_pairs, span, verdicts
from seqtasks.comparison.estimate import Estimate
from seqtasks.comparison.ranking import other_than
from seqtasks.running.share import wilson

ALONE: Final = "No other method was run on it."
ALONE_ON_ALL: Final = "No other method was run on the same tasks."
NO_SCORE: Final = "No run of it has a result."


@final
@dataclass(frozen=True)
class Standing:
    """A method over several tasks.

    Args:
        method: The method.
        configurations: Its configurations with a score, one for each task.
        rank: Its place among the methods that were run on the same tasks; None if a task is missing.
        skill: The interquartile mean of the skill that methods are ranked by, averaged over the tasks.
        share: How many runs solve their task, and of how many; None where an optimum is unknown.
        share_interval: The 95 % Wilson interval of that share.
        improvement: The probability that a run of it has a higher score than one of the first method.
        verdict: The comparison with the first method in words; that of the first method, with the second.
        beside: The same of the skill that methods are not ranked by; None if it is unknown on one of the tasks.
    """

    method: Method
    configurations: Sequence[Configuration]
    rank: int | None
    skill: Estimate
    share: tuple[int, int] | None
    share_interval: tuple[float, float] | None
    improvement: Estimate | None
    verdict: str
    beside: Estimate | None = None

    def span(self, name: str) -> tuple[int, int] | None:
        """The least and the greatest number of ``parameters`` or ``steps`` over all tasks."""
        return span(self.configurations, name)


def task_verdicts(found: Sequence[Configuration], named: Mapping[Method, str]) -> list[str]:
    """What each configuration's comparison with the best one on its task says; that of the best, with the second.

    The tests of all pairs of methods on a task are corrected together.

    Args:
        found: The configurations, each task in one piece and its best method first.
        named: The name of each method.
    """
    words: list[str] = []
    for _, group in groupby(found, key=lambda each: each.task):
        on_task = list(group)
        scored = [each for each in on_task if each.scores]
        sentences = verdicts(all_pairs([[each] for each in scored], named), len(scored) - 1) if scored else []
        ordered = iter([sentences[0], *sentences] if sentences else [ALONE] * len(scored))
        words += [next(ordered) if each.scores else NO_SCORE for each in on_task]
    return words


def leaderboard(found: Sequence[Configuration], named: Mapping[Method, str]) -> list[Standing]:
    """The methods, ranked over the same tasks: of the methods' own sets of tasks that of the most results.

    A method without a result on one of these tasks has no rank, because its mean is one over other tasks.

    Args:
        found: The configurations.
        named: The name of each method.
    """
    by_method: defaultdict[Method, list[Configuration]] = defaultdict(list)
    for each in found:
        if each.scores:
            by_method[each.method].append(each)
    if not by_method:
        return []
    sets = [frozenset(each.task for each in group) for group in by_method.values()]
    tasks = max(sorted(set(sets), key=sorted), key=lambda own: (len(own) * sum(own <= each for each in sets), len(own)))
    ranked = {method: [each for each in group if each.task in tasks] for method, group in by_method.items()}
    complete = {method: group for method, group in ranked.items() if len(group) == len(tasks)}
    others = {method: group for method, group in by_method.items() if method not in complete}
    return [*_ranked(complete, named), *(_standing(method, group, None) for method, group in others.items())]


def _ranked(complete: Mapping[Method, Sequence[Configuration]], named: Mapping[Method, str]) -> list[Standing]:
    skills = {method: _skill(group) for method, group in complete.items()}
    order = sorted(complete, key=lambda method: (-skills[method].value, method))
    contests = all_pairs([complete[method] for method in order], named)
    sentences = verdicts(contests, len(order) - 1)
    return [
        Standing(
            method,
            complete[method],
            place + 1,
            skills[method],
            *_share(complete[method]),
            contests[place - 1].improvement.complement() if place else None,
            sentences[max(0, place - 1)] if sentences else ALONE_ON_ALL,
            _beside(complete[method]),
        )
        for place, method in enumerate(order)
    ]


def _standing(method: Method, group: Sequence[Configuration], improvement: Estimate | None) -> Standing:
    missing = "It has no result on some of the tasks, and is not ranked."
    return Standing(method, group, None, _skill(group), *_share(group), improvement, missing, _beside(group))


def _skill(group: Sequence[Configuration]) -> Estimate:
    return interquartile_mean([list(each.scores.values()) for each in sorted(group, key=lambda each: each.task)])


def _beside(group: Sequence[Configuration]) -> Estimate | None:
    scores = [list(each.scores_by(other_than(each.rank_by)).values()) for each in group]
    return interquartile_mean(scores) if all(scores) else None


def _share(group: Sequence[Configuration]) -> tuple[tuple[int, int] | None, tuple[float, float] | None]:
    shares = [each.share for each in group]
    if None in shares:
        return None, None
    solved, of = (sum(share[part] for share in shares if share) for part in (0, 1))
    return (solved, of), wilson(solved, of)
