"""Predictors from past inputs: windows that fit a table, the lags that a task declares, and the most predictive lags.

Axis letters: N steps, C target columns, one for each class.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.checks.tasks.evidence import EACH, Estimate, Evidence
from seqtasks.core.task import AbstractTask

LONGEST: Final = 24  # steps of the longest window
FARTHEST: Final = 48  # range of the search for predictive lags
LOOKED_AT: Final = 20_000  # steps used in this search
FEW: Final = 16  # most distinct inputs, and most classes, for this search
TOGETHER: Final = 4  # most lags that one predictor combines
REGRESSED_LENGTHS: Final = (1, 2, 4, 8, 16)
REGRESSED: Final = 200  # most input values of a window for least squares
AGED: Final = 64  # steps since the start of the episode that a table distinguishes

Lags = tuple[int, ...]


def predictors(task: AbstractTask, evidence: Evidence, depth: int) -> dict[Lags, Estimate]:
    """Estimate the losses of predictors from at most the last ``depth`` inputs, by the lags of these inputs."""
    found: dict[Lags, Estimate] = {}
    for lags in _tried(task, evidence, depth):
        if lags not in found and (estimate := fit_predictor(evidence, lags)) is not None:
            found[lags] = estimate
    return found


def fit_predictor(evidence: Evidence, lags: Lags) -> Estimate | None:
    """Fit a predictor from the inputs at these lags; None if there are too few steps."""
    if lags not in evidence.known:
        evidence.known[lags] = _fitted(evidence, lags)
    return evidence.known[lags]


def _fitted(evidence: Evidence, lags: Lags) -> Estimate | None:
    if evidence.codes is not None:
        return evidence.table(evidence.groups(lags))
    if evidence.kind == "real" and len(lags) * evidence.inputs.shape[-1] <= REGRESSED:
        return evidence.least_squares(lags)
    return None


def age_predictors(evidence: Evidence) -> list[Estimate]:
    """Estimate predictors that also receive the number of steps since the start of the episode."""
    if evidence.codes is None:
        return []
    tables = (evidence.table(evidence.groups(tuple(range(length)), AGED)) for length in range(3))
    return [table for table in tables if table is not None]


def table_fits(evidence: Evidence, depth: int) -> bool:
    """Whether the data suffices for a table of all windows of ``depth`` steps."""
    alphabet = evidence.alphabet
    return alphabet is not None and depth * np.log(alphabet) < np.log(evidence.fitted.sum() / EACH)


def declared_lags(task: AbstractTask) -> Lags:
    """The lags that a task declares; empty if it declares none."""
    lags = getattr(task, "lags", ())
    return tuple(lags) if isinstance(lags, tuple) and all(isinstance(lag, int) and lag >= 0 for lag in lags) else ()


def _tried(task: AbstractTask, evidence: Evidence, depth: int) -> Iterator[Lags]:
    if evidence.codes is None:
        yield from (tuple(range(length)) for length in (*REGRESSED_LENGTHS, depth) if length <= depth)
        return
    for length in range(1, min(depth, LONGEST) + 1):
        if table_fits(evidence, length):
            yield tuple(range(length))
    declared = tuple(lag for lag in declared_lags(task) if lag < depth)
    if declared:
        yield declared
    elif not table_fits(evidence, depth):
        yield from _helpful(evidence, depth)


def _helpful(evidence: Evidence, depth: int) -> Iterator[Lags]:
    """The most predictive pair of lags, then this pair extended by the best third lag, and by the best fourth."""
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

    def score(lags: Sequence[int]) -> float:
        code = np.zeros(len(seen), np.int64)
        for lag in lags:
            code = code * base + past[lag]
        return _explained(code, targets)

    chosen: Lags = max(combinations(near, 2), key=score)
    yield chosen
    while len(chosen) < TOGETHER and base ** (len(chosen) + 1) < len(seen):
        chosen = tuple(
            sorted((*chosen, max((lag for lag in near if lag not in chosen), key=lambda n: score((*chosen, n)))))
        )
        yield chosen


def _numbers(evidence: Evidence) -> NDArray[np.float64] | None:
    """The targets as numbers (N, C), one-hot for classes; None if there are too many classes."""
    if evidence.kind != "class":
        return evidence.targets
    if evidence.classes > FEW:
        return None
    return np.eye(evidence.classes)[evidence.targets[:, 0].astype(np.int64)]


def _explained(groups: NDArray[Any], targets: NDArray[np.float64]) -> float:
    """The explained sum of squares: the sum over groups of the group's size times its squared mean."""
    sizes = np.bincount(groups)
    return sum(float((np.bincount(groups, column) ** 2 / np.maximum(sizes, 1)).sum()) for column in targets.T)
