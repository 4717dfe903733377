"""What users call X, for sequence estimators: (n, T), (n, T, F), or sequences (T_i, F) apart from one another.

Axis letters: n sequences, T steps (T_i of sequence i), F features.
"""

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from seqtasks.estimators.column_names import check_names, warn_of_steps
from seqtasks.estimators.plain_values import check_no_times
from seqtasks.estimators.steps import EXPECTED, are_apart, refuse_other_things, shape_of, steps

MATRIX: Final = 2


@final
@dataclass(frozen=True, eq=False)
class Inputs:
    """Sequences side by side, filled up with zeros behind their last steps.

    Args:
        values: (n, T, F).
        lengths: (n,), how many steps are each sequence's own.
        apart: What the user's sequences stand one by one in, ``list`` or ``object``; None for an array of numbers.
    """

    values: NDArray[Any]
    lengths: NDArray[np.intp]
    apart: type | None = None

    @property
    def there(self) -> NDArray[np.bool_]:
        """(n, T), whether the step is the sequence's own."""
        return np.asarray(np.arange(self.values.shape[1]) < self.lengths[:, None])

    @property
    def last(self) -> NDArray[np.bool_]:
        """(n, T), whether the step is the sequence's last."""
        return np.asarray(np.arange(self.values.shape[1]) == self.lengths[:, None] - 1)

    def formed(self, rows: NDArray[Any]) -> Any:
        """Values of each step, behind one another (N, ...), in the form that the sequences came in."""
        if self.apart is None:
            return rows.reshape(*self.values.shape[:2], *rows.shape[1:])
        parts = np.split(rows, np.cumsum(self.lengths)[:-1])
        if self.apart is list:
            return parts
        array = np.empty(len(parts), object)
        array[:] = parts
        return array


def inputs(estimator: Any, X: Any, reset: bool, dtype: str) -> Inputs:
    """Check X as scikit-learn does.

    Args:
        estimator: It learns ``n_features_in_`` (T of (n, T), else F) and ``feature_names_in_``, or is asked for them.
        X: What the user gave.
        reset: Whether to learn them.
        dtype: What numbers become.

    Warns:
        UserWarning: If a frame's named columns are read as time steps; once, where they are learned.

    Raises:
        ValueError: If X has another form or other columns than expected, values that are masked or times, or numbers
            that are not finite.
        TypeError: If it is sparse, or holds what is no number.
    """
    refuse_other_things(X)
    if are_apart(X):
        return _apart(estimator, X, reset, dtype)
    check_no_times(X, "X")
    shape = shape_of(X)
    if not reset and 0 < len(shape) <= MATRIX:
        _know_form(estimator, "(n, T)", shape, reset)
    if len(shape) <= MATRIX:
        found = _one_feature(estimator, X, reset, dtype)
        if reset:
            warn_of_steps(X)
        return found
    values = check_array(X, dtype=dtype, allow_nd=True, input_name="X", estimator=estimator)
    if values.ndim > MATRIX + 1 or 0 in values.shape:
        raise ValueError(f"X has shape {values.shape}; expected {EXPECTED}, with at least one step and one feature.")
    _know_features(estimator, X, values.shape, reset)
    return Inputs(values, np.full(len(values), values.shape[1]))


def _one_feature(estimator: Any, X: Any, reset: bool, dtype: str) -> Inputs:
    """X (n, T), whose columns are time steps."""
    values = validate_data(estimator, X, reset=reset, dtype=dtype)
    _know_form(estimator, "(n, T)", values.shape, reset)
    return Inputs(values[:, :, None], np.full(len(values), values.shape[1]))


def _apart(estimator: Any, X: Any, reset: bool, dtype: str) -> Inputs:
    taken = steps(X)
    check_no_times(taken.rows, "X")
    rows = check_array(taken.rows, dtype=dtype, ensure_min_features=1, input_name="X", estimator=estimator)
    _know_features(estimator, X, (len(X), "T_i", rows.shape[1]), reset)
    found = Inputs(
        np.zeros((len(X), taken.lengths.max(), rows.shape[1]), rows.dtype),
        taken.lengths,
        object if isinstance(X, np.ndarray) else list,
    )
    found.values[found.there] = rows
    return found


def _know_features(estimator: Any, sequences: Any, shape: tuple[Any, ...], reset: bool) -> None:
    """Learn the names of features and F, the last of the shape, or compare them with those at fit."""
    _know_form(estimator, "(n, T, F)", shape, reset)
    check_names(estimator, sequences, reset)
    features = shape[-1]
    if reset:
        estimator.n_features_in_ = features
    elif features != estimator.n_features_in_:
        raise ValueError(
            f"X has {features} features, but {type(estimator).__name__} is expecting {estimator.n_features_in_} "
            f"features as input: X of shape (n, T, {estimator.n_features_in_})."
        )


def _know_form(estimator: Any, form: str, shape: tuple[Any, ...], reset: bool) -> None:
    """Learn whether steps have features, or hold it against what was learned."""
    if reset:
        estimator.input_form_ = form
    elif form != estimator.input_form_:
        count = estimator.n_features_in_
        expected = f"(n, T) with T={count}" if estimator.input_form_ == "(n, T)" else f"(n, T, {count})"
        shown = str(shape).replace("'", "")
        raise ValueError(f"X has shape {shown}, but {type(estimator).__name__} is expecting X of shape {expected}.")
