"""Two methods on the same tasks and seeds: differences, tests, and the verdict in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final, final

import numpy as np

from seqtasks.comparison.bootstrap import mean, probability_of_improvement
from seqtasks.comparison.configuration import Configuration, Method
from seqtasks.comparison.estimate import Estimate
from seqtasks.comparison.paired import LEVEL, holm, mcnemar, seeds_for_difference, seeds_for_shares, sign_flip
from seqtasks.comparison.ranking import WORDS

CLOSE: Final = 1.1  # the ratio up to which two numbers of weights are taken for the same budget


@final
@dataclass(frozen=True)
class Contest:
    """Two methods on the same tasks, compared seed by seed.

    Args:
        first: The configurations of the method that seems better, one for each task.
        second: Those of the other, in the same order.
        first_name: The name of the first method.
        second_name: That of the second.
    """

    first: Sequence[Configuration]
    second: Sequence[Configuration]
    first_name: str
    second_name: str

    @cached_property
    def differences(self) -> list[np.ndarray]:
        """For each task, the score of the first method less that of the second, of each seed that both have."""
        pairs = [(a.scores, b.scores) for a, b in zip(self.first, self.second, strict=True)]
        found = [np.array([a[seed] - b[seed] for seed in _shared(a, b)]) for a, b in pairs]
        return [each for each in found if len(each)]

    @cached_property
    def solved(self) -> tuple[list[bool], list[bool]] | None:
        """Whether each method solves each seed of each task; None if that is not known of every task."""
        firsts: list[bool] = []
        seconds: list[bool] = []
        for a, b in zip(self.first, self.second, strict=True):
            if a.solved is None or b.solved is None:
                return None
            shared = _shared(a.solved, b.solved)
            firsts += [a.solved[seed] for seed in shared]
            seconds += [b.solved[seed] for seed in shared]
        return firsts, seconds

    @property
    def seeds(self) -> int:
        """The number of seeds that both methods ran, on the task with the fewest."""
        return min(map(len, self.differences), default=0)

    @cached_property
    def difference(self) -> Estimate:
        """The mean difference of the scores."""
        return mean(self.differences)

    @cached_property
    def improvement(self) -> Estimate:
        """The probability that a run of the first method has a higher score than one of the second."""
        pairs = [
            (list(a.scores.values()), list(b.scores.values())) for a, b in zip(self.first, self.second, strict=True)
        ]
        return probability_of_improvement([(x, y) for x, y in pairs if x and y])

    @cached_property
    def p_values(self) -> list[float]:
        """Those of the test of the shares solved, if they are known, and of the test of the scores."""
        if not self.differences:
            return []
        scores = sign_flip(np.concatenate([each / len(each) for each in self.differences]))
        return [scores] if self.solved is None else [mcnemar(*self.solved), scores]

    def verdict(self, corrected: Sequence[float], tests: int) -> str:
        """The result in words.

        Args:
            corrected: The p values, corrected for all tests that are made at the same time.
            tests: How many these are.
        """
        if not self.differences:
            return f"{self.first_name} and {self.second_name} have no seed in common."
        return f"{self._found(corrected, tests)}{self._budgets()}"

    def _found(self, corrected: Sequence[float], tests: int) -> str:
        first, second = self.first_name, self.second_name
        if self.solved is not None and corrected[0] < LEVEL:
            k, other, n = sum(self.solved[0]), sum(self.solved[1]), len(self.solved[0])
            better, worse = (first, second) if k > other else (second, first)
            what, runs = (self.first[0].task, "seeds") if len(self.first) == 1 else ("the tasks", "runs")
            counts = f"{max(k, other)} of {n} against {min(k, other)} of {n} {runs}"
            return f"{better} solves {what} more often than {worse}: {counts}."
        if corrected[-1] < LEVEL:
            better, worse = (first, second) if self.difference.value > 0 else (second, first)
            size = abs(self.difference.value)
            ends = sorted(abs(end) for end in (self.difference.low, self.difference.high) if end is not None)
            interval = f" (95 % interval {ends[0]:.3f} to {ends[1]:.3f})" if ends else ""
            return f"{better} has a higher {self._skill} than {worse}: by {size:.3f}{interval} on {self._places}."
        if not any(each.any() for each in self.differences):
            return f"{first} and {second} have the same {self._skill} on {self._places}."
        return not_distinguishable(first, second, self._places, self._needed(tests))

    def _needed(self, tests: int) -> int | None:
        """The seeds that the test needs which needs fewer."""
        shortest = self.seeds
        by_seed = np.mean([each[:shortest] for each in self.differences], axis=0)
        needed = [seeds_for_difference(by_seed, tests)]
        if self.solved is not None and len(self.first) == 1:
            needed.append(seeds_for_shares(*self.solved, tests))
        fewest = min((n for n in needed if n is not None), default=None)
        return None if fewest is None else max(fewest, self.seeds + 1)

    @property
    def _skill(self) -> str:
        return WORDS[self.first[0].rank_by]

    @property
    def _places(self) -> str:
        tasks = len(self.differences)
        return plural(self.seeds, "seed") + (f" of each of {tasks} tasks" if tasks > 1 else "")

    def _budgets(self) -> str:
        """Sentences that say where the methods had different budgets."""
        found = []
        for name, unit in (("steps", "steps"), ("parameters", "weights")):
            spans = [span(side, name) for side in (self.first, self.second)]
            if spans[0] is None or spans[1] is None:
                continue
            (low, high), (other_low, other_high) = spans[0], spans[1]
            most = 1.0 if name == "steps" else CLOSE
            if max(low, other_low) > most * min(low, other_low) or max(high, other_high) > most * min(high, other_high):
                found.append(f"{shown(spans[0])} against {shown(spans[1])} {unit}")
        if not found:
            return ""
        return f" Their budgets differ ({self.first_name} against {self.second_name}): {', '.join(found)}."


def all_pairs(sides: Sequence[Sequence[Configuration]], named: Mapping[Method, str]) -> list[Contest]:
    """Each method against each other one; those of the first method come first, in order of the others.

    Args:
        sides: The configurations of each method, the best method first.
        named: The name of each method.
    """
    return [
        Contest(first, second, named[first[0].method], named[second[0].method])
        for first, second in combinations(sides, 2)
    ]


def verdicts(contests: Sequence[Contest], stated: int | None = None) -> list[str]:
    """The verdicts of contests whose tests are corrected together.

    The best method is known only from the results. So a verdict about it is one of all pairs of methods, chosen because
    its difference is large, and is corrected for all pairs.

    Args:
        contests: The contests.
        stated: How many of them, from the first, get a verdict; all by default.
    """
    tests = [p for contest in contests for p in contest.p_values]
    corrected = iter(holm(tests))
    return [each.verdict([next(corrected) for _ in each.p_values], len(tests)) for each in contests[:stated]]


def _shared(first: Mapping[int, object], second: Mapping[int, object]) -> Sequence[int]:
    """The seeds of both, in order, which that of a configuration's seeds is already."""
    return list(first) if first.keys() == second.keys() else sorted(first.keys() & second.keys())


def not_distinguishable(first: str, second: str, places: str, needed: int | None) -> str:
    """The sentence that says so, and how many seeds would be needed.

    Args:
        first: The name of a method.
        second: That of the other.
        places: The seeds that both ran, in words.
        needed: The number of seeds; None if there is none below 10,000.
    """
    more = f"{needed:,} would be needed" if needed is not None else "not even 10,000 would be enough"
    return f"{first} and {second} are not distinguishable at {places}; {more}."


def plural(number: int, word: str) -> str:
    """A number with its noun.

    Example:
        >>> plural(1, "seed"), plural(1200, "seed")
        ('1 seed', '1,200 seeds')
    """
    return f"{number:,} {word}{'s' * (number != 1)}"


def shown(ends: tuple[int, int]) -> str:
    """The least and the greatest of some numbers, in one if they are equal.

    Example:
        >>> shown((1000, 1000)), shown((1000, 2500))
        ('1,000', '1,000 to 2,500')
    """
    return f"{ends[0]:,}" if ends[0] == ends[1] else f"{ends[0]:,} to {ends[1]:,}"


def span(side: Sequence[Configuration], name: str) -> tuple[int, int] | None:
    """The least and the greatest number of ``parameters`` or ``steps`` of some configurations; None if there is none.

    Args:
        side: The configurations.
        name: What is counted.
    """
    spans = [found for each in side if (found := each.span(name)) is not None]
    return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
