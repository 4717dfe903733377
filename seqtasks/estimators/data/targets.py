"""y and sample_weight of sequence estimators: one for each sequence, or one for each step.

Axis letters: n sequences, T steps (T_i of sequence i), O outputs.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.validation import _check_sample_weight  # not public; scikit-learn's own estimators use it

from seqtasks.estimators.data.input_checks import check_no_times, check_same_names, check_unmasked
from seqtasks.estimators.data.labels import as_label_array
from seqtasks.estimators.data.sequences import PaddedSequences, is_list_of_sequences, shape_of

VECTOR: Final = 1
MATRIX: Final = 2
ONE_LABEL: Final = "Multi-output classification is not supported: fit a classifier for each label."


def check_sequence_targets(y: Any, padded: PaddedSequences, numeric: bool) -> NDArray[Any]:
    """The target of each sequence: labels (n,), or with ``numeric`` numbers (n,) or (n, O).

    Raises:
        ValueError: If y has targets for each step, or not as many as there are sequences.
    """
    _check_present(y)
    shape = shape_of(y)
    by_sequence = _is_list_of_steps(y)
    if by_sequence or len(shape) not in (VECTOR, MATRIX) or (not numeric and len(shape) == MATRIX and shape[1] != 1):
        found = "one target for each step" if by_sequence else f"shape {shape}"
        expected = f"one target for each sequence, (n,) = ({len(padded.lengths)},)" + (" or (n, O)" if numeric else "")
        by_step = by_sequence or shape[1:2] == padded.values.shape[1:2]
        hint = "For targets at each step, set output='steps'." if by_step else "Reshape y." if numeric else ONE_LABEL
        raise ValueError(f"y has {found}; expected {expected}. {hint}")
    targets = _numbers(y) if numeric else _labels(y)
    check_consistent_length(padded.lengths, targets)
    return np.asarray(targets)


def check_step_targets(y: Any, padded: PaddedSequences, numeric: bool) -> NDArray[Any]:
    """The target of each step, sequence after sequence: labels (N,), or with ``numeric`` numbers (N,) or (N, O).

    Raises:
        ValueError: If y does not have one target for each step.
    """
    _check_present(y)
    hint = "For one target for each sequence, set output='sequence'."
    rows = _concatenate_steps(y, padded, "y", hint, np.asarray if numeric else as_label_array)
    one = rows.ndim == VECTOR or rows.shape[1:] == (1,)
    if rows.ndim > MATRIX or not (numeric or one):
        several = "" if not numeric else f", or O targets, {_step_form(padded, ', O')}"
        raise ValueError(
            f"y has {_describe_shape(y, rows)}; expected one {'target' if numeric else 'label'} for each step, "
            f"{_step_form(padded)}{several}. {'Reshape y.' if numeric else ONE_LABEL}"
        )
    return _numbers(rows) if numeric else _labels(rows)


def check_sequence_weights(sample_weight: Any, padded: PaddedSequences) -> NDArray[np.float64]:
    """The weight of each sequence, (n,); 1 without ``sample_weight``.

    Raises:
        ValueError: If a sequence has no weight, a weight is negative, or all are 0.
    """
    by_sequence, shape = _is_list_of_steps(sample_weight), shape_of(sample_weight)
    if by_sequence or len(shape) > VECTOR:
        found = "one weight for each step" if by_sequence else f"shape {shape}"
        by_step = by_sequence or shape == padded.values.shape[:2]
        raise ValueError(
            f"sample_weight has {found}; expected one weight for each sequence, (n,) = ({len(padded.lengths)},). "
            + ("For weights of steps, set output='steps'." if by_step else "Reshape sample_weight.")
        )
    return _check_weights(sample_weight, padded.lengths)


def check_step_weights(sample_weight: Any, padded: PaddedSequences) -> NDArray[np.float64]:
    """The weight of each step (N,), sequence after sequence; weights of sequences (n,) are repeated at all steps.

    Raises:
        ValueError: If a step has no weight, a weight is negative, or all are 0.
    """
    if sample_weight is None or (len(shape_of(sample_weight)) <= VECTOR and not _is_list_of_steps(sample_weight)):
        return np.repeat(check_sequence_weights(sample_weight, padded), padded.lengths)
    hint = f"One for each sequence is (n,) = ({len(padded.lengths)},)."
    rows = _concatenate_steps(sample_weight, padded, "sample_weight", hint)
    if rows.ndim > VECTOR:
        raise ValueError(
            f"sample_weight has {_describe_shape(sample_weight, rows)}; expected one weight for each step, "
            f"{_step_form(padded)}. {hint}"
        )
    return _check_weights(rows, rows)


def _check_weights(sample_weight: Any, like: NDArray[Any]) -> NDArray[np.float64]:
    check_unmasked(sample_weight, "sample_weight")
    weights: NDArray[np.float64] = _check_sample_weight(sample_weight, like, dtype=np.float64, ensure_non_negative=True)
    if not weights.any():  # scikit-learn raises this since 1.8
        raise ValueError("Sample weights must contain at least one non-zero number.")
    check_sum(weights, "sample_weight")
    return weights


def check_sum(weights: NDArray[np.float64], name: str) -> None:
    """Check that weights can be divided by their mean.

    Raises:
        ValueError: If their sum overflows.
    """
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not np.isfinite(total):
        raise ValueError(f"The sum of {name} overflows, with weights up to {weights.max():.3g}. Divide the weights.")


def _concatenate_steps(
    values: Any, padded: PaddedSequences, name: str, hint: str, as_array: Callable[[Any], NDArray[Any]] = np.asarray
) -> NDArray[Any]:
    """Values of each step, sequence after sequence."""
    lengths, shape, expected = padded.lengths, shape_of(values), _step_form(padded)
    if len(shape) < MATRIX and not _is_list_of_steps(values):
        raise ValueError(f"{name} has shape {shape}; expected one value for each step, {expected}. {hint}")
    check_consistent_length(lengths, values)
    if isinstance(values, list | tuple):
        check_same_names(values, name)
    parts = list(as_array(values)) if len(shape) >= MATRIX else [as_array(value) for value in values]
    for index, (part, length) in enumerate(zip(parts, lengths, strict=True)):
        if len(part) != length:
            raise ValueError(
                f"{name} has {len(part)} values for sequence {index}, which has {length} steps; expected {expected}. "
                "Pass one value for each step."
            )
        if part.shape[1:] != parts[0].shape[1:]:
            raise ValueError(
                f"{name} has an array of shape {part.shape} for sequence {index}, and of {parts[0].shape} for sequence "
                f"0; expected values of one shape at each step. Reshape the arrays."
            )
    return _concatenate(parts, name)


def _concatenate(parts: list[NDArray[Any]], name: str) -> NDArray[Any]:
    """The parts as one array.

    Raises:
        ValueError: If some hold strings and others numbers, because NumPy would convert the numbers to strings.
    """
    kinds = {part.dtype.kind for part in parts}
    if "U" in kinds and not kinds <= {"U", "O"}:
        types = ", ".join(sorted({str(part.dtype) for part in parts}))
        raise ValueError(f"{name} holds values of several types: {types}. Convert all to strings, or to numbers.")
    return np.concatenate(parts)


def _step_form(padded: PaddedSequences, more: str = "") -> str:
    """The shape of values for each step, with its sizes; with more axes its letters only."""
    n, longest = padded.values.shape[:2]
    if padded.container is not None:
        return f"{n} arrays (T_i{more or ','})"
    return f"(n, T{more})" if more else f"(n, T) = ({n}, {longest})"


def _describe_shape(values: Any, rows: NDArray[Any]) -> str:
    """The shape of values for each step, which are also passed as rows (N, ...)."""
    if _is_list_of_steps(values):
        return f"arrays (T_i, {', '.join(map(str, rows.shape[1:]))})"
    return f"shape {shape_of(values)}"


def _is_list_of_steps(values: Any) -> bool:
    """Whether values are n arrays (T_i, ...); an array of objects may hold labels (n,) instead."""
    return is_list_of_sequences(values) and len(values) > 0 and len(shape_of(values[0])) > 0


def _numbers(y: Any) -> NDArray[np.float64]:
    check_no_times(y, "y")
    return np.asarray(check_array(y, dtype=np.float64, ensure_2d=False, input_name="y"))


def _labels(y: Any) -> NDArray[Any]:
    return np.asarray(
        column_or_1d(check_array(as_label_array(y), dtype=None, ensure_2d=False, input_name="y"), warn=True)
    )


def _check_present(y: Any) -> None:
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None. Pass the targets as y.")
    check_unmasked(y, "y")
