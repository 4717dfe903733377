"""Checks of the declared losses of reference predictors, against predictors fitted to the task's data.

The true value lies beyond one end of a confidence interval with a probability of 2.9e-7, by Student's t-distribution.
The upper end also includes the excess loss of a fit to a finite number of steps.
"""

from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.checks.check import CheckFailure, DoesNotApply, expect
from seqtasks.checks.tasks.evidence import Estimate, Evidence, best, evidence, margin
from seqtasks.checks.tasks.past import input_matters
from seqtasks.checks.tasks.windows import LONGEST, age_predictors, declared_lags, fit_predictor, predictors, table_fits
from seqtasks.core.loss import step_losses
from seqtasks.core.task import AbstractTask, Chunk, Yardsticks

ROUNDING: Final = 1e-6
REACHED: Final = 0.02  # of chance - optimum: tolerance at which a loss reaches the optimum
WORTH: Final = 0.01  # of chance - optimum: smallest detectable contribution of the farthest input
FEWEST: Final = 8  # fewest lanes (one half for fits, the other for evaluation), or steps
BLOCKS: Final = 32  # of consecutive steps, treated as independent
PIECE, MOST, ENOUGH = 500, 100_000, 5000  # steps per chunk, most steps, and sufficient steps of positive weight
PERSISTENT: Final = 24  # longest lag of a target that predicts the present one


def ordered(task: AbstractTask) -> None:
    """Chance, memoryless and optimum are finite, do not increase in this order, and chance exceeds the optimum."""
    sticks = task.yardsticks()
    known = [(n, v) for n in ("chance", "memoryless", "optimum") if (v := getattr(sticks, n)) is not None]
    expect(
        all(np.isfinite(value) and value >= 0 for _, value in known),
        f"The yardsticks are {_listed(sticks)}.",
        "Declare finite losses that are not negative, and None for an unknown loss.",
    )
    for (name, value), (better, less) in pairwise(known):
        expect(
            value >= less - ROUNDING,
            f"{name} is {value:g}, but {better}, which uses more inputs, is {less:g}.",
            "Recompute both. The best predictor from more inputs is never worse.",
        )
    expect(
        sticks.chance > (sticks.optimum or 0.0),
        f"chance and optimum are both {sticks.chance:g}: There is nothing to learn, and skill is undefined.",
        "Choose settings for which the target depends on the inputs.",
    )


def chance(task: AbstractTask) -> None:
    """The best constant, fitted to data, has the declared loss."""
    sticks = task.yardsticks()
    if sticks.optimum is None:
        _chance_at_most(task, sticks.chance)
        return
    found = _evidence(task).table()
    if found is None:
        raise DoesNotApply("Too few steps have a positive weight.")
    _agrees(sticks.chance, found, "chance", "The best constant", sticks)


def _chance_at_most(task: AbstractTask, declared: float) -> None:
    """If the optimum is unknown, chance may be the smaller loss of the constant and the last known target."""
    shapes, test = task.shapes, task.test(0)
    seen, counted = _seen(task, test), test.weights > 0
    if min(len(seen), counted.sum()) < FEWEST:
        raise DoesNotApply("Too few steps have a positive weight.")
    if shapes.kind == "real":
        guess = seen.mean(axis=0)
    elif shapes.kind == "binary":
        share = seen.mean(axis=0).clip(1e-6, 1 - 1e-6)
        guess = np.log(share / (1 - share))
    else:
        guess = np.log(np.bincount(seen[:, 0], minlength=shapes.outputs) + 1e-6)
    losses = step_losses(shapes.kind, test.targets, np.broadcast_to(guess, (*test.weights.shape, len(guess))))
    constant = float(losses[counted].mean())
    blocks = [float(block.mean()) for block in np.array_split(losses[counted], min(BLOCKS, counted.sum()))]
    within = margin(float(np.std(blocks, ddof=1) / np.sqrt(len(blocks))), len(blocks))
    spread = float(np.var(seen, axis=0).mean()) if shapes.kind == "real" else shapes.outputs / 2
    low, high = constant - within - 2 * spread / len(seen), constant + within
    if shapes.kind == "real":
        low = min([low, *_persistent(test)])
    expect(
        low - ROUNDING <= declared <= high + ROUNDING,
        f"The declared chance is {declared:g}, but the best constant has loss {constant:g} (± {within:.2g}).",
        "Declare the loss of the best constant or, for a real target, of the last known target, if that is smaller.",
    )


def _seen(task: AbstractTask, test: Chunk) -> NDArray[Any]:
    """At least ENOUGH targets (N, O) of positive weight from a stream, or all of MOST steps."""
    stream = task.stream(0, max(2, min(test.lanes, 8)))
    found: list[NDArray[Any]] = []
    for _ in range(MOST // PIECE):
        piece = stream.take(PIECE)
        found.append(piece.targets[piece.weights > 0])
        if sum(map(len, found)) >= ENOUGH:
            break
    return np.concatenate(found)


def _persistent(test: Chunk) -> list[float]:
    """The losses of earlier targets as predictions, at the lower ends of their intervals, one for each lag."""
    found = []
    for lag in range(1, min(PERSISTENT, test.steps - 1) + 1):
        counted = test.weights[:, lag:] > 0
        losses = np.square(test.targets[:, lag:] - test.targets[:, :-lag]).mean(axis=-1)[counted]
        if losses.size:
            found.append(float(losses.mean() - margin(losses.std() / np.sqrt(losses.size), losses.size)))
    return found


def memoryless(task: AbstractTask) -> None:
    """The best predictor from only the present input has the declared loss, and none has a smaller loss."""
    sticks, seen = task.yardsticks(), _evidence(task)
    if sticks.memoryless is None:
        raise DoesNotApply("The task declares memoryless as unknown.")
    found = fit_predictor(seen, (0,))
    if found is None:
        raise DoesNotApply(
            "There are too many distinct inputs for a table, and the target is not real, so least squares do not apply."
        )
    if seen.codes is not None:
        _agrees(sticks.memoryless, found, "memoryless", "The best predictor from the present input", sticks)
    else:
        _not_beaten(sticks.memoryless, found, "memoryless", "A linear function of the present input", sticks)


def optimum_unbeaten(task: AbstractTask) -> None:
    """No predictor that is fitted to past inputs, for any window tried, has a smaller loss than the optimum."""
    sticks, seen = task.yardsticks(), _evidence(task)
    if sticks.optimum is None:
        raise DoesNotApply("optimum is declared as unknown.")
    found = predictors(task, seen, _farthest(task))
    for lags, estimate in found.items():
        _not_beaten(sticks.optimum, estimate, "optimum", f"A predictor from the inputs {_at(lags)}", sticks)
    for estimate in age_predictors(seen):
        _not_beaten(sticks.optimum, estimate, "optimum", "A predictor that also uses the time since the start", sticks)
    if not found:
        raise DoesNotApply("No predictor that is tried here can be fitted to such inputs and targets.")


def optimum_reached(task: AbstractTask) -> None:
    """A predictor that is fitted to past inputs reaches the optimum, if depth is known and small enough."""
    sticks, seen, depth = task.yardsticks(), _evidence(task), task.depth
    if sticks.optimum is None:
        raise DoesNotApply("optimum is declared as unknown.")
    found = predictors(task, seen, _farthest(task))
    if found and _reaches(best(list(found.values())), sticks):
        return
    if (
        depth is None
        or not found
        or not (table_fits(seen, depth) or (declared_lags(task) in found and seen.codes is not None))
    ):
        windows = "the depth is unknown" if depth is None else f"windows of {depth} steps have too many cases"
        raise DoesNotApply(f"No fitted predictor reaches the optimum, and {windows}.")
    lags, closest = min(found.items(), key=lambda item: item[1].loss)
    raise CheckFailure(
        f"The declared optimum is {sticks.optimum:g}, but the best of {len(found)} predictors, from the inputs "
        f"{_at(lags)}, has loss {closest.loss:g} (± {closest.margin:.2g}).",
        "Declare the loss of the best predictor from past and present inputs, without future or hidden values; or "
        "correct the depth.",
    )


def depth(task: AbstractTask) -> None:
    """Predictors from the last depth inputs reach the optimum, and predictors from one input less do not."""
    sticks, seen, depth = task.yardsticks(), _evidence(task), task.depth
    if depth is None or sticks.optimum is None:
        raise DoesNotApply(f"The task declares {'depth' if depth is None else 'optimum'} as unknown.")
    expect(depth >= 1, f"The declared depth is {depth}.", "Declare depth 1 for a task that requires no memory.")
    within = predictors(task, seen, depth)
    if not within:
        raise DoesNotApply("No predictor that is tried here can be fitted to such inputs and targets.")
    lags, reached = min(within.items(), key=lambda item: item[1].loss)
    if not _reaches(reached, sticks):
        beyond = predictors(task, seen, _farthest(task))
        farther, there = min(beyond.items(), key=lambda item: item[1].loss)
        expect(
            not _reaches(there, sticks),
            f"The declared depth is {depth}, but predictors of this depth have loss {reached.loss:g}. Predictors "
            f"from the inputs {_at(farther)} reach the optimum: {there.loss:g}.",
            f"Declare the depth {max(farther) + 1}: the longest lag + 1.",
        )
        raise DoesNotApply("No fitted window reaches the optimum, neither of the declared depth nor longer.")
    if depth == 1:
        return
    shorter = predictors(task, seen, depth - 1)
    without = fit_predictor(seen, tuple(lag for lag in lags if lag < depth - 1)) if depth - 1 in lags else reached
    rivals = [*shorter.values(), *([without] if without is not None else [])]
    if not rivals:
        raise DoesNotApply("No shorter window can be fitted.")
    rival = best(rivals)
    gain, half = rival.gain(reached)
    gap = sticks.chance - sticks.optimum
    expect(
        gain > half or gain + half > WORTH * gap or input_matters(task, depth - 1),
        f"The declared depth is {depth}, but predictors from one input less have nearly the same loss: {rival.loss:g} "
        f"compared with {reached.loss:g}, where chance - optimum is {gap:g}.",
        "Declare the longest lag + 1. If the farthest inputs rarely affect the target, declare less, or None.",
    )


def _evidence(task: AbstractTask) -> Evidence:
    """The evidence of a task, if its test data has enough lanes."""
    found = evidence(task)
    if found.lanes < FEWEST:
        raise DoesNotApply(f"The test data of two seeds has {found.lanes} lanes, too few for a confidence interval.")
    return found


def _farthest(task: AbstractTask) -> int:
    """The number of inputs of the longest predictors, which exceeds the task's depth."""
    return max(LONGEST, (task.depth or 0) + 1)


def _reaches(found: Estimate, sticks: Yardsticks) -> bool:
    gap = sticks.chance - (sticks.optimum or 0.0)
    return found.loss - (sticks.optimum or 0.0) <= found.margin + found.excess + REACHED * gap


def _agrees(declared: float, found: Estimate, name: str, predictor: str, sticks: Yardsticks) -> None:
    _not_beaten(declared, found, name, predictor, sticks)
    tolerance = found.margin + 2 * found.excess + _rounding(sticks)
    expect(
        found.loss <= declared + tolerance,
        f"The declared {name} is {declared:g}. {predictor} has loss {found.loss:g} (± {tolerance:.2g}).",
        f"Declare {found.loss:.3g} or the exact value, averaged over the steps of positive weight in test().",
    )


def _not_beaten(declared: float, found: Estimate, name: str, predictor: str, sticks: Yardsticks) -> None:
    tolerance = found.margin + _rounding(sticks)
    expect(
        found.loss >= declared - tolerance,
        f"The declared {name} is {declared:g}. {predictor} has a smaller loss: {found.loss:g} (± {tolerance:.2g}).",
        f"Recompute {name}, which is the smallest loss that a predictor can reach.",
    )


def _rounding(sticks: Yardsticks) -> float:
    return ROUNDING + 1e-3 * (sticks.chance - (sticks.optimum or 0.0))


def _at(lags: tuple[int, ...]) -> str:
    window = lags == tuple(range(len(lags)))
    if window:
        return f"of the last {len(lags)} steps" if len(lags) > 1 else "of the present step"
    return f"at the lags {', '.join(map(str, lags))}"


def _listed(sticks: Yardsticks) -> str:
    return f"chance {sticks.chance}, memoryless {sticks.memoryless}, optimum {sticks.optimum}"
