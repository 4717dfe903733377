"""Learning the next rows of a stream, in the unit of their targets or in a running one.

Axis letters: T rows, F features, O outputs.
"""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import assert_all_finite

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks.estimators.data.target_scale import ROUNDING, WARM_UP, Numbers, RunningMoments, TargetScale
from seqtasks.estimators.training.fitted_network import FittedNetwork


def stream_learner(fitted: FittedNetwork) -> AbstractStreamLearner:
    """The learner of the network; the estimator has checked its type."""
    return cast(AbstractStreamLearner, fitted.learner)


def learn_rows(
    fitted: FittedNetwork, rows: Array, targets: Array, starts: NDArray[np.bool_], first: int = 0, weight: float = 1.0
) -> Array:
    """Learn rows (T, F) with targets (T, O); returns the outputs before each update, (T, O).

    Args:
        fitted: The network.
        rows: (T, F).
        targets: (T, O), or classes (T, 1).
        starts: (T,), whether an episode starts.
        first: The index of the first of these rows in the call, for the message.
        weight: 1, or 0 to go over the rows without learning.

    Raises:
        ValueError: If a loss or a number in the state of the training is not finite.
    """
    weights = np.full((1, len(rows)), weight, rows.dtype)
    (losses,), (outputs,) = stream_learner(fitted).follow(Chunk(rows[None], targets[None], weights, starts[None]))
    diverged = np.flatnonzero(~np.isfinite(losses))
    if diverged.size:
        raise ValueError(
            f"The training diverged: the loss of row {first + diverged[0]} is {losses[diverged[0]]}. Scale the "
            "features of X, for example by StandardScaler(), or lower learning_rate; a regressor scales its targets "
            "with target_scale='auto'."
        )
    fitted.check_finite()
    return np.asarray(outputs)


def learn_scaled_rows(
    fitted: FittedNetwork,
    rows: Array,
    targets: Numbers,
    starts: NDArray[np.bool_],
    before: tuple[TargetScale, RunningMoments],
) -> tuple[Numbers, tuple[TargetScale, RunningMoments]]:
    """Learn rows in a unit that follows the moments of their targets.

    Ten rows, or more until targets differ, set the unit; of these only the last is learned. From there on the unit
    changes before a row at which the moments, that row included, are out of proportion to it; and the readout changes
    with it, so that all predictions stay. A network whose readout cannot change keeps the first unit. Nothing depends
    on how rows are cut into calls.

    Args:
        fitted: The network.
        rows: (T, F).
        targets: (T, O), in the unit of y.
        starts: (T,), whether an episode starts.
        before: The unit and the moments before the rows.

    Returns:
        The predictions (T, O) of each row before it was learned, in the unit of y; and the unit and the moments after
        the rows.

    Raises:
        ValueError: If a loss is not finite, or a target is too far from those before it.
    """
    unit, moments = before
    if targets.size == 1 and unit.is_learned:
        one = _in_this_unit(unit, moments, targets.item(), rows.dtype)
        if one is not None:
            z, after_one = one
            return unit.decode(learn_rows(fitted, rows, z, starts)), (unit, after_one)
    means, spreads, after = moments.prefixes(targets)
    predictions = np.concatenate([unit.mean[None], means[:-1]])  # of rows before any is learned
    varied = np.concatenate([moments.mean_and_spread[1][None], spreads[:-1]]) > 0
    first, unpredicted = 0, 0
    if not unit.is_learned:
        first = _pass_warm_up(fitted, rows, starts, moments.count, spreads)
        if first == len(rows):
            return predictions, (TargetScale(means[-1], unit.scale), after)
        unit, unpredicted = TargetScale.first(means[first], spreads[first]), first + 1
    fixed = False
    while first < len(rows):
        if not fixed and unit.outgrown(means[first], spreads[first]).any():
            new = TargetScale.of(means[first], spreads[first], unit.scale)
            fixed = not stream_learner(fitted).rescale_outputs(*unit.to(new))
            if not fixed:
                _check_jump(unit, new, varied[first], targets[first], first, rows.dtype)
                unit = new
        ahead = slice(first + 1, first + 1 if fixed else None)
        ends = np.flatnonzero(unit.outgrown(means[ahead], spreads[ahead]))
        last = first + 1 + int(ends[0]) if len(ends) else len(rows)
        z = encode(unit, targets[first:last], rows.dtype)
        outputs = unit.decode(learn_rows(fitted, rows[first:last], z, starts[first:last], first))
        predictions[max(first, unpredicted) : last] = outputs[max(0, unpredicted - first) :]
        first = last
    return predictions, (unit, after)


def _in_this_unit(
    unit: TargetScale, moments: RunningMoments, target: float, dtype: Any
) -> tuple[Array, RunningMoments] | None:
    """One target (1, 1) for the network, and the moments after it, or None if they outgrow the unit.

    Most rows that come one by one end here. Arrays of one element would take longer than all other checks of a row.
    """
    found = moments.with_one(target)
    if found is None:
        return None
    mean, spread, after = found
    z = unit.takes_one(target, mean, spread)
    return None if z is None else (np.array([[z]], dtype), after)


def encode(unit: TargetScale, targets: Numbers, dtype: Any) -> Array:
    """Targets (T, O) for a network of this dtype.

    Raises:
        ValueError: If one is not finite there.
    """
    with np.errstate(over="ignore"):  # the check below raises an error
        z = unit.encode(targets).astype(dtype)
    assert_all_finite(z, input_name="y")
    return z


def _pass_warm_up(fitted: FittedNetwork, rows: Array, starts: NDArray[np.bool_], count: int, spreads: Numbers) -> int:
    """Go over the rows that are not learned; the index of the first that is, or T."""
    ready = (count + 1 + np.arange(len(rows)) >= WARM_UP) & (spreads > 0).any(axis=1)
    first = int(ready.argmax()) if ready.any() else len(rows)
    if first:
        nothing = np.zeros((first, spreads.shape[1]), rows.dtype)
        learn_rows(fitted, rows[:first], nothing, starts[:first], weight=0.0)
    return first


def _check_jump(
    old: TargetScale, new: TargetScale, varied: NDArray[np.bool_], target: Numbers, row: int, dtype: Any
) -> None:
    """Check that the rounding of the new unit is small in the old one, if that came from targets that varied."""
    wide = varied & (new.scale > old.scale * ROUNDING / np.finfo(dtype).eps)
    if wide.any():
        raise ValueError(
            f"y of row {row} is {target[wide][0]:.3g}, and the targets before it have mean {old.mean[wide][0]:.3g} and "
            f"standard deviation {old.scale[wide][0]:.3g}: {np.dtype(dtype).name} cannot represent both. Correct or "
            "leave out the row, or fit again in its unit."
        )
