"""What the samples of each class weigh beside their own weights."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight


def of(
    class_weight: Any, classes: NDArray[Any], numbers: NDArray[np.int32], weights: NDArray[Any]
) -> NDArray[np.float64]:
    """The weight of each class, (K,).

        balanced: the weight of all samples / (K x that of the class's own)

    Samples count by their weights, so that a weight of 2 is still the row twice.

    Args:
        class_weight: By label, ``"balanced"``, or None for 1.
        classes: (K,).
        numbers: (N,), each sample's class by its number.
        weights: (N,), each sample's own.

    Raises:
        ValueError: If it is another text, or has a label that is no class, or a weight that is negative or not finite.

    Example:
        >>> of("balanced", np.array(["a", "b"]), np.array([0, 1, 1, 1]), np.ones(4))
        array([2.        , 0.66666667])
    """
    if isinstance(class_weight, str) and class_weight == "balanced":
        own = np.bincount(numbers, weights, minlength=len(classes))
        return np.asarray(weights.sum() / (len(classes) * np.where(own > 0, own, 1.0)))
    if class_weight is not None and not isinstance(class_weight, dict):
        raise ValueError(f"class_weight is {class_weight!r}; expected a dict of weights by label, 'balanced' or None.")
    found: NDArray[np.float64] = compute_class_weight(class_weight, classes=classes, y=classes)
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        label, weight = classes[wrong].tolist()[0], found[wrong].tolist()[0]
        raise ValueError(f"class_weight of {label!r} is {weight}; expected a finite number that is not negative.")
    return found
