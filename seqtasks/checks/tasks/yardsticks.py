"""Whether the losses that a task is judged by are those that predictors reach: estimated from its data.

An interval holds what it should but for once in three million times, by Student's law; what a fit loses for having seen
so few steps is added above.
"""

from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.checks.check import CheckFailure, DoesNotApply, expect
from seqtasks.checks.tasks.evidence import Estimate, Evidence, best, evidence, margin
from seqtasks.checks.tasks.past import decides
from seqtasks.checks.tasks.windows import LONGEST, aged, predictors, seeing, told_lags, whole
from seqtasks.core.loss import step_losses
from seqtasks.core.task import AbstractTask, Chunk, Yardsticks

ROUNDING: Final = 1e-6
REACHED: Final = 0.02  # of chance - optimum: what counts as the optimum
WORTH: Final = 0.01  # of chance - optimum: what the farthest input has to be worth to be seen
FEWEST: Final = 8  # lanes of which one half is fitted to and the other judged on, or steps
BLOCKS: Final = 32  # of steps one after another, taken for independent
PIECE, MOST, ENOUGH = 500, 100_000, 5000  # steps taken at a time, at most, and counted ones that are enough
PERSISTENT: Final = 24  # steps back at which the last known target is looked for


def ordered(task: AbstractTask) -> None:
    """Chance, memoryless and optimum are finite, no predictor that sees more is worse, and skill can be told."""
    sticks = task.yardsticks()
    known = [(n, v) for n in ("chance", "memoryless", "optimum") if (v := getattr(sticks, n)) is not None]
    expect(
        all(np.isfinite(value) and value >= 0 for _, value in known),
        f"The yardsticks are {_told(sticks)}.",
        "Losses are finite and not negative; None is for what is not known.",
    )
    for (name, value), (better, less) in pairwise(known):
        expect(
            value >= less - ROUNDING,
            f"{name} is {value:g} and {better}, which sees more, {less:g}.",
            "Compute both again: a predictor that sees more is never worse.",
        )
    expect(
        sticks.chance > (sticks.optimum or 0.0),
        f"chance and optimum are both {sticks.chance:g}: there is nothing to learn, and no skill.",
        "Choose settings under which the inputs say something about the target.",
    )


def chance(task: AbstractTask) -> None:
    """The best constant, fitted to data, loses what the task says."""
    sticks = task.yardsticks()
    if sticks.optimum is None:
        _chance_at_most(task, sticks.chance)
        return
    found = _evidence(task).table()
    if found is None:
        raise DoesNotApply("Too few steps count.")
    _agrees(sticks.chance, found, "chance", "The best constant", sticks)


def _chance_at_most(task: AbstractTask, declared: float) -> None:
    """Where the optimum is unknown, chance may be the better of the constant and the last known target."""
    shapes, test = task.shapes, task.test(0)
    seen, counted = _seen(task, test), test.weights > 0
    if min(len(seen), counted.sum()) < FEWEST:
        raise DoesNotApply("Too few steps count.")
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
        f"chance is declared as {declared:g}; the best constant loses {constant:g}, within {within:.2g}.",
        "Declare the loss of the better of the best constant and, for a real target, the last one known.",
    )


def _seen(task: AbstractTask, test: Chunk) -> NDArray[Any]:
    """Targets (N, O) of steps that count in a stream: some thousand, if they come within a hundred thousand steps."""
    stream = task.stream(0, max(2, min(test.lanes, 8)))
    found: list[NDArray[Any]] = []
    for _ in range(MOST // PIECE):
        piece = stream.take(PIECE)
        found.append(piece.targets[piece.weights > 0])
        if sum(map(len, found)) >= ENOUGH:
            break
    return np.concatenate(found)


def _persistent(test: Chunk) -> list[float]:
    """What the targets of some steps ago lose as predictions, at the lower end of the interval."""
    found = []
    for lag in range(1, min(PERSISTENT, test.steps - 1) + 1):
        counted = test.weights[:, lag:] > 0
        losses = np.square(test.targets[:, lag:] - test.targets[:, :-lag]).mean(axis=-1)[counted]
        if losses.size:
            found.append(float(losses.mean() - margin(losses.std() / np.sqrt(losses.size), losses.size)))
    return found


def memoryless(task: AbstractTask) -> None:
    """The best predictor that sees only the present input loses what the task says, and none loses less."""
    sticks, seen = task.yardsticks(), _evidence(task)
    if sticks.memoryless is None:
        raise DoesNotApply("memoryless is declared as unknown.")
    found = seeing(seen, (0,))
    if found is None:
        raise DoesNotApply("The inputs are too many to be told apart, and the target is no number to be regressed.")
    if seen.codes is not None:
        _agrees(sticks.memoryless, found, "memoryless", "The best predictor that sees the present input", sticks)
    else:
        _not_beaten(sticks.memoryless, found, "memoryless", "A linear function of the present input", sticks)


def optimum_unbeaten(task: AbstractTask) -> None:
    """No predictor that was fitted to the past, of any length tried, loses less than the optimum."""
    sticks, seen = task.yardsticks(), _evidence(task)
    if sticks.optimum is None:
        raise DoesNotApply("optimum is declared as unknown.")
    found = predictors(task, seen, _farthest(task))
    for lags, estimate in found.items():
        _not_beaten(sticks.optimum, estimate, "optimum", f"A predictor that sees the inputs {_at(lags)}", sticks)
    for estimate in aged(seen):
        _not_beaten(sticks.optimum, estimate, "optimum", "A predictor that knows the time since the start", sticks)
    if not found:
        raise DoesNotApply("No predictor that is tried here can be fitted to such inputs and targets.")


def optimum_reached(task: AbstractTask) -> None:
    """A predictor that was fitted to the past loses no more than the optimum, where depth is known and small enough."""
    sticks, seen, depth = task.yardsticks(), _evidence(task), task.depth
    if sticks.optimum is None:
        raise DoesNotApply("optimum is declared as unknown.")
    found = predictors(task, seen, _farthest(task))
    if found and _reaches(best(list(found.values())), sticks):
        return
    if depth is None or not found or not (whole(seen, depth) or (told_lags(task) in found and seen.codes is not None)):
        windows = "depth is declared as unknown" if depth is None else f"windows of {depth} steps have too many cases"
        raise DoesNotApply(f"No predictor that is tried here gets there, and {windows}.")
    lags, closest = min(found.items(), key=lambda item: item[1].loss)
    raise CheckFailure(
        f"optimum is declared as {sticks.optimum:g}; the best of {len(found)} predictors, which sees the inputs "
        f"{_at(lags)}, loses {closest.loss:g}, within {closest.margin:.2g}.",
        "Declare what the past and present inputs can tell of the target, not what the future or hidden numbers could; "
        "or the depth that it takes.",
    )


def depth(task: AbstractTask) -> None:
    """Windows of the declared depth reach the optimum, and windows one step shorter do not."""
    sticks, seen, depth = task.yardsticks(), _evidence(task), task.depth
    if depth is None or sticks.optimum is None:
        raise DoesNotApply(f"{'depth' if depth is None else 'optimum'} is declared as unknown.")
    expect(depth >= 1, f"depth is declared as {depth}.", "A task that needs no memory has depth 1.")
    within = predictors(task, seen, depth)
    if not within:
        raise DoesNotApply("No predictor that is tried here can be fitted to such inputs and targets.")
    lags, reached = min(within.items(), key=lambda item: item[1].loss)
    if not _reaches(reached, sticks):
        beyond = predictors(task, seen, _farthest(task))
        farther, there = min(beyond.items(), key=lambda item: item[1].loss)
        expect(
            not _reaches(there, sticks),
            f"depth is declared as {depth}, and predictors that see as much lose {reached.loss:g}; seeing the inputs "
            f"{_at(farther)} they reach the optimum, {there.loss:g}.",
            f"Declare the depth {max(farther) + 1}: the longest lag + 1.",
        )
        raise DoesNotApply("No window that can be fitted reaches the optimum, of the declared depth or longer.")
    if depth == 1:
        return
    shorter = predictors(task, seen, depth - 1)
    without = seeing(seen, tuple(lag for lag in lags if lag < depth - 1)) if depth - 1 in lags else reached
    rivals = [*shorter.values(), *([without] if without is not None else [])]
    if not rivals:
        raise DoesNotApply("No shorter window can be fitted.")
    rival = best(rivals)
    gain, half = rival.gain(reached)
    gap = sticks.chance - sticks.optimum
    expect(
        gain > half or gain + half > WORTH * gap or decides(task, depth - 1),
        f"depth is declared as {depth}, and predictors that see one input less lose as little: {rival.loss:g} beside "
        f"{reached.loss:g}, of {gap:g} from chance to the optimum.",
        "Declare the longest lag + 1; or, where inputs that lie so far back decide hardly ever, less or None.",
    )


def _evidence(task: AbstractTask) -> Evidence:
    """The task's evidence, if its test data have several lanes."""
    found = evidence(task)
    if found.lanes < FEWEST:
        raise DoesNotApply(f"The test data of two seeds are {found.lanes} lanes in all, too few for an interval.")
    return found


def _farthest(task: AbstractTask) -> int:
    """How many inputs the longest predictors see: some more than the task's depth."""
    return max(LONGEST, (task.depth or 0) + 1)


def _reaches(found: Estimate, sticks: Yardsticks) -> bool:
    gap = sticks.chance - (sticks.optimum or 0.0)
    return found.loss - (sticks.optimum or 0.0) <= found.margin + found.excess + REACHED * gap


def _agrees(declared: float, found: Estimate, name: str, who: str, sticks: Yardsticks) -> None:
    _not_beaten(declared, found, name, who, sticks)
    tolerance = found.margin + 2 * found.excess + _rounding(sticks)
    expect(
        found.loss <= declared + tolerance,
        f"{name} is declared as {declared:g}; {who[:1].lower()}{who[1:]} loses {found.loss:g}, within {tolerance:.2g}.",
        f"Declare {found.loss:.3g}, or what it is exactly, per step that counts in the data of test().",
    )


def _not_beaten(declared: float, found: Estimate, name: str, who: str, sticks: Yardsticks) -> None:
    tolerance = found.margin + _rounding(sticks)
    expect(
        found.loss >= declared - tolerance,
        f"{name} is declared as {declared:g}; {who[:1].lower()}{who[1:]} loses less: {found.loss:g}, "
        f"within {tolerance:.2g}.",
        "Compute it again: no predictor can lose less than the best does.",
    )


def _rounding(sticks: Yardsticks) -> float:
    return ROUNDING + 1e-3 * (sticks.chance - (sticks.optimum or 0.0))


def _at(lags: tuple[int, ...]) -> str:
    window = lags == tuple(range(len(lags)))
    if window:
        return f"of the last {len(lags)} steps" if len(lags) > 1 else "of the present step"
    return f"at the lags {', '.join(map(str, lags))}"


def _told(sticks: Yardsticks) -> str:
    return f"chance {sticks.chance}, memoryless {sticks.memoryless}, optimum {sticks.optimum}"
