"""The outputs of the best constants, which see no input."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 1e-12  # the probability of a class that does not occur


def constant_outputs(
    kind: str, targets: NDArray[Any], weights: NDArray[Any], outputs: int
) -> dict[str, NDArray[np.float64]]:
    """The outputs (O,) of constants, by name.

        real:    the mean, and the median, of the targets
        binary:  log p / (1 - p), and class: log p, of the relative frequencies p of the targets

    Args:
        kind: The kind of the targets.
        targets: (B, T, O), or classes (B, T, 1).
        weights: (B, T); a target counts in proportion to its weight, in the median if the weight is not 0.
        outputs: O, or the number of classes.

    Example:
        >>> constant_outputs("real", np.array([[[0.0], [0.0], [6.0]]]), np.ones((1, 3)), 1)
        {'mean': array([2.]), 'median': array([0.])}
    """
    counted = weights > 0
    values, shares = targets[counted].astype(np.float64), weights[counted].astype(np.float64)
    if kind == "real":
        return {"mean": np.average(values, axis=0, weights=shares), "median": np.median(values, axis=0)}
    if kind == "binary":
        p = np.clip(np.average(values, axis=0, weights=shares), LEAST, 1 - LEAST)
        return {"frequencies": np.log(p) - np.log1p(-p)}
    frequencies = np.bincount(values[:, 0].astype(np.intp), shares, minlength=outputs) / shares.sum()
    return {"frequencies": np.log(np.maximum(frequencies, LEAST))}
