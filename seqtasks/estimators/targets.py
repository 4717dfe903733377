"""What users call y and sample_weight, for sequence estimators: of each sequence, or of each step.

Axis letters: n sequences, T steps (T_i of sequence i), O outputs.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.validation import _check_sample_weight  # not public, and what every estimator of theirs uses

from seqtasks.estimators.column_names import check_same_names
from seqtasks.estimators.inputs import Inputs
from seqtasks.estimators.labels import plain_labels
from seqtasks.estimators.plain_values import check_no_times, check_unmasked
from seqtasks.estimators.steps import are_apart, shape_of

VECTOR: Final = 1
MATRIX: Final = 2
ONE_LABEL: Final = "Multi-output classification is not supported: fit a classifier for each label."


def one_each(y: Any, given: Inputs, numeric: bool) -> NDArray[Any]:
    """A target for each sequence: labels (n,), or with ``numeric`` numbers (n,) or (n, O).

    Raises:
        ValueError: If there are targets for each step, or not as many as sequences.
    """
    _check_plain(y)
    shape = shape_of(y)
    apart = _stand_apart(y)
    if apart or len(shape) not in (VECTOR, MATRIX) or (not numeric and len(shape) == MATRIX and shape[1] != 1):
        shown = "one target for each step" if apart else f"shape {shape}"
        expected = f"one target for each sequence, (n,) = ({len(given.lengths)},)" + (" or (n, O)" if numeric else "")
        by_step = apart or shape[1:2] == given.values.shape[1:2]
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
    _check_plain(y)
    hint = "For one target a sequence set output='sequence'."
    rows = _by_step(y, given, "y", hint, np.asarray if numeric else plain_labels)
    one = rows.ndim == VECTOR or rows.shape[1:] == (1,)
    if rows.ndim > MATRIX or not (numeric or one):
        several = "" if not numeric else f", or of O targets, {_one_each_step(given, ', O')}"
        raise ValueError(
            f"y has {_shape_shown(y, rows)}; expected one {'target' if numeric else 'label'} for each step, "
            f"{_one_each_step(given)}{several}.{'' if numeric else f' {ONE_LABEL}'}"
        )
    return _numbers(rows) if numeric else _labels(rows)


def weights_each(sample_weight: Any, given: Inputs) -> NDArray[np.float64]:
    """The weight of each sequence, (n,); 1 where none are given.

    Raises:
        ValueError: If there is not one for each, one is negative, or all are 0.
    """
    apart, shape = _stand_apart(sample_weight), shape_of(sample_weight)
    if apart or len(shape) > VECTOR:
        shown = "one weight for each step" if apart else f"shape {shape}"
        by_step = apart or shape == given.values.shape[:2]
        raise ValueError(
            f"sample_weight has {shown}; expected one weight for each sequence, (n,) = ({len(given.lengths)},)."
            + (" For weights of steps set output='steps'." if by_step else "")
        )
    return _weights(sample_weight, given.lengths)


def weights_a_step(sample_weight: Any, given: Inputs) -> NDArray[np.float64]:
    """The weight of each step, behind one another (N,); where they are each sequence's, (n,), of all its steps.

    Raises:
        ValueError: If there is not one for each, one is negative, or all are 0.
    """
    if sample_weight is None or (len(shape_of(sample_weight)) <= VECTOR and not _stand_apart(sample_weight)):
        return np.repeat(weights_each(sample_weight, given), given.lengths)
    by_sequence = f"One for each sequence is (n,) = ({len(given.lengths)},)."
    rows = _by_step(sample_weight, given, "sample_weight", by_sequence)
    if rows.ndim > VECTOR:
        raise ValueError(
            f"sample_weight has {_shape_shown(sample_weight, rows)}; expected one weight for each step, "
            f"{_one_each_step(given)}. {by_sequence}"
        )
    return _weights(rows, rows)


def _weights(sample_weight: Any, like: NDArray[Any]) -> NDArray[np.float64]:
    check_unmasked(sample_weight, "sample_weight")
    found: NDArray[np.float64] = _check_sample_weight(sample_weight, like, dtype=np.float64, ensure_non_negative=True)
    if not found.any():  # scikit-learn says so since 1.8
        raise ValueError("Sample weights must contain at least one non-zero number.")
    check_sum(found, "sample_weight")
    return found


def check_sum(weights: NDArray[np.float64], name: str) -> None:
    """Check that weights can be divided by their mean.

    Raises:
        ValueError: If their sum overflows.
    """
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not np.isfinite(total):
        raise ValueError(f"The sum of {name} overflows, with weights up to {weights.max():.3g}. Divide them by that.")


def _by_step(
    values: Any, given: Inputs, name: str, hint: str, as_array: Callable[[Any], NDArray[Any]] = np.asarray
) -> NDArray[Any]:
    """Values of each step behind one another."""
    lengths, shape, expected = given.lengths, shape_of(values), _one_each_step(given)
    if len(shape) < MATRIX and not _stand_apart(values):
        raise ValueError(f"{name} has shape {shape}; expected one value for each step, {expected}. {hint}")
    check_consistent_length(lengths, values)
    if isinstance(values, list | tuple):
        check_same_names(values, name)
    parts = list(as_array(values)) if len(shape) >= MATRIX else [as_array(value) for value in values]
    for place, (part, length) in enumerate(zip(parts, lengths, strict=True)):
        if len(part) != length:
            raise ValueError(
                f"{name} has {len(part)} values for sequence {place}, which has {length} steps; expected {expected}."
            )
        if part.shape[1:] != parts[0].shape[1:]:
            raise ValueError(
                f"{name} has an array of shape {part.shape} for sequence {place}, and of {parts[0].shape} for sequence "
                f"0; expected values of one shape at each step."
            )
    return _concatenated(parts, name)


def _concatenated(parts: list[NDArray[Any]], name: str) -> NDArray[Any]:
    """The parts as one array; texts and numbers are refused, which NumPy would make texts of."""
    kinds = {part.dtype.kind for part in parts}
    if "U" in kinds and not kinds <= {"U", "O"}:
        shown = ", ".join(sorted({str(part.dtype) for part in parts}))
        raise ValueError(f"{name} holds values of several types: {shown}. Make all of them texts, or numbers.")
    return np.concatenate(parts)


def _one_each_step(given: Inputs, more: str = "") -> str:
    """The shape that values of each step have; with more axes its letters only."""
    n, longest = given.values.shape[:2]
    if given.apart is not None:
        return f"{n} arrays (T_i{more or ','})"
    return f"(n, T{more})" if more else f"(n, T) = ({n}, {longest})"


def _shape_shown(values: Any, rows: NDArray[Any]) -> str:
    """The shape of values of each step, of which these are the rows (N, ...)."""
    if _stand_apart(values):
        return f"arrays (T_i, {', '.join(map(str, rows.shape[1:]))})"
    return f"shape {shape_of(values)}"


def _stand_apart(values: Any) -> bool:
    """Whether values of each step stand sequence by sequence: an array of objects may hold labels."""
    return are_apart(values) and len(values) > 0 and len(shape_of(values[0])) > 0


def _numbers(y: Any) -> NDArray[np.float64]:
    check_no_times(y, "y")
    return np.asarray(check_array(y, dtype=np.float64, ensure_2d=False, input_name="y"))


def _labels(y: Any) -> NDArray[Any]:
    return np.asarray(
        column_or_1d(check_array(plain_labels(y), dtype=None, ensure_2d=False, input_name="y"), warn=True)
    )


def _check_plain(y: Any) -> None:
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None.")
    check_unmasked(y, "y")
