"""Checks that targets depend on past inputs as the task declares, from the inputs and targets of a stream."""

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
MANY: Final = 64  # lanes of a search for rare events
SAME: Final = 1e-6
HALF: Final = 0.5  # of a bit


def law(task: AbstractTask) -> None:
    """If the task declares a law and lags, targets follow the law, and no target depends on a later input."""
    law_of, lags, x, chunk = _declared_law(task)
    past, kind, compared = max(lags), task.shapes.kind, chunk.weights > 0
    expected = np.asarray(law_of(_lagged(x, lags)), np.float64)
    found = chunk.targets[:, past:, 0].astype(np.float64)
    if kind == "binary":
        counted = compared[:, past:]
        follows = _drawn(found[counted], expected[counted])
    else:
        follows = bool((np.abs(found - expected) <= SAME * (1 + np.abs(expected)))[compared[:, past:]].all())
    expect(
        follows,
        "The targets of the stream differ from the law of its inputs at the declared lags.",
        "Apply the law in the stream. AbstractLagTask does this if you do not override its stream.",
    )
    changed = x.copy()
    at = past + (x.shape[1] - past) // 2
    changed[:, at] += 1
    if x.dtype.kind == "i":
        changed[:, at] %= max(2, int(x.max()) + 1)
    moved = np.asarray(law_of(_lagged(changed, lags)), np.float64) != expected
    expect(
        not moved[:, : at - past].any(),
        f"Different inputs at step {at} change targets of earlier steps.",
        "Write the law elementwise: Compute the target of a step only from the inputs at its lags.",
    )


def _drawn(bits: NDArray[np.float64], chances: NDArray[np.float64]) -> bool:
    """Whether bits (N,) are consistent with probabilities, in their number and in their correlation with these.

    By Bernstein's inequality, which also holds for rare ones, a sum of independent terms that deviate from their means
    by at most 1 and have a total variance v exceeds its mean by l/3 + sqrt(l^2/9 + 2 l v) with a probability of at most
    exp(-l).
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


def input_matters(task: AbstractTask, lag: int) -> bool:
    """Whether the task declares a law that depends on the input at this lag, however rarely."""
    try:
        law_of, lags, x, _ = _declared_law(task, MANY)
    except DoesNotApply:
        return False
    if lag not in lags:
        return False
    inputs = _lagged(x, lags)
    others = {**inputs, lag: inputs[lag][::-1]}  # the inputs of another lane
    return bool((np.abs(np.asarray(law_of(inputs), float) - np.asarray(law_of(others), float)) > SAME).any())


def causality(task: AbstractTask) -> None:
    """If the optimum is 0, sequences with equal inputs up to a step have equal targets at that step."""
    if task.yardsticks().optimum != 0:
        raise DoesNotApply(
            "The optimum is not 0, so the target may depend on more than past inputs. optimum-reached measures how "
            "well past inputs determine it."
        )
    chunk = task.stream(7, LANES).take(STEPS)
    alone = ~chunk.starts[:, 1:].any(axis=1)  # lanes with a single episode
    compared = 0
    for t in range(STEPS):
        rows = np.flatnonzero(alone & (chunk.weights[:, t] > 0))
        if not len(rows):
            continue
        groups = np.unique(chunk.inputs[rows, : t + 1].reshape(len(rows), -1), axis=0, return_inverse=True)[1].ravel()
        compared += len(rows) - len(np.unique(groups))
        _agree(chunk.targets[rows, t].astype(np.float64), groups, rows, t)
    if not compared:
        raise DoesNotApply(f"No two of {LANES} sequences have equal inputs up to a step of positive weight.")


def _agree(targets: Any, groups: Any, rows: Any, t: int) -> None:
    order = np.argsort(groups, kind="stable")
    neighbours = groups[order][1:] == groups[order][:-1]
    apart = np.abs(targets[order][1:] - targets[order][:-1]).max(axis=1) > SAME * (1 + np.abs(targets).max())
    different = np.flatnonzero(neighbours & apart)
    if different.size:
        one, other = rows[order[different[0]]], rows[order[different[0] + 1]]
        a, b = targets[order[different[0]]], targets[order[different[0] + 1]]
        raise CheckFailure(
            f"Lanes {one} and {other} have equal inputs up to step {t} but different targets there: {a} and {b}.",
            "Compute the target only from past and present inputs. If it depends on future or hidden values, declare "
            "the optimum that past inputs allow.",
        )


def _declared_law(task: AbstractTask, lanes: int = 4) -> tuple[Callable[[Any], Any], tuple[int, ...], Any, Chunk]:
    """The law, its lags, the inputs (B, T) of a stream (as integers if all are whole), and the chunk of the stream."""
    law_of, lags = getattr(task, "law", None), getattr(task, "lags", None)
    if not callable(law_of) or not isinstance(lags, tuple) or not lags:
        raise DoesNotApply("The task declares no law with lags.")
    chunk = task.stream(5, lanes).take(max(lags) + LAW_STEPS)
    if chunk.inputs.shape[-1] != 1:
        raise DoesNotApply("The task has more than one input per step.")
    x = chunk.inputs[..., 0]
    return law_of, lags, x.astype(np.int64) if np.array_equal(x, np.round(x)) else x, chunk


def _lagged(x: Any, lags: tuple[int, ...]) -> dict[int, Any]:
    past, steps = max(lags), x.shape[1]
    return {lag: x[:, past - lag : steps - lag] for lag in lags}
