"""Class labels of any type, as the numbers that networks know, and back."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.multiclass import check_classification_targets

from seqtasks.core.task import Shapes

BINARY = 2


def plain_labels(labels: Any) -> NDArray[Any]:
    """Labels as an array of texts, or of numbers where all are numbers.

    NumPy makes a text of a number among texts, and of ``nan``; pandas and polars hold integers and booleans as objects.

    Args:
        labels: An array, a list, a series or a frame.

    Raises:
        ValueError: If a label is missing, or some are texts and others are not.

    Example:
        >>> plain_labels(np.array([2, 1], object))
        array([2, 1])
    """
    array = np.asarray(labels)
    if array.dtype.kind == "T":  # NumPy's texts of any length, which scikit-learn does not know
        array = array.astype(object)
    rewritten = array.dtype.kind == "U" and isinstance(labels, list | tuple)
    if array.dtype != object and array.dtype.kind not in "mM" and not rewritten:
        return array
    found = list(np.array(labels, object).ravel() if rewritten else array.ravel())
    missing = sum(map(_is_missing, found))
    if missing:
        raise ValueError(
            f"Input y contains NaN: {missing} of {len(found)} labels are missing. Leave out their samples."
        )
    kinds = sorted({type(each).__name__ for each in found})
    texts = sum(isinstance(each, str) for each in found)
    if 0 < texts < len(found):
        raise ValueError(f"y holds labels of several types: {', '.join(kinds)}. Make all of them texts, or numbers.")
    numbers = all(isinstance(each, Real | np.bool_) for each in found)
    return np.array(found).reshape(array.shape) if found and numbers else array


def _is_missing(label: Any) -> bool:
    try:
        return label is None or bool(label != label)  # noqa: PLR0124 - not-a-number and not-a-time differ from themselves
    except TypeError:  # of pandas.NA nobody knows
        return True


def classes_of(labels: NDArray[Any]) -> NDArray[Any]:
    """The different labels, sorted.

    Args:
        labels: (N,).

    Raises:
        ValueError: If they are no labels, or fewer than two.

    Example:
        >>> classes_of(np.array(["b", "a", "b"]))
        array(['a', 'b'], dtype='<U1')
    """
    check_classification_targets(labels)
    classes: NDArray[Any] = LabelEncoder().fit(labels).classes_
    if len(classes) < BINARY:
        raise ValueError(
            f"The number of classes has to be at least two; there is one class only, {classes.tolist()[0]!r}, among "
            "the labels that count."
        )
    return classes


def codes(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.int32]:
    """The place of each label among the classes.

    Args:
        labels: (N,).
        classes: (K,), sorted.

    Raises:
        ValueError: If a label is not among them.

    Example:
        >>> codes(np.array(["b", "a", "b"]), np.array(["a", "b"]))
        array([1, 0, 1], dtype=int32)
    """
    found = _places(labels, classes)
    if found is None:
        check_classification_targets(labels)
        unseen = sorted(set(labels.tolist()) - set(classes.tolist()), key=str)
        raise ValueError(f"y holds labels that are not among the classes {classes.tolist()}: unseen labels {unseen}.")
    return found.astype(np.int32)


def _places(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp] | None:
    """Where each label stands; None if one does not.

    scikit-learn's encoder does the same, and for one label takes as long as learning a row.
    """
    try:
        places = np.searchsorted(classes, labels).clip(max=len(classes) - 1)
        there = bool(np.all(classes[places] == labels))
    except TypeError:  # of types that have no order
        return None
    return places if there else None


def shapes_of(inputs: int, classes: NDArray[Any], one_logit: bool = True) -> Shapes:
    """What a network must fit: one logit of two classes, K logits of more, or in any case.

    Example:
        >>> shapes_of(3, np.array(["a", "b"]))
        Shapes(inputs=3, outputs=1, kind='binary', symbols=False)
    """
    if len(classes) == BINARY and one_logit:
        return Shapes(inputs, 1, "binary")
    return Shapes(inputs, len(classes), "class")


def decisions(logits: NDArray[Any]) -> NDArray[Any]:
    """scikit-learn's decision function of logits (..., 1) or (..., K): (...) of two classes, (..., K) of more."""
    if logits.shape[-1] == BINARY:
        return np.asarray(logits[..., 1] - logits[..., 0])
    return logits[..., 0] if logits.shape[-1] == 1 else logits


def log_probabilities(logits: NDArray[Any]) -> NDArray[np.float64]:
    """The logarithm of each class's probability, (..., K), from logits (..., 1) or (..., K)."""
    o = logits.astype(np.float64)
    if o.shape[-1] == 1:
        o = np.concatenate([np.zeros_like(o), o], axis=-1)
    shown: NDArray[np.float64] = o - np.logaddexp.reduce(o, axis=-1, keepdims=True)
    return shown


def probabilities(logits: NDArray[Any]) -> NDArray[np.float64]:
    """The probability of each class, (..., K), from logits (..., 1) or (..., K).

    Example:
        >>> probabilities(np.array([[0.0]]))
        array([[0.5, 0.5]])
    """
    shown: NDArray[np.float64] = np.exp(log_probabilities(logits))
    return shown


def chosen(logits: NDArray[Any]) -> NDArray[np.int64]:
    """The most probable class's number, (...), from logits (..., 1) or (..., K)."""
    if logits.shape[-1] == 1:
        return (logits[..., 0] > 0).astype(np.int64)
    return np.asarray(logits.argmax(axis=-1))
