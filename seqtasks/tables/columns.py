"""The named columns of a user's file, as numbers or as labels, and what is wrong with a cell in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar, final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqtasks.errors import DataError, UsageError
from seqtasks.spec.spec import closest
from seqtasks.tables import cell

Array = NDArray[Any]
T = TypeVar("T")

_OTHERS: Final = "n a run, inputs=COLUMN,COLUMN leaves other columns out."
EXACT: Final = 2.0**53  # integers beyond it lie closer together than floats


@final
class CellError(DataError):
    """A cell cannot be used.

    Args:
        message: What is wrong.
        hint: What to do.
        row: Its row among the rows of its :class:`Columns`, from 0.
    """

    def __init__(self, message: str, hint: str, row: int) -> None:
        super().__init__(message, hint)
        self.row = row


def before_bad_cell(piece: "Columns", use: Callable[["Columns"], T]) -> tuple[T, CellError | None]:
    """What can be made of the rows before the first bad cell, and the error of the cell.

    Args:
        piece: The rows.
        use: A function of rows that raises a CellError for a bad cell. It looks at one column after another, so the
            cell of its first error need not be in the first bad row.

    Raises:
        CellError: If it names a row that ``use`` was not called with: no fewer rows would help.
    """
    error: CellError | None = None
    while True:
        try:
            return use(piece), error
        except CellError as earlier:
            if earlier.row >= piece.rows:
                raise
            piece, error = piece.head(earlier.row), earlier


@final
@dataclass(frozen=True, eq=False)
class Columns:
    """Columns of one file, all of the same length.

    Args:
        file: The file's name in messages.
        arrays: By name, (N,) each: numbers, bools, times, or objects that are texts as they are written; an
            empty one is missing.
        first: How many rows of the file come before these.
        unnamed: How many columns of the file have no name and are left out.
        decimal: The decimal mark of texts that are numbers.
        zones: The time zone of each column of times that has one; its array holds UTC.
        reread: Reads a column of the file again, as texts as they are written; None if ``arrays`` has all there is.
        order: (N,) which row of the file each is, from 0; None if they follow one another from ``first`` on.

    Example:
        >>> weather = Columns("weather.csv", {"day": np.array(["Mon", "Tue"], object), "rain": np.array([0.5, 2.0])})
        >>> weather.is_numeric("day"), weather.numbers("rain").tolist(), weather.labels("rain").tolist()
        (False, [0.5, 2.0], ['0.5', '2.0'])
    """

    file: str
    arrays: Mapping[str, Array]
    first: int = 0
    unnamed: int = 0
    decimal: str = "."
    zones: Mapping[str, str] = field(default_factory=dict)
    reread: Callable[[str], Array] | None = None
    order: NDArray[np.intp] | None = None

    @property
    def rows(self) -> int:
        """The number of rows, N."""
        return len(next(iter(self.arrays.values())))

    def head(self, rows: int) -> "Columns":
        """The first rows."""
        return self.take(slice(rows))

    def take(self, rows: Any) -> "Columns":
        """Some of the rows, by a slice or an array."""
        again, order, first = self.reread, self.order, self.first
        if order is None and isinstance(rows, slice) and rows.step is None:
            first += rows.indices(self.rows)[0]
        else:
            order = (np.arange(first, first + self.rows) if order is None else order)[rows]
        return replace(
            self,
            arrays={name: array[rows] for name, array in self.arrays.items()},
            first=first,
            reread=None if again is None else lambda name: again(name)[rows],
            order=order,
        )

    def number(self, row: int) -> int:
        """The number of a row in the file, from 1."""
        return 1 + (self.first + row if self.order is None else int(self.order[row]))

    def row_numbers(self) -> NDArray[np.intp]:
        """(N,) the number of each row in the file, from 1."""
        return 1 + (np.arange(self.first, self.first + self.rows) if self.order is None else self.order)

    def replaced(self, arrays: Mapping[str, Array]) -> "Columns":
        """With other arrays of these names, or further ones; texts of all columns can still be read again."""
        again, changed = self.reread, frozenset(arrays)

        def reread(name: str) -> Array:
            if name in changed:
                return _texts(arrays[name])
            return _texts(self.arrays[name]) if again is None else again(name)

        return replace(self, arrays={**self.arrays, **arrays}, reread=reread)

    def is_numeric(self, name: str) -> bool:
        """Whether a number or truth value is in the column: one bad cell does not hide a column."""
        array = self.column(name)
        if array.dtype.kind == "O":
            distinct = self._decimals(pd.unique(array))
            return any(cell.value(text) == cell.value(text) for text in distinct)
        if array.dtype.kind == "f":
            return not bool(np.isnan(array[:1]).all() and np.isnan(array).all())
        return array.dtype.kind in "biu"

    def why_not_numeric(self, name: str) -> tuple[str, str]:
        """The reason why no number is in the column, and what to do about it."""
        array = self.column(name)
        if array.dtype.kind == "M":
            return "it holds times", ""
        row = next((row for row, text in enumerate(array) if array.dtype.kind == "O" and text), None)
        if row is None:
            return "every cell is empty", ""
        return f"{self._place(row)} is {_quoted(array[row])}, not a number", cell.advice(array[row])

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
        """A column as finite numbers (N,); ``True`` is 1.

        Raises:
            UsageError: If there is none of this name.
            CellError: If a cell is missing, not a number, infinite, or an integer that no float equals.
        """
        numbers, bad = self._parsed(name)
        if bad.any():
            raise self._not_a_number(name, int(np.argmax(bad)))
        return numbers

    def values(self, name: str) -> NDArray[np.float64]:
        """A column as numbers (N,), NaN where one is missing: where a cell is empty or a word such as NA.

        Raises:
            UsageError: If there is none of this name.
            CellError: If a cell is not a number, infinite, or an integer that no float equals.
        """
        numbers, bad = self._parsed(name)
        array = self.arrays[name]
        if bad.any() and array.dtype.kind == "f":
            bad &= ~np.isnan(array)
        elif bad.any() and array.dtype.kind == "O":
            places = np.flatnonzero(bad)
            bad[places] = [not cell.is_missing(text) for text in array[places]]
        if bad.any():
            raise self._not_a_number(name, int(np.argmax(bad)))
        return numbers

    def finite(self, name: str) -> NDArray[np.float64]:
        """A column as numbers (N,), NaN where a cell is not a finite number, whatever it is.

        Raises:
            UsageError: If there is none of this name.

        Example:
            >>> Columns("f.csv", {"x": np.array(["1", "", "oops"], object)}).finite("x").tolist()
            [1.0, nan, nan]
        """
        numbers, bad = self._parsed(name)
        return np.where(bad, np.nan, numbers)

    def _parsed(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """A column as numbers, and where a cell is not a finite number."""
        array = self.column(name)
        if array.dtype.kind == "M":
            return np.full(len(array), np.nan), np.ones(len(array), np.bool_)
        with np.errstate(over="ignore"):  # of a long double
            numbers = _numbers(self._decimals(array))
        bad = ~np.isfinite(numbers)
        if array.dtype.kind != "f":
            bad[_rounded(array, numbers)] = True
        return numbers, bad

    def labels(self, name: str) -> Array:
        """A column as texts (N,), each as the file has it.

        Raises:
            UsageError: If there is none of this name.
            CellError: If a cell is missing.
        """
        labels = self.written(name)
        missing = np.flatnonzero(labels == "")
        if missing.size:
            raise self.bad_cell(name, int(missing[0]), "is empty, not a label", "Fill it in or remove the row.")
        return labels

    def written(self, name: str) -> Array:
        """A column as texts (N,), each as the file has it; an empty one is missing.

        Raises:
            UsageError: If the file has no such column.
        """
        array = self.column(name)
        if array.dtype.kind == "O":
            return array
        return _texts(array) if self.reread is None else self.reread(name)

    def bad_cell(self, name: str, row: int, what: str, hint: str) -> CellError:
        """The error that names a cell, ``row`` counted from 0 in these rows."""
        return CellError(f"{self.file}: column {name}, {self._place(row)} {what}.", hint, row)

    def _not_a_number(self, name: str, row: int) -> CellError:
        text = str(self.written(name)[row])
        if cell.whole(text) is not None:
            return self.bad_cell(
                name,
                row,
                f"is {text}, an integer that no double-precision number equals",
                f"Subtract or divide so that integers stay below 2**53; i{_OTHERS}",
            )
        words = cell.advice(text)
        hint = f"{words} I{_OTHERS}" if words else f"Correct the cell or remove the row; i{_OTHERS}"
        return self.bad_cell(name, row, f"is {_quoted(text)}, not a finite number", hint)

    def _decimals(self, array: Array) -> Array:
        """Texts with decimal points."""
        if self.decimal == "." or array.dtype.kind != "O":
            return array
        return np.array([text.replace(".", "?").replace(",", ".") for text in array], object)

    def _place(self, row: int) -> str:
        return f"row {self.number(row)}"


def stored(array: Array) -> Array:
    """An array as :class:`Columns` has it: numbers, bools, times and objects as they are; others as texts.

    Raises:
        TypeError: If it holds neither numbers nor texts, bools or times.
    """
    if array.dtype.kind in "biufOM":
        return array
    if array.dtype.kind == "S":
        return np.array([text.decode() for text in array.tolist()], object)
    if array.dtype.kind in "Um":
        texts = array.astype(np.str_).astype(object)
        return texts if array.dtype.kind == "U" else np.where(np.isnat(array), "", texts)
    raise TypeError(f"it holds an array of type {array.dtype}, which is neither numbers nor texts")


def _numbers(array: Array) -> NDArray[np.float64]:
    if array.dtype.kind == "O":
        return np.array(cell.values(array.tolist()), np.float64)
    return array.astype(np.float64, copy=False)


def _rounded(array: Array, numbers: NDArray[np.float64]) -> list[int]:
    """The rows whose integer is not the number that it became."""
    large = np.flatnonzero(np.isfinite(numbers) & (np.abs(numbers) >= EXACT)).tolist()
    return [row for row in large if (exact := cell.whole(str(array[row]))) is not None and exact != int(numbers[row])]


def _texts(array: Array) -> Array:
    """Numbers or times as texts; a missing one is empty, and -0.0 is the same number as 0.0."""
    if array.dtype.kind == "M":
        return np.where(np.isnat(array), "", array.astype(np.str_).astype(object))
    if array.dtype.kind == "O":
        return array
    if array.dtype.kind != "f":
        return array.astype(np.str_).astype(object)
    return np.where(np.isnan(array), "", (array + array.dtype.type(0)).astype(np.str_).astype(object))


def _quoted(text: str) -> str:
    return f'"{text}"' if text else "empty"
