"""Whether targets are laws of the past: what can be shown of that from outside, where a stream gives x and y only."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.checks.check import CheckFailure, DoesNotApply, expect
from seqtasks.checks.tasks.evidence import TAIL
from seqtasks.core.task import AbstractTask, Chunk

LANES: Final = 4096
STEPS: Final = 12
LAW_STEPS: Final = 2000
MANY: Final = 64  # lanes, where one that is rare is looked for
SAME: Final = 1e-6
HALF: Final = 0.5  # of a bit


def law(task: AbstractTask) -> None:
    """Where a task tells its law and lags, targets are the law's, and an input moves no target before its own step."""
    law_of, lags, x, chunk = _told(task)
    past, kind, compared = max(lags), task.shapes.kind, chunk.weights > 0
    expected = np.asarray(law_of(_lagged(x, lags)), np.float64)
    found = chunk.targets[:, past:, 0].astype(np.float64)
    if kind == "binary":
        counted = compared[:, past:]
        kept = _drawn(found[counted], expected[counted])
    else:
        kept = bool((np.abs(found - expected) <= SAME * (1 + np.abs(expected)))[compared[:, past:]].all())
    expect(
        kept,
        "Targets of the stream are not what the law makes of its inputs at its lags.",
        "Let the stream apply the law: AbstractLagTask does, where stream is left to it.",
    )
    changed = x.copy()
    at = past + (x.shape[1] - past) // 2
    changed[:, at] += 1
    if x.dtype.kind == "i":
        changed[:, at] %= max(2, int(x.max()) + 1)
    moved = np.asarray(law_of(_lagged(changed, lags)), np.float64) != expected
    expect(
        not moved[:, : at - past].any(),
        f"When the inputs of step {at} change, so do targets of steps before it.",
        "Write the law elementwise: the target of a step from the inputs at its lags, and nothing along time.",
    )


def _drawn(bits: NDArray[np.float64], chances: NDArray[np.float64]) -> bool:
    """Whether the bits (N,) can have been drawn with such chances: as many ones, and where they are likelier.

    By Bernstein's inequality, which holds for rare ones as well, a sum of terms within 1 of their means and of variance
    v in all is beyond l/3 + sqrt(l^2/9 + 2 l v) with a probability of at most exp(-l).
    """
    if ((chances < SAME) & (bits > HALF)).any() or ((chances > 1 - SAME) & (bits < HALF)).any():
        return False
    unlikely = -np.log(TAIL)
    for lever in (np.ones_like(chances), chances - chances.mean()):
        moved = abs(float((lever * (bits - chances)).sum()))
        variance = float((lever**2 * chances * (1 - chances)).sum())
        if moved > unlikely / 3 + np.sqrt(unlikely**2 / 9 + 2 * unlikely * variance):
            return False
    return True


def decides(task: AbstractTask, lag: int) -> bool:
    """Whether the task tells a law in which the input at this lag decides something, be it rarely."""
    try:
        law_of, lags, x, _ = _told(task, MANY)
    except DoesNotApply:
        return False
    if lag not in lags:
        return False
    inputs = _lagged(x, lags)
    others = {**inputs, lag: inputs[lag][::-1]}  # those of another lane
    return bool((np.abs(np.asarray(law_of(inputs), float) - np.asarray(law_of(others), float)) > SAME).any())


def causality(task: AbstractTask) -> None:
    """Where the past is said to decide the target, sequences whose inputs agree up to a step agree in its target."""
    if task.yardsticks().optimum != 0:
        raise DoesNotApply(
            "The past is not said to decide the target, which may lie in the future then; what the past tells of it is "
            "what optimum-reached measures."
        )
    chunk = task.stream(7, LANES).take(STEPS)
    alone = ~chunk.starts[:, 1:].any(axis=1)  # lanes whose whole past is seen
    compared = 0
    for t in range(STEPS):
        rows = np.flatnonzero(alone & (chunk.weights[:, t] > 0))
        if not len(rows):
            continue
        groups = np.unique(chunk.inputs[rows, : t + 1].reshape(len(rows), -1), axis=0, return_inverse=True)[1].ravel()
        compared += len(rows) - len(np.unique(groups))
        _agree(chunk.targets[rows, t].astype(np.float64), groups, rows, t)
    if not compared:
        raise DoesNotApply(f"No two of {LANES} sequences agree in their inputs up to a step that counts.")


def _agree(targets: Any, groups: Any, rows: Any, t: int) -> None:
    order = np.argsort(groups, kind="stable")
    neighbours = groups[order][1:] == groups[order][:-1]
    apart = np.abs(targets[order][1:] - targets[order][:-1]).max(axis=1) > SAME * (1 + np.abs(targets).max())
    different = np.flatnonzero(neighbours & apart)
    if different.size:
        one, other = rows[order[different[0]]], rows[order[different[0] + 1]]
        a, b = targets[order[different[0]]], targets[order[different[0] + 1]]
        raise CheckFailure(
            f"Lanes {one} and {other} have the same inputs up to step {t} and other targets there: {a} and {b}.",
            "Make the target of past and present inputs only; if it is of the future or of hidden numbers, declare the "
            "optimum that the past allows.",
        )


def _told(task: AbstractTask, lanes: int = 4) -> tuple[Callable[[Any], Any], tuple[int, ...], Any, Chunk]:
    """The law and the lags; inputs (B, T) of a stream, integers where all are whole as bits are; and the chunk."""
    law_of, lags = getattr(task, "law", None), getattr(task, "lags", None)
    if not callable(law_of) or not isinstance(lags, tuple) or not lags:
        raise DoesNotApply("The task tells no law with lags.")
    chunk = task.stream(5, lanes).take(max(lags) + LAW_STEPS)
    if chunk.inputs.shape[-1] != 1:
        raise DoesNotApply("The law is not of one input a step.")
    x = chunk.inputs[..., 0]
    return law_of, lags, x.astype(np.int64) if np.array_equal(x, np.round(x)) else x, chunk


def _lagged(x: Any, lags: tuple[int, ...]) -> dict[int, Any]:
    past, steps = max(lags), x.shape[1]
    return {lag: x[:, past - lag : steps - lag] for lag in lags}
