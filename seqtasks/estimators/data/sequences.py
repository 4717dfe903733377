"""X of sequence estimators and transformers: (n, T), (n, T, F), or a list of sequences (T_i, F).

Axis letters: n sequences, T steps (T_i of sequence i), F features, N steps of all sequences together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from seqtasks.estimators.data.input_checks import check_names, check_no_times, check_unmasked, warn_of_steps

Array = NDArray[Any]

EXPECTED: Final = "(n, T), (n, T, F), or a list of sequences (T_i, F)"
MATRIX: Final = 2


@final
@dataclass(frozen=True, eq=False)
class PaddedSequences:
    """Sequences in one array, padded with zeros after their last steps.

    Args:
        values: (n, T, F).
        lengths: (n,), the number of steps of each sequence.
        container: The type that held the user's sequences, ``list`` or ``object``; None for an array of numbers.
    """

    values: Array
    lengths: NDArray[np.intp]
    container: type | None = None

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(n, T), false where a step is padding."""
        return np.asarray(np.arange(self.values.shape[1]) < self.lengths[:, None])

    @property
    def last_steps(self) -> NDArray[np.bool_]:
        """(n, T), true at the last step of each sequence."""
        return np.asarray(np.arange(self.values.shape[1]) == self.lengths[:, None] - 1)

    def unflatten(self, rows: Array) -> Any:
        """Values of all steps (N, ...), in the form of X: (n, T, ...), or n arrays (T_i, ...)."""
        if self.container is None:
            return rows.reshape(*self.values.shape[:2], *rows.shape[1:])
        return _split(rows, self.lengths, self.container)


@final
@dataclass(frozen=True, eq=False)
class StepRows:
    """The steps of all sequences, one after another.

    Args:
        rows: (N, F).
        lengths: (n,), the number of rows of each sequence.
        unflatten: Returns rows (N, G), for any G, in the form of the sequences.
    """

    rows: Array
    lengths: NDArray[np.intp]
    unflatten: Callable[[Array], Any]


def check_sequences(estimator: Any, X: Any, reset: bool, dtype: str) -> PaddedSequences:
    """Check X as scikit-learn does, and pad it.

    Args:
        estimator: The estimator whose ``n_features_in_`` (T of (n, T), else F), ``input_form_`` and
            ``feature_names_in_`` are set or compared.
        X: (n, T), (n, T, F), or n sequences (T_i, F).
        reset: Whether to set these attributes.
        dtype: The dtype of the values.

    Warns:
        UserWarning: If the named columns of a frame are read as time steps, with ``reset`` only.

    Raises:
        ValueError: If X has another form or other columns than expected, values that are masked or times, or numbers
            that are not finite.
        TypeError: If X is sparse, or holds objects that are not numbers.
    """
    check_holds_sequences(X)
    if is_list_of_sequences(X):
        return _check_list(estimator, X, reset, dtype)
    check_no_times(X, "X")
    shape = shape_of(X)
    if not reset and 0 < len(shape) <= MATRIX:
        _check_form(estimator, "(n, T)", shape, reset)
    if len(shape) <= MATRIX:
        values = validate_data(estimator, X, reset=reset, dtype=dtype)
        _check_form(estimator, "(n, T)", values.shape, reset)
        if reset:
            warn_of_steps(X)
        return PaddedSequences(values[:, :, None], np.full(len(values), values.shape[1]))
    values = check_array(X, dtype=dtype, allow_nd=True, input_name="X", estimator=estimator)
    if values.ndim > MATRIX + 1 or 0 in values.shape:
        raise ValueError(
            f"X has shape {values.shape}; expected {EXPECTED}, with at least one step and one feature. Reshape X."
        )
    _check_features(estimator, X, values.shape, reset)
    return PaddedSequences(values, np.full(len(values), values.shape[1]))


def _check_list(estimator: Any, X: Any, reset: bool, dtype: str) -> PaddedSequences:
    steps = flatten(X)
    check_no_times(steps.rows, "X")
    rows = check_array(steps.rows, dtype=dtype, ensure_min_features=1, input_name="X", estimator=estimator)
    _check_features(estimator, X, (len(X), "T_i", rows.shape[1]), reset)
    padded = PaddedSequences(
        np.zeros((len(X), steps.lengths.max(), rows.shape[1]), rows.dtype),
        steps.lengths,
        object if isinstance(X, np.ndarray) else list,
    )
    padded.values[padded.mask] = rows
    return padded


def _check_features(estimator: Any, sequences: Any, shape: tuple[Any, ...], reset: bool) -> None:
    """Set the names of features and F, the last entry of the shape, or compare them with those at fit."""
    _check_form(estimator, "(n, T, F)", shape, reset)
    check_names(estimator, sequences, reset)
    features = shape[-1]
    if reset:
        estimator.n_features_in_ = features
    elif features != estimator.n_features_in_:
        raise ValueError(
            f"X has {features} features, but {type(estimator).__name__} is expecting {estimator.n_features_in_} "
            f"features as input: X of shape (n, T, {estimator.n_features_in_})."
        )


def _check_form(estimator: Any, form: str, shape: tuple[Any, ...], reset: bool) -> None:
    """Set ``input_form_``, which says whether X has an axis of features, or compare the form with it."""
    if reset:
        estimator.input_form_ = form
    elif form != estimator.input_form_:
        count = estimator.n_features_in_
        expected = f"(n, T) with T={count}" if estimator.input_form_ == "(n, T)" else f"(n, T, {count})"
        found = str(shape).replace("'", "")
        raise ValueError(f"X has shape {found}, but {type(estimator).__name__} is expecting X of shape {expected}.")


def is_list_of_sequences(sequences: Any) -> bool:
    """Whether a list, a tuple or an array of objects holds the sequences one by one, as it does those of (T_i, F).

    Example:
        >>> is_list_of_sequences([np.zeros((2, 3)), np.zeros((5, 3))]), is_list_of_sequences(np.zeros((2, 5, 3)))
        (True, False)
    """
    if isinstance(sequences, np.ndarray):
        return sequences.dtype == object and sequences.ndim == 1
    if not isinstance(sequences, list | tuple) or len(sequences) == 0:
        return False
    first = shape_of(sequences[0])
    return len(first) > 1 or (len(first) == 1 and len(shape_of(sequences)) == 1)


def check_holds_sequences(X: Any) -> None:
    """Check that X is not empty, and has neither masked values nor objects such as the arrays in a series.

    Raises:
        ValueError: If X is empty, has masked values, or holds objects.
    """
    check_unmasked(X, "X")
    if is_list_of_sequences(X) and len(X) > 0:
        return
    shape = shape_of(X)
    if shape == (0,):
        raise ValueError(f"X is empty; expected {EXPECTED}, with at least one sequence.")
    if len(shape) <= 1 and not issparse(X) and _holds_objects(X):
        items = f" of {type(next(iter(X))).__name__}" if shape else ""
        hint = " Pass list(X)." if shape else ""
        raise ValueError(f"X is a {type(X).__name__}{items}; expected {EXPECTED}.{hint}")


def _holds_objects(X: Any) -> bool:
    try:
        return np.asarray(X).dtype == object
    except ValueError:  # numbers among lists
        return True


def flatten(sequences: Any) -> StepRows:
    """The steps of sequences (n, T), (n, T, F), or n sequences (T_i, F), as rows.

    Raises:
        ValueError: If the sequences have another form, or no steps.

    Example:
        >>> steps = flatten([np.array([[1.0], [2.0]]), np.array([[3.0]])])
        >>> steps.unflatten(10 * steps.rows)
        [array([[10.],
               [20.]]), array([[30.]])]
    """
    return _flatten_list(sequences) if is_list_of_sequences(sequences) else _flatten_array(np.asarray(sequences))


def _flatten_array(array: Array) -> StepRows:
    if array.ndim not in (2, 3) or array.shape[1] == 0:
        raise ValueError(f"X has shape {array.shape}; expected {EXPECTED}, with at least one step. Reshape X.")
    n, length = array.shape[:2]
    features = array.shape[2:] or (1,)

    def unflatten(rows: Array) -> Array:
        one_number = not array.shape[2:] and rows.shape[1] == 1
        return rows.reshape((n, length) if one_number else (n, length, rows.shape[1]))

    return StepRows(array.reshape(n * length, *features), np.full(n, length), unflatten)


def _flatten_list(sequences: Sequence[Any]) -> StepRows:
    for index, sequence in enumerate(sequences):
        if len(shape_of(sequence)[1:]) != 1 or len(sequence) == 0:
            one_number = len(shape_of(sequence)) == 1 and len(sequence) > 0
            hint = "Pass x.reshape(-1, 1) for one number at each step." if one_number else "Reshape or remove it."
            raise ValueError(
                f"Sequence {index} of X has shape {shape_of(sequence)}; expected (T_i, F), with at least one step. "
                f"{hint}"
            )
    arrays = [np.asarray(sequence) for sequence in sequences]
    widths = sorted({array.shape[1] for array in arrays})
    if len(widths) > 1:
        raise ValueError(
            f"The sequences of X have {widths} features; expected (T_i, F), with the same F in all. Select the same "
            "features in all sequences."
        )
    lengths = np.array([len(array) for array in arrays])
    container = object if isinstance(sequences, np.ndarray) else list
    return StepRows(np.concatenate(arrays), lengths, lambda rows: _split(rows, lengths, container))


def _split(rows: Array, lengths: NDArray[np.intp], container: type) -> Any:
    """Rows of all steps (N, ...) as n arrays (T_i, ...), in a list, or in an array of objects (n,)."""
    parts = np.split(rows, np.cumsum(lengths)[:-1])
    if container is list:
        return parts
    array = np.empty(len(parts), object)  # np.array(parts) has numbers where all lengths are equal
    array[:] = parts
    return array


def values_by_step(values: Any, lengths: NDArray[np.intp]) -> Array:
    """Values of each step as rows; values of each sequence are repeated at all of its steps.

    Args:
        values: (n, T, ...) or n arrays (T_i, ...) for each step; else (n, ...) for each sequence.
        lengths: (n,).

    Raises:
        ValueError: If there are not as many values as sequences.

    Example:
        >>> values_by_step(["a", "b"], np.array([2, 1]))
        array(['a', 'a', 'b'], dtype='<U1')
    """
    by_sequence = values if isinstance(values, list | tuple) else np.asarray(values)
    if len(by_sequence) != len(lengths):
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: {[len(lengths), len(by_sequence)]}; "
            "expected one value for each sequence, or for each step of each."
        )
    if all(shape_of(value)[:1] == (length,) for value, length in zip(by_sequence, lengths, strict=True)):
        return concatenate_steps(by_sequence)
    return np.repeat(np.asarray(by_sequence), lengths, axis=0)


def concatenate_steps(values: Any) -> Array:
    """Values of each step, (n, T, ...) or n arrays (T_i, ...), as rows (N, ...).

    Example:
        >>> concatenate_steps([[1, 0], [1]])
        array([1, 0, 1])
    """
    return np.concatenate([np.asarray(value) for value in values])


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of an array or of nested lists; of lists of different lengths, the number of lists."""
    try:
        return np.asarray(value).shape
    except ValueError:  # a list of lists of different lengths
        return (len(value),)
