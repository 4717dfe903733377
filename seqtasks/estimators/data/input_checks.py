"""Checks of arrays and frames that scikit-learn does not make: masked values, times, and column names of sequences."""

import os
import sys
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import Any, Final

import numpy as np

# not public; validate_data learns and checks the column names of one frame with these
from sklearn.utils.validation import _check_feature_names, _get_feature_names

MOST_NAMES: Final = 8  # in a message
_PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) + os.sep


def check_unmasked(values: Any, name: str) -> None:
    """Check that no value is masked, because conversion to numbers drops the mask.

    Args:
        values: An array, or a list of arrays.
        name: The name of the argument.

    Raises:
        ValueError: If a value is masked.

    Example:
        >>> check_unmasked(np.ma.masked_array([1.0, 2.0]), "X")
    """
    is_list = isinstance(values, list | tuple) or (type(values) is np.ndarray and values.dtype == object)
    parts = values if is_list else [values]
    count = sum(int(np.sum(part.mask)) for part in parts if isinstance(part, np.ma.MaskedArray))
    if count:
        raise ValueError(
            f"{name} has {count} masked values. Fill them, for example with {name}.filled(0), or remove their samples."
        )


def check_no_times(values: Any, name: str) -> None:
    """Check that values are not times, because conversion makes each the count of its unit since 1970.

    Args:
        values: An array.
        name: The name of the argument.

    Raises:
        ValueError: If the array has a time dtype.
    """
    dtype = np.asarray(values).dtype
    if dtype.kind in "mM":
        raise ValueError(
            f"{name} holds times ({dtype}); expected numbers. Pass differences in a unit, for example "
            "(t - t[0]) / np.timedelta64(1, 'D')."
        )


def check_names(estimator: Any, sequences: Sequence[Any], reset: bool) -> None:
    """Set ``feature_names_in_`` to the column names that all sequences share, or compare them with it.

    Args:
        estimator: The estimator that has the names.
        sequences: Frames or arrays (T_i, F), at least one.
        reset: Whether to set the names.

    Raises:
        ValueError: If sequences differ in their columns, or have other columns than at fit.
    """
    check_same_names(sequences, "X")
    _check_feature_names(estimator, sequences[0], reset=reset)


def check_same_names(frames: Sequence[Any], name: str) -> None:
    """Check that frames, whose columns are read in order, have the same columns in the same order.

    Raises:
        ValueError: If a frame has other columns than the first.
    """
    first = _names(frames[0])
    for index, frame in enumerate(frames):
        names = _names(frame)
        if names != first:
            reordered = first and names and sorted(names) == sorted(first)
            hint = f"Select the columns in one order: frame[{first}]." if reordered else "Rename or select the columns."
            raise ValueError(
                f"Sequence {index} of {name} has {_describe(names)}, and sequence 0 has {_describe(first)}; expected "
                f"the same columns in the same order in all sequences. {hint}"
            )


def warn_of_steps(X: Any) -> None:
    """Warn that the named columns of a frame (n, T) are read as time steps, because they may be meant as features."""
    names = _names(X)
    if names is not None and len(names) > 1:
        warn(
            f"X is a frame with {_describe(names)}: each row is read as a sequence, and each column as a time step of "
            "it. If that is meant, pass X.to_numpy(). If the columns are features and the rows are time steps, pass a "
            f"list of frames, one for each sequence, or an array of shape (n, T, {len(names)}).",
        )


def warn(message: str) -> None:
    """Warn with the location of the first caller outside seqtasks.

    Args:
        message: What a user should know, with what to do.
    """
    level = 1  # skip_file_prefixes, which does this, is new in Python 3.12
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, UserWarning, stacklevel=level)


def _names(values: Any) -> list[str] | None:
    if isinstance(values, np.ndarray | list | tuple):  # a list may hold many of these, and _get_feature_names is slow
        return None
    names = _get_feature_names(values)
    return None if names is None else list(names)


def _describe(names: list[str] | None) -> str:
    if names is None:
        return "no column names"
    return (
        f"the columns {names}" if len(names) <= MOST_NAMES else f"{len(names)} columns, {names[0]!r} to {names[-1]!r}"
    )
