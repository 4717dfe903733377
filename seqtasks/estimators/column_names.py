"""Column names of frames, where scikit-learn does not look: in lists of frames, and in frames of time steps."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

# not public, and what validate_data learns and checks the names of one frame by
from sklearn.utils.validation import _check_feature_names, _get_feature_names

from seqtasks.estimators.warning import warn

MOST_SHOWN: Final = 8


def check_names(estimator: Any, sequences: Sequence[Any], reset: bool) -> None:
    """Learn the column names that all sequences share as ``feature_names_in_``, or compare them with those.

    Args:
        estimator: Whose names these are.
        sequences: Frames or arrays (T_i, F), at least one.
        reset: Whether to learn the names.

    Raises:
        ValueError: If sequences differ in their columns, or have others than at fit.
    """
    check_same_names(sequences, "X")
    _check_feature_names(estimator, sequences[0], reset=reset)


def check_same_names(frames: Sequence[Any], name: str) -> None:
    """Check that frames, which are read column by column in order, have the same columns in the same order.

    Raises:
        ValueError: If one has other columns than the first.
    """
    first = _names(frames[0])
    for place, frame in enumerate(frames):
        names = _names(frame)
        if names != first:
            reordered = first and names and sorted(names) == sorted(first)
            hint = f" Select the columns in one order: frame[{first}]." if reordered else ""
            raise ValueError(
                f"Sequence {place} of {name} has {_shown(names)}, and sequence 0 has {_shown(first)}; expected the "
                f"same columns in the same order in all.{hint}"
            )


def warn_of_steps(X: Any) -> None:
    """Warn that the named columns of a frame (n, T) are read as time steps, which may be meant as features."""
    names = _names(X)
    if names is not None and len(names) > 1:
        warn(
            f"X is a frame with {_shown(names)}: each row is read as a sequence, and each column as a time step of it. "
            "If that is meant, pass X.to_numpy(). If the columns are features and the rows are time steps, pass a list "
            f"of frames, one for each sequence, or an array of shape (n, T, {len(names)}).",
        )


def _names(values: Any) -> list[str] | None:
    if isinstance(values, np.ndarray | list | tuple):  # long lists of these are common, and to ask of each takes long
        return None
    names = _get_feature_names(values)
    return None if names is None else list(names)


def _shown(names: list[str] | None) -> str:
    if names is None:
        return "no column names"
    return (
        f"the columns {names}" if len(names) <= MOST_SHOWN else f"{len(names)} columns, {names[0]!r} to {names[-1]!r}"
    )
