"""Class labels of any type: their indices and weights for training, and labels from logits."""

from numbers import Real
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets

from seqtasks.core.task import Shapes

BINARY: Final = 2


def as_label_array(labels: Any) -> NDArray[Any]:
    """Labels as an array of strings, or of numbers if all are numbers.

    NumPy converts a number among strings to a string, and ``nan`` as well; pandas and polars hold integers and booleans
    as objects.

    Args:
        labels: An array, a list, a series or a frame.

    Raises:
        ValueError: If a label is missing, or some are strings and others are not.

    Example:
        >>> as_label_array(np.array([2, 1], object))
        array([2, 1])
    """
    array = np.asarray(labels)
    if array.dtype.kind == "T":  # StringDType, which scikit-learn does not support
        array = array.astype(object)
    converted = array.dtype.kind == "U" and isinstance(labels, list | tuple)
    if array.dtype != object and array.dtype.kind not in "mM" and not converted:
        return array
    found = list(np.array(labels, object).ravel() if converted else array.ravel())
    missing = sum(map(_is_missing, found))
    if missing:
        raise ValueError(f"Input y contains NaN: {missing} of {len(found)} labels are missing. Remove their samples.")
    kinds = sorted({type(each).__name__ for each in found})
    strings = sum(isinstance(each, str) for each in found)
    if 0 < strings < len(found):
        raise ValueError(f"y holds labels of several types: {', '.join(kinds)}. Convert all to strings, or to numbers.")
    numbers = all(isinstance(each, Real | np.bool_) for each in found)
    return np.array(found).reshape(array.shape) if found and numbers else array


def _is_missing(label: Any) -> bool:
    try:
        return label is None or bool(label != label)  # noqa: PLR0124 - not-a-number and not-a-time differ from themselves
    except TypeError:  # pandas.NA has no truth value
        return True


def find_classes(labels: NDArray[Any]) -> NDArray[Any]:
    """The distinct labels, sorted.

    Args:
        labels: (N,).

    Raises:
        ValueError: If the values are not labels, or there are fewer than two distinct ones.

    Example:
        >>> find_classes(np.array(["b", "a", "b"]))
        array(['a', 'b'], dtype='<U1')
    """
    check_classification_targets(labels)
    classes: NDArray[Any] = LabelEncoder().fit(labels).classes_
    if len(classes) < BINARY:
        raise ValueError(
            f"y has one class only, {classes.tolist()[0]!r}, among labels of positive weight; expected at least two. "
            "Add samples of another class."
        )
    return classes


def encode_labels(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.int32]:
    """The index of each label among the classes.

    Args:
        labels: (N,).
        classes: (K,), sorted.

    Raises:
        ValueError: If a label is not among them.

    Example:
        >>> encode_labels(np.array(["b", "a", "b"]), np.array(["a", "b"]))
        array([1, 0, 1], dtype=int32)
    """
    found = _indices(labels, classes)
    if found is None:
        check_classification_targets(labels)
        unseen = sorted(set(labels.tolist()) - set(classes.tolist()), key=str)
        raise ValueError(
            f"y holds labels that are not among the classes {classes.tolist()}: unseen labels {unseen}. "
            "Pass all labels as classes at the first call, or fit again."
        )
    return found.astype(np.int32)


def _indices(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp] | None:
    """The index of each label; None if a label is not among the classes.

    scikit-learn's encoder does the same, but for one label it takes as long as learning a row.
    """
    try:
        indices = np.searchsorted(classes, labels).clip(max=len(classes) - 1)
        found = bool(np.all(classes[indices] == labels))
    except TypeError:  # of types that have no order
        return None
    return indices if found else None


def class_weights(
    class_weight: Any, classes: NDArray[Any], indices: NDArray[np.int32], weights: NDArray[Any]
) -> NDArray[np.float64]:
    """The weight of each class, (K,).

        balanced: sum of all sample weights / (K x sum of the sample weights of the class)

    A sample weight of 2 is equivalent to the sample twice.

    Args:
        class_weight: A dict of weights by label, ``"balanced"``, or None for 1.
        classes: (K,).
        indices: (N,), the class index of each sample.
        weights: (N,), the weight of each sample.

    Raises:
        ValueError: If it is another string, has a label that is not a class, or a weight that is negative or not
            finite.

    Example:
        >>> class_weights("balanced", np.array(["a", "b"]), np.array([0, 1, 1, 1]), np.ones(4))
        array([2.        , 0.66666667])
    """
    if isinstance(class_weight, str) and class_weight == "balanced":
        own = np.bincount(indices, weights, minlength=len(classes))
        return np.asarray(weights.sum() / (len(classes) * np.where(own > 0, own, 1.0)))
    if class_weight is not None and not isinstance(class_weight, dict):
        raise ValueError(
            f"class_weight is {class_weight!r}; expected a dict of weights by label, 'balanced' or None. Pass one "
            "of these."
        )
    found: NDArray[np.float64] = compute_class_weight(class_weight, classes=classes, y=classes)
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        label, weight = classes[wrong].tolist()[0], found[wrong].tolist()[0]
        raise ValueError(f"class_weight of {label!r} is {weight}; expected a finite number >= 0. Change this weight.")
    return found


def shapes_for_classes(inputs: int, classes: NDArray[Any], one_logit: bool = True) -> Shapes:
    """The shapes of a network: one logit for two classes, K logits for more, or always K without ``one_logit``.

    Example:
        >>> shapes_for_classes(3, np.array(["a", "b"]))
        Shapes(inputs=3, outputs=1, kind='binary', symbols=False)
    """
    if len(classes) == BINARY and one_logit:
        return Shapes(inputs, 1, "binary")
    return Shapes(inputs, len(classes), "class")


def decision_values(logits: NDArray[Any]) -> NDArray[Any]:
    """scikit-learn's decision function from logits (..., 1) or (..., K): (...) for two classes, (..., K) for more."""
    if logits.shape[-1] == BINARY:
        return np.asarray(logits[..., 1] - logits[..., 0])
    return logits[..., 0] if logits.shape[-1] == 1 else logits


def log_probabilities(logits: NDArray[Any]) -> NDArray[np.float64]:
    """The logarithm of each class's probability, (..., K), from logits (..., 1) or (..., K)."""
    o = logits.astype(np.float64)
    if o.shape[-1] == 1:
        o = np.concatenate([np.zeros_like(o), o], axis=-1)
    logs: NDArray[np.float64] = o - np.logaddexp.reduce(o, axis=-1, keepdims=True)
    return logs


def probabilities(logits: NDArray[Any]) -> NDArray[np.float64]:
    """The probability of each class, (..., K), from logits (..., 1) or (..., K).

    Example:
        >>> probabilities(np.array([[0.0]]))
        array([[0.5, 0.5]])
    """
    return np.asarray(np.exp(log_probabilities(logits)))


def predicted_classes(logits: NDArray[Any]) -> NDArray[np.int64]:
    """The index of the most probable class, (...), from logits (..., 1) or (..., K)."""
    if logits.shape[-1] == 1:
        return (logits[..., 0] > 0).astype(np.int64)
    return np.asarray(logits.argmax(axis=-1))
