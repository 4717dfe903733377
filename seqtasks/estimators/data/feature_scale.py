"""A warning of features whose scale a network learns poorly from.

Axis letters: N rows, F features.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.estimators.data.input_checks import MOST_NAMES, warn

LARGEST: Final = 10.0  # a root mean square; R^2 of a sum of steps fell from 0.98 to 0.2 there
SMALLEST: Final = 0.01  # an absolute value; R^2 fell from 0.98 to 0.7 there
ROWS: Final = 10  # of a stream, after which its scale is known well enough

Numbers = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class FeatureScale:
    """The sizes of features over the rows so far.

    Args:
        rows: N.
        squares: (F,), the sums of squares.
        largest: (F,), the largest absolute values.
    """

    rows: int
    squares: Numbers
    largest: Numbers

    @classmethod
    def of(cls, rows: NDArray[Any]) -> Self:
        """The sizes in rows (N, F).

        Example:
            >>> FeatureScale.of(np.array([[3.0, 0.0], [-4.0, 1.0]])).squares.tolist()
            [25.0, 1.0]
        """
        values = rows.astype(np.float64)
        with np.errstate(over="ignore"):  # infinity is above the bound, too
            return cls(len(values), np.square(values).sum(axis=0), np.abs(values).max(axis=0, initial=0.0))

    def with_rows(self, rows: NDArray[Any]) -> "FeatureScale":
        """The sizes with more rows (N, F)."""
        more = FeatureScale.of(rows)
        return FeatureScale(self.rows + more.rows, self.squares + more.squares, np.maximum(self.largest, more.largest))

    def warn(self, estimator: Any, hint: str) -> None:
        """Warn of features that are far from unit scale, in one sentence.

            root of mean of x^2 > 10,   or   0 < max |x| < 0.01

        Zeros and ones, and standardized features, are not among them.

        Args:
            estimator: Whose ``feature_names_in_`` name the features, if it has as many; else they are x0, x1, ...
            hint: What to do.
        """
        size = np.sqrt(self.squares / max(1, self.rows))
        names = list(getattr(estimator, "feature_names_in_", ()))
        if len(names) != len(size):
            names = ["X"] if len(size) == 1 else [f"x{n}" for n in range(len(size))]
        large, small = size > LARGEST, (self.largest > 0) & (self.largest < SMALLEST)
        if large.any():
            found = f"{_described(large, names)} far from unit scale, with a root mean square of up to {size.max():.3g}"
            warn(f"{found}, and networks learn poorly from values above {LARGEST:g}. {hint}")
        elif small.any():
            most = self.largest[small].max()
            found = f"{_described(small, names)} far from unit scale, with values of at most {most:.3g}"
            warn(f"{found}, and networks learn poorly from values below {SMALLEST:g}. {hint}")


def _described(which: NDArray[np.bool_], names: Sequence[str]) -> str:
    found = [str(name) for name, one in zip(names, which, strict=True) if one]
    if len(names) == 1:
        return f"{found[0]} is"
    if len(found) > MOST_NAMES:
        return f"{len(found)} of {len(names)} features of X, {found[0]} to {found[-1]}, are"
    return f"Feature {found[0]} of X is" if len(found) == 1 else f"Features {', '.join(found)} of X are"
