"""Sequences as one table of steps, a row for each, and back.

Axis letters: n sequences, T steps (T_i of sequence i), F features, N steps of all sequences together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from seqtasks.estimators.plain_values import check_unmasked

Array = NDArray[Any]

EXPECTED: Final = "(n, T), (n, T, F), or a list of sequences (T_i, F)"


@final
@dataclass(frozen=True, eq=False)
class Steps:
    """The steps of all sequences, one after another.

    Args:
        rows: (N, F).
        lengths: (n,), how many rows are each sequence's.
        back: Rows (N, G), for any G, in the form that the sequences came in.
    """

    rows: Array
    lengths: NDArray[np.intp]
    back: Callable[[Array], Any]


def are_apart(sequences: Any) -> bool:
    """Whether the sequences stand one by one in a list, a tuple or an array of objects, as those of (T_i, F) do.

    Example:
        >>> are_apart([np.zeros((2, 3)), np.zeros((5, 3))]), are_apart(np.zeros((2, 5, 3)))
        (True, False)
    """
    if isinstance(sequences, np.ndarray):
        return sequences.dtype == object and sequences.ndim == 1
    if not isinstance(sequences, list | tuple) or len(sequences) == 0:
        return False
    first = shape_of(sequences[0])
    return len(first) > 1 or (len(first) == 1 and len(shape_of(sequences)) == 1)


def refuse_other_things(X: Any) -> None:
    """Refuse what holds no sequences of numbers: nothing, masked values, or objects such as the arrays in a series.

    Raises:
        ValueError: If X is so.
    """
    check_unmasked(X, "X")
    if are_apart(X) and len(X) > 0:
        return
    shape = shape_of(X)
    if shape == (0,):
        raise ValueError(f"X is empty; expected {EXPECTED}, with at least one sequence.")
    if len(shape) <= 1 and not issparse(X) and _holds_objects(X):
        items = f" of {type(next(iter(X))).__name__}" if shape else ""
        raise ValueError(f"X is a {type(X).__name__}{items}; expected {EXPECTED}.")


def _holds_objects(X: Any) -> bool:
    try:
        return np.asarray(X).dtype == object
    except ValueError:  # numbers among lists
        return True


def steps(sequences: Any) -> Steps:
    """The steps of sequences (n, T), (n, T, F), or apart from one another.

    Raises:
        ValueError: If they have another form, or no steps.

    Example:
        >>> taken = steps([np.array([[1.0], [2.0]]), np.array([[3.0]])])
        >>> taken.back(10 * taken.rows)
        [array([[10.],
               [20.]]), array([[30.]])]
    """
    return _apart(sequences) if are_apart(sequences) else _together(np.asarray(sequences))


def each_step(values: Any, lengths: NDArray[np.intp]) -> Array:
    """What belongs to each step, as rows: values of each step as they are, values of each sequence repeated.

    Args:
        values: (n, T, ...) or n arrays (T_i, ...) of each step's; else (n, ...) of each sequence's.
        lengths: (n,).

    Raises:
        ValueError: If there are not as many values as sequences.

    Example:
        >>> each_step(["a", "b"], np.array([2, 1]))
        array(['a', 'a', 'b'], dtype='<U1')
    """
    by_sequence = values if isinstance(values, list | tuple) else np.asarray(values)
    if len(by_sequence) != len(lengths):
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: {[len(lengths), len(by_sequence)]}; "
            "expected one value for each sequence, or for each step of each."
        )
    if all(shape_of(value)[:1] == (length,) for value, length in zip(by_sequence, lengths, strict=True)):
        return joined(by_sequence)
    return np.repeat(np.asarray(by_sequence), lengths, axis=0)


def joined(values: Any) -> Array:
    """Values of each step, (n, T, ...) or n arrays (T_i, ...), as rows (N, ...).

    Example:
        >>> joined([[1, 0], [1]])
        array([1, 0, 1])
    """
    return np.concatenate([np.asarray(value) for value in values])


def _together(array: Array) -> Steps:
    if array.ndim not in (2, 3) or array.shape[1] == 0:
        raise ValueError(f"X has shape {array.shape}; expected {EXPECTED}, with at least one step.")
    n, length = array.shape[:2]
    features = array.shape[2:] or (1,)

    def back(rows: Array) -> Array:
        one_number = not array.shape[2:] and rows.shape[1] == 1
        return rows.reshape((n, length) if one_number else (n, length, rows.shape[1]))

    return Steps(array.reshape(n * length, *features), np.full(n, length), back)


def _apart(sequences: Sequence[Any]) -> Steps:
    for place, each in enumerate(sequences):
        if len(shape_of(each)[1:]) != 1 or len(each) == 0:
            hint = " One number a step is x.reshape(-1, 1)." if len(shape_of(each)) == 1 and len(each) else ""
            raise ValueError(
                f"Sequence {place} of X has shape {shape_of(each)}; expected (T_i, F), with at least one step.{hint}"
            )
    arrays = [np.asarray(each) for each in sequences]
    widths = sorted({array.shape[1] for array in arrays})
    if len(widths) > 1:
        raise ValueError(f"The sequences of X have {widths} features; expected (T_i, F), with the same F in all.")
    lengths = np.array([len(array) for array in arrays])

    def back(rows: Array) -> Any:
        parts = np.split(rows, np.cumsum(lengths)[:-1])
        return _objects(parts) if isinstance(sequences, np.ndarray) else parts

    return Steps(np.concatenate(arrays), lengths, back)


def _objects(parts: Sequence[Array]) -> Array:
    """An array of objects (n,): NumPy would make one of numbers where all lengths are equal."""
    array = np.empty(len(parts), object)
    array[:] = parts
    return array


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape, as far as all parts have one."""
    try:
        return np.asarray(value).shape
    except ValueError:  # a list of lists of different lengths
        return (len(value),)
