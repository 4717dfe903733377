"""The named columns of a user's file, and what is wrong with a cell in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError, UsageError
from seqtasks.spec.spec import closest

Array = NDArray[Any]


@final
@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of one file, all of the same length.

    Args:
        file: Where they come from, for messages.
        arrays: By name: numbers, bools, or texts, in which an empty one is a missing value. (N,) each.
        first: How many rows of the file come before these, for messages.

    Example:
        >>> weather = Columns("weather.csv", {"day": np.array(["Mon", "Tue"]), "rain": np.array([0.5, 2.0])})
        >>> weather.numeric, weather.numbers("rain").sum()
        (('rain',), np.float64(2.5))
    """

    file: str
    arrays: Mapping[str, Array]
    first: int = 0

    @property
    def rows(self) -> int:
        """N."""
        return len(next(iter(self.arrays.values())))

    @property
    def numeric(self) -> tuple[str, ...]:
        """The columns with a number in them; one bad cell does not hide a column, it is an error when read."""
        return tuple(name for name in self.arrays if self.is_numeric(name))

    def is_numeric(self, name: str) -> bool:
        """Whether there is a number in the column."""
        array = self.column(name)
        return array.dtype.kind != "U" or any(_is_number(cell) for cell in array)

    def column(self, name: str) -> Array:
        """A column as it is.

        Raises:
            UsageError: If there is none of this name.
        """
        if name not in self.arrays:
            raise UsageError(
                f"{self.file} has no column {name}.",
                f"{closest(name, list(self.arrays))}Its columns are {', '.join(self.arrays)}.",
            )
        return self.arrays[name]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as finite numbers (N,).

        Raises:
            UsageError: If there is none of this name.
            DataError: If a cell is missing, no number, or infinite; it is named.
        """
        array = self.column(name)
        texts = array.dtype.kind == "U"
        numbers = np.array([float(cell) if _is_number(cell) else np.nan for cell in array]) if texts else array
        numbers = numbers.astype(np.float64)
        bad = np.flatnonzero(~np.isfinite(numbers))
        if bad.size:
            raise self._bad_cell(name, int(bad[0]), "a finite number")
        return numbers

    def texts(self, name: str) -> NDArray[np.str_]:
        """A column as texts (N,).

        Raises:
            UsageError: If there is none of this name.
            DataError: If a cell is missing; it is named.
        """
        texts = self.column(name).astype(np.str_)
        missing = np.flatnonzero(texts == "")
        if missing.size:
            raise self._bad_cell(name, int(missing[0]), "a text")
        return texts

    def _bad_cell(self, name: str, row: int, wanted: str) -> DataError:
        cell = str(self.arrays[name][row])
        found = "empty" if cell in ("", "nan") else f'"{cell}"'
        return DataError(
            f"{self.file}: column {name}, row {self.first + row + 1} is {found}, not {wanted}.",
            "Correct the cell or remove the row; in a run, inputs=COLUMN,COLUMN leaves other columns out.",
        )


def numbers_or_texts(array: Array) -> Array:
    """Numbers and bools as they are; anything else as texts, unless every text is a number."""
    if array.dtype.kind in "biuf":
        return array
    texts = array.astype(np.str_)
    return texts.astype(np.float64) if all(_is_number(cell) for cell in texts) else texts


def _is_number(cell: str) -> bool:
    try:
        return not np.isnan(float(cell))
    except ValueError:
        return False
