"""Attempts at repair: copies that are trained with the proposed changes, one at a time and together, over seeds."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from statistics import fmean, stdev
from typing import Final

from scipy.stats import t as student

from seqtasks.comparison.estimate import Estimate
from seqtasks.diagnosis.attempt import Attempt, Attempts
from seqtasks.diagnosis.diagnosis import Diagnosis
from seqtasks.errors import SeqtasksError

LEVEL: Final = 0.95
TIMES: Final = 6.0  # as long as the training that is explained, at most
CHANGES: Final = 4  # with the greatest effects, which are tried


class AbstractRetraining(ABC):
    """How copies of what is explained are trained again with changes.

    Attributes:
        seeds: The seeds of the copies.
        seconds: The time of the training that is explained.
        always: How many attempts are made however long they take, in addition to the unchanged program.
    """

    seeds: tuple[int, ...]
    seconds: float
    always: int = 3  # all changes together, and two alone

    @abstractmethod
    def skills(self, faults: Sequence[str]) -> list[float]:
        """The skill of a copy for each seed, trained with the changes that repair these faults.

        Raises:
            SeqtasksError: If no change repairs one of them, or the training fails.
        """

    @abstractmethod
    def change(self, faults: Sequence[str]) -> str:
        """The code or command of these changes together."""


def attempts_at(faults: Sequence[str], retraining: AbstractRetraining) -> Attempts:
    """Train copies with the changes for faults: unchanged, all together, each alone, then pairs.

    Args:
        faults: The names of the faults, that with the greatest effect first.
        retraining: How copies are trained.

    Returns:
        The attempts that fit into six times the time of the training that is explained; the unchanged program, all
        changes together, and the first changes alone are tried in any case.
    """
    start, tried, untried = time.perf_counter(), list[Attempt](), list[str]()
    repairable = list(faults[:CHANGES])
    untried += [f"{name}: more than {CHANGES} changes are not tried." for name in faults[CHANGES:]]
    base: list[float] = []
    longest = 0.0
    for count, names in enumerate(_combinations(repairable)):
        before = time.perf_counter()
        if count > retraining.always and before - start + longest > TIMES * retraining.seconds:
            untried.append(f"{' and '.join(names)}: not tried, because it takes too long.")
            continue
        try:
            skills = retraining.skills(names)
        except SeqtasksError as error:
            untried.append(f"{' and '.join(names) or 'the program as it is'}: {error.message}")
            if not names:
                break
            continue
        longest = max(longest, time.perf_counter() - before)
        base = base or skills
        gains = [one - other for one, other in zip(skills, base, strict=True)]
        tried.append(Attempt(names, retraining.change(names), mean(skills), mean(gains), retraining.seeds))
    order = sorted(tried, key=lambda attempt: (len(attempt.faults), [faults.index(name) for name in attempt.faults]))
    return Attempts(tuple(order), tuple(untried))


def with_attempts(diagnosis: Diagnosis, attempts: Attempts) -> Diagnosis:
    """The diagnosis with attempts at repair, its faults in the order of what their changes alone bring.

    Args:
        diagnosis: The diagnosis.
        attempts: The attempts.
    """
    gains = {attempt.faults[0]: attempt.gain.value for attempt in attempts.tried if len(attempt.faults) == 1}
    faults = sorted(diagnosis.faults, key=lambda fault: -gains.get(fault.name, float("-inf")))
    return replace(diagnosis, faults=tuple(faults), attempts=attempts)


def mean(values: Sequence[float]) -> Estimate:
    """The mean with the 95 % interval of Student's t distribution; without an interval for a single value.

    Example:
        >>> str(mean([0.1, 0.2, 0.3]))
        '0.200 (-0.048 to 0.448)'
    """
    if len(values) < 2:  # noqa: PLR2004 - a spread needs two
        return Estimate(fmean(values), None, None)
    middle = fmean(values)
    margin = float(student.ppf((1 + LEVEL) / 2, len(values) - 1)) * stdev(values) / len(values) ** 0.5
    return Estimate(middle, middle - margin, middle + margin)


def _combinations(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """None, all, each alone, and then all others, the larger first."""
    yield ()
    if len(names) > 1:
        yield tuple(names)
    yield from ((name,) for name in names)
    for size in range(len(names) - 1, 1, -1):
        yield from combinations(names, size)
