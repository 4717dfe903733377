"""What users call y and sample_weight, for sequence estimators: of each sequence, or of each step.

Axis letters: n sequences, T steps (T_i of sequence i), O outputs.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.validation import _check_sample_weight  # not public, and what every estimator of theirs uses

from seqtasks.estimators.inputs import Inputs
from seqtasks.estimators.steps import are_apart, shape_of

VECTOR: Final = 1
MATRIX: Final = 2
ONE_LABEL: Final = "Multi-output classification is not supported: fit a classifier for each label."


def one_each(y: Any, given: Inputs, numeric: bool) -> NDArray[Any]:
    """A target for each sequence: labels (n,), or with ``numeric`` numbers (n,) or (n, O).

    Raises:
        ValueError: If there are targets for each step, or not as many as sequences.
    """
    _refuse_none(y)
    shape = shape_of(y)
    apart = _stand_apart(y)
    if apart or len(shape) > MATRIX or (not numeric and len(shape) == MATRIX and shape[1] != 1):
        shown = "one target for each step" if apart else f"shape {shape}"
        expected = f"one target for each sequence, (n,) = ({len(given.lengths)},)" + (" or (n, O)" if numeric else "")
        by_step = apart or shape[1] == given.values.shape[1]
        hint = " For targets at each step set output='steps'." if by_step else "" if numeric else f" {ONE_LABEL}"
        raise ValueError(f"y has {shown}; expected {expected}.{hint}")
    found = _numbers(y) if numeric else _labels(y)
    check_consistent_length(given.lengths, found)
    return np.asarray(found)


def one_a_step(y: Any, given: Inputs, numeric: bool) -> NDArray[Any]:
    """A target for each step, behind one another: labels (N,), or with ``numeric`` numbers (N,) or (N, O).

    Raises:
        ValueError: If there is not one for each step.
    """
    _refuse_none(y)
    rows = _by_step(y, given, "y", "For one target a sequence set output='sequence'.")
    if not numeric and rows.shape[1:] not in ((), (1,)):
        shown = "arrays (T_i, {})".format(*rows.shape[1:]) if _stand_apart(y) else f"shape {shape_of(y)}"
        raise ValueError(f"y has {shown}; expected one label for each step, {_one_each_step(given)}. {ONE_LABEL}")
    return _numbers(rows) if numeric else _labels(rows)


def weights_each(sample_weight: Any, given: Inputs) -> NDArray[np.float64]:
    """The weight of each sequence, (n,); 1 where none are given.

    Raises:
        ValueError: If there is not one for each, one is negative, or all are 0.
    """
    return _weights(sample_weight, given.lengths)


def weights_a_step(sample_weight: Any, given: Inputs) -> NDArray[np.float64]:
    """The weight of each step, behind one another (N,); where they are each sequence's, (n,), of all its steps.

    Raises:
        ValueError: If there is not one for each, one is negative, or all are 0.
    """
    if sample_weight is None or (len(shape_of(sample_weight)) == VECTOR and not _stand_apart(sample_weight)):
        return np.repeat(weights_each(sample_weight, given), given.lengths)
    rows = _by_step(sample_weight, given, "sample_weight", "One for each sequence, (n,), will do.")
    return _weights(rows, rows)


def _weights(sample_weight: Any, like: NDArray[Any]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = _check_sample_weight(sample_weight, like, dtype=np.float64, ensure_non_negative=True)
    if not found.any():  # scikit-learn says so since 1.8
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return found


def _by_step(values: Any, given: Inputs, name: str, hint: str) -> NDArray[Any]:
    """Values of each step behind one another."""
    lengths, shape, expected = given.lengths, shape_of(values), _one_each_step(given)
    if len(shape) >= MATRIX:
        values = np.asarray(values)
    elif not _stand_apart(values):
        raise ValueError(f"{name} has shape {shape}; expected one value for each step, {expected}. {hint}")
    check_consistent_length(lengths, values)
    parts = [np.asarray(value) for value in values]
    for place, (part, length) in enumerate(zip(parts, lengths, strict=True)):
        if len(part) != length:
            raise ValueError(
                f"{name} has {len(part)} values for sequence {place}, which has {length} steps; expected {expected}."
            )
    return np.concatenate(parts)


def _one_each_step(given: Inputs) -> str:
    n, longest = given.values.shape[:2]
    return f"(n, T) = ({n}, {longest})" if given.apart is None else f"{n} arrays (T_i,)"


def _stand_apart(values: Any) -> bool:
    """Whether values of each step stand sequence by sequence: an array of objects may hold labels."""
    return are_apart(values) and len(shape_of(values[0])) > 0


def _numbers(y: Any) -> NDArray[np.float64]:
    return np.asarray(check_array(y, dtype=np.float64, ensure_2d=False, input_name="y"))


def _labels(y: Any) -> NDArray[Any]:
    return np.asarray(column_or_1d(check_array(y, dtype=None, ensure_2d=False, input_name="y"), warn=True))


def _refuse_none(y: Any) -> None:
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None.")
