"""The checks of the arrays of a user, and the axes of targets."""

from typing import Any

import numpy as np

from seqtasks.diagnosis.objective import Kind
from seqtasks.diagnosis.series import Array
from seqtasks.errors import DataError


def array(values: Any, name: str) -> Array:
    """Values as an array of finite numbers.

    Args:
        values: What the user passed.
        name: Its name in messages.

    Raises:
        DataError: If it is no array of numbers, has no rows, or holds NaN.
    """
    if isinstance(values, list | tuple | dict) and _arrays_in(values):
        raise DataError(
            f"{name} is a {type(values).__name__} of {len(values)} arrays, and explain examines one array.",
            f"Join them along the last axis, or explain a model with one of them as {name}.",
        )
    found = np.asarray(values)
    if found.dtype.kind not in "biuf" or found.ndim == 0:
        raise DataError(
            f"{name} is {type(values).__name__} of {found.dtype}, but explain needs an array of numbers.",
            f"Pass {name} as one NumPy array, such as the first thousands of rows that you fit to.",
        )
    if not len(found):
        raise DataError(f"{name} has no rows.", "Pass the arrays that you passed to fit.")
    bad = int(np.count_nonzero(~np.isfinite(found))) if found.dtype.kind == "f" else 0
    if bad:
        raise DataError(
            f"{bad} of {found.size} numbers in {name} are NaN or infinite, so that every loss is NaN.",
            f"Remove or fill them before you fit: numpy.isfinite({name}).",
        )
    return found


def _arrays_in(values: Any) -> bool:
    each = list(values.values() if isinstance(values, dict) else values)
    return bool(each) and all(hasattr(one, "shape") and getattr(one, "ndim", 0) > 0 for one in each)


def aligned(targets: Array, kind: Kind, outputs: tuple[int | None, ...], steps: int) -> Array:
    """The targets as (N, O), or (N, T, O) if there is one for each step; classes as integers, O = 1.

    Args:
        targets: As ``fit`` received them.
        kind: The kind of the loss.
        outputs: The shape of the outputs of the model.
        steps: T, the steps of the inputs.
    """
    if kind == "class":
        if targets.ndim > 1 and targets.shape[-1] == outputs[-1] and targets.shape[-1] > 1 and _is_one_hot(targets):
            return np.asarray(targets.argmax(axis=-1)[..., None])
        labels = targets.astype(np.intp)
        return labels if labels.ndim > 1 and labels.shape[-1] == 1 else labels[..., None]
    if targets.ndim == 1:
        return targets[:, None]
    # one column for each step, and as many outputs as steps or one of each row: the columns are steps
    columns_are_steps = targets.ndim == 2 and targets.shape[1] == steps > 1 and outputs[-1] == 1  # noqa: PLR2004
    return targets[..., None] if columns_are_steps else targets


def _is_one_hot(targets: Array) -> bool:
    return bool(np.allclose(targets.sum(axis=-1), 1) and targets.min() >= 0)
