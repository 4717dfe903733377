"""A series and its further columns as a frame, with the index of its rows.

Axis letters: T rows, F columns.
"""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, Self, final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length

from seqtasks.errors import UsageError
from seqtasks.estimators.data.following import following
from seqtasks.estimators.data.input_checks import check_no_times, check_unmasked
from seqtasks.estimators.data.sequences import shape_of

TARGET: Final = "y"
TIME: Final = "time"


@final
@dataclass(frozen=True, eq=False)
class Series:
    """Rows in time order.

    Args:
        frame: (T, 1 + F), the column ``y`` and the further columns.
        index: (T,), the index of the rows.
        is_pandas: Whether y was a Series, so that forecasts are one as well.
    """

    frame: pd.DataFrame
    index: pd.Index
    is_pandas: bool

    @classmethod
    def of(cls, y: Any, X: Any) -> Self:
        """Check a series and its columns.

        Args:
            y: (T,).
            X: (T, F), or None.

        Raises:
            ValueError: If y is not one series, X has another number of rows or another index, or a column has the name
                of y.
        """
        check_unmasked(y, "y")
        shape = shape_of(y)
        if len(shape) != 1 or shape == (0,):
            raise ValueError(
                f"y has shape {shape}; expected one series, (T,), with at least one row. Pass the series first and "
                "further columns as X: fit(y, X)."
            )
        check_no_times(y, "y")
        is_pandas = isinstance(y, pd.Series)
        index = y.index if is_pandas else pd.RangeIndex(len(y))
        if not index.is_monotonic_increasing:
            raise ValueError(f"The index of y goes from {index[0]} to {index[-1]} without order. Pass y.sort_index().")
        if is_pandas and isinstance(X, pd.DataFrame):
            _check_index(X.index, index)
        columns = _columns(X, len(index))
        taken = [name for name in (TARGET, TIME) if name in columns]
        if taken:
            raise ValueError(f"X has a column named {taken[0]!r}, a name that the series needs. Rename the column.")
        frame = pd.concat([pd.DataFrame({TARGET: np.asarray(y)}), columns], axis=1)
        return cls(frame, index, is_pandas)

    def __len__(self) -> int:
        return len(self.index)

    def followed_by(self, other: Self) -> Self:
        """The series with more rows.

        Raises:
            ValueError: If the columns differ, or a row is not later than the last.
        """
        if [*other.frame.columns] != [*self.frame.columns]:
            raise ValueError(
                f"X has the columns {[*other.frame.columns][1:]}; expected {[*self.frame.columns][1:]}, as at fit. "
                "Pass the same columns in the same order."
            )
        index = other.index
        if self.is_pandas and other.is_pandas:
            if not index[0] > self.index[-1]:
                raise ValueError(
                    f"y starts at {index[0]}, and the last row is {self.index[-1]}. Pass the rows that follow."
                )
            index = self.index.append(index)
        else:
            index = following(self.index, len(other))
            index = self.index.append(index)
        return type(self)(pd.concat([self.frame, other.frame], ignore_index=True), index, self.is_pandas)

    def forecast(self, values: NDArray[np.float64]) -> Any:
        """Values (H,) of the next rows, or their lower and upper ends (H, 2), in the form of the series."""
        if not self.is_pandas:
            return values
        index = following(self.index, len(values))
        if values.ndim == 1:
            return pd.Series(values, index)
        return pd.DataFrame(values, index, columns=["lower", "upper"])

    def with_times(self) -> pd.DataFrame:
        """The frame with a column of times.

        Raises:
            UsageError: If the index has no times.
        """
        index = self.index.to_timestamp() if isinstance(self.index, pd.PeriodIndex) else self.index
        if not isinstance(index, pd.DatetimeIndex):
            raise UsageError(
                f"calendar needs the times of the rows, and the index of y is a {type(self.index).__name__}.",
                "Pass a Series with a DatetimeIndex, or leave out calendar.",
            )
        return self.frame.assign(**{TIME: index})


def _check_index(found: pd.Index, index: pd.Index) -> None:
    """Check that the rows of X are those of y, unless X only numbers them.

    Raises:
        ValueError: If a label differs.
    """
    numbers = isinstance(found, pd.RangeIndex)
    if numbers and ((found.start == 0 and found.step == 1) or not pd.api.types.is_integer_dtype(index.dtype)):
        return
    pairs = zip_longest(found, index, fillvalue="missing")
    first = (
        None if found.equals(index) else next(((n, *pair) for n, pair in enumerate(pairs) if pair[0] != pair[1]), None)
    )
    if first is not None:
        raise ValueError(
            f"X and y have different indexes: row {first[0] + 1} is {first[1]} in X and {first[2]} in y. "
            "Pass X.loc[y.index], or X.to_numpy() to take the rows in their order."
        )


def _columns(X: Any, rows: int) -> pd.DataFrame:
    if X is None:
        return pd.DataFrame(index=pd.RangeIndex(rows))
    check_unmasked(X, "X")
    if isinstance(X, pd.DataFrame):
        found = X.reset_index(drop=True).rename(columns=str)
    else:
        array = np.asarray(X)
        array = array[:, None] if array.ndim == 1 else array
        if array.ndim != 2:  # noqa: PLR2004 - (T, F)
            raise ValueError(f"X has shape {array.shape}; expected (T, F), one row for each of y. Reshape X.")
        found = pd.DataFrame(array, columns=[f"x{n}" for n in range(array.shape[1])])
    check_consistent_length(found, pd.RangeIndex(rows))
    return found
