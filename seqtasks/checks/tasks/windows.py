"""Predictors that see some of the past: every window that a table has room for, the lags a task tells, those that help.

Axis letters: N steps, C numbers of a target, one for each class.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.checks.tasks.evidence import EACH, Estimate, Evidence
from seqtasks.core.task import AbstractTask

LONGEST: Final = 24  # steps of the longest window that is tried
FARTHEST: Final = 48  # steps back among which lags that help are looked for
LOOKED_AT: Final = 20_000  # steps on which they are looked for
FEW: Final = 16  # inputs and classes up to which they are
TOGETHER: Final = 4  # lags
REGRESSED_LENGTHS: Final = (1, 2, 4, 8, 16)
REGRESSED: Final = 200  # numbers of a window up to which least squares are used
AGED: Final = 64  # steps since the start that are told apart

Lags = tuple[int, ...]


def predictors(task: AbstractTask, evidence: Evidence, depth: int) -> dict[Lags, Estimate]:
    """The loss of predictors that see no more than the last ``depth`` inputs, by the lags at which they see them."""
    found: dict[Lags, Estimate] = {}
    for lags in _tried(task, evidence, depth):
        if lags not in found and (estimate := seeing(evidence, lags)) is not None:
            found[lags] = estimate
    return found


def seeing(evidence: Evidence, lags: Lags) -> Estimate | None:
    """The best fit that sees the inputs at these lags; None if there are too few steps for one."""
    if lags not in evidence.known:
        evidence.known[lags] = _fitted(evidence, lags)
    return evidence.known[lags]


def _fitted(evidence: Evidence, lags: Lags) -> Estimate | None:
    if evidence.codes is not None:
        return evidence.table(evidence.groups(lags))
    if evidence.kind == "real" and len(lags) * evidence.inputs.shape[-1] <= REGRESSED:
        return evidence.least_squares(lags)
    return None


def aged(evidence: Evidence) -> list[Estimate]:
    """Predictors that also see how long ago the episode started."""
    if evidence.codes is None:
        return []
    tables = (evidence.table(evidence.groups(tuple(range(length)), AGED)) for length in range(3))
    return [table for table in tables if table is not None]


def whole(evidence: Evidence, depth: int) -> bool:
    """Whether a table has room for every window of so many steps."""
    alphabet = evidence.alphabet
    return alphabet is not None and depth * np.log(alphabet) < np.log(evidence.fitted.sum() / EACH)


def told_lags(task: AbstractTask) -> Lags:
    """The lags at which a task says its inputs matter; none if it says nothing."""
    lags = getattr(task, "lags", ())
    return tuple(lags) if isinstance(lags, tuple) and all(isinstance(lag, int) and lag >= 0 for lag in lags) else ()


def _tried(task: AbstractTask, evidence: Evidence, depth: int) -> Iterator[Lags]:
    if evidence.codes is None:
        yield from (tuple(range(length)) for length in (*REGRESSED_LENGTHS, depth) if length <= depth)
        return
    for length in range(1, min(depth, LONGEST) + 1):
        if whole(evidence, length):
            yield tuple(range(length))
    told = tuple(lag for lag in told_lags(task) if lag < depth)
    if told:
        yield told
    elif not whole(evidence, depth):
        yield from _helpful(evidence, depth)


def _helpful(evidence: Evidence, depth: int) -> Iterator[Lags]:
    """The pair of lags that tells most of the target, then with it the third that does, and the fourth."""
    codes, alphabet = evidence.codes, evidence.alphabet
    targets = _numbers(evidence)
    if codes is None or alphabet is None or alphabet > FEW or targets is None or depth == 1:
        return
    near = range(min(depth, FARTHEST))
    seen = np.flatnonzero(evidence.fitted)[:LOOKED_AT]
    step, lane = evidence.step[seen], evidence.lane[seen]
    age = evidence.age[lane, step]
    past = {lag: np.where(age >= lag, codes[lane, np.maximum(step - lag, 0)], 0) for lag in near}
    base, targets = alphabet + 1, targets[seen]

    def told(lags: Sequence[int]) -> float:
        code = np.zeros(len(seen), np.int64)
        for lag in lags:
            code = code * base + past[lag]
        return _explained(code, targets)

    chosen: Lags = max(combinations(near, 2), key=told)
    yield chosen
    while len(chosen) < TOGETHER and base ** (len(chosen) + 1) < len(seen):
        chosen = tuple(
            sorted((*chosen, max((lag for lag in near if lag not in chosen), key=lambda n: told((*chosen, n)))))
        )
        yield chosen


def _numbers(evidence: Evidence) -> NDArray[np.float64] | None:
    """The targets (N, C) as numbers, of which a mean can be taken."""
    if evidence.kind != "class":
        return evidence.targets
    if evidence.classes > FEW:
        return None
    return np.eye(evidence.classes)[evidence.targets[:, 0].astype(np.int64)]


def _explained(groups: NDArray[Any], targets: NDArray[np.float64]) -> float:
    """The sum over groups of the squared mean, times the group's size: how much of the spread is explained."""
    sizes = np.bincount(groups)
    return sum(float((np.bincount(groups, column) ** 2 / np.maximum(sizes, 1)).sum()) for column in targets.T)
