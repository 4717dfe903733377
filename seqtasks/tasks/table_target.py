"""The column a table task predicts: as a standardised number, or as one of the classes seen in training."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Kind
from seqtasks.errors import DataError
from seqtasks.files.columns import Columns
from seqtasks.tasks.scaling import UNSCALED, Scaling


class AbstractTarget(ABC):
    """A column as targets, one per row."""

    kind: Kind
    classes: tuple[str, ...]
    scaling: Scaling

    @property
    @abstractmethod
    def values(self) -> NDArray[Any]:
        """(N, 1) float32, or classes int32."""

    @abstractmethod
    def chance(self, training_rows: int, ahead: int) -> float:
        """The loss, in the rows after the training part, of the best predictor that needs no network."""


@final
@dataclass(frozen=True, eq=False)
class RealTarget(AbstractTarget):
    """A standardised number.

    Args:
        standardised: (N,)
        scaling: What it was standardised by.
    """

    standardised: NDArray[np.float64]
    scaling: Scaling
    classes: tuple[str, ...] = ()
    kind = "real"

    @property
    def values(self) -> NDArray[np.float32]:
        """(N, 1)."""
        return self.standardised[:, None].astype(np.float32)

    def chance(self, training_rows: int, ahead: int) -> float:
        """The lesser mean squared error of the training mean and of persistence, y[t + ahead] = y[t]."""
        y = self.standardised
        mean = float(np.mean(y[training_rows:] ** 2))
        if ahead == 0:
            return mean
        return min(mean, float(np.mean((y[training_rows:] - y[training_rows - ahead : -ahead]) ** 2)))


@final
@dataclass(frozen=True, eq=False)
class ClassTarget(AbstractTarget):
    """One of the classes; of two, the second is the one whose probability is predicted.

    Args:
        codes: (N,) which class.
        classes: Their labels, numbers ascending, texts in alphabetical order.
        kind: ``binary`` or ``class``.
    """

    codes: NDArray[np.intp]
    classes: tuple[str, ...]
    kind: Kind
    scaling = UNSCALED

    @property
    def values(self) -> NDArray[Any]:
        """(N, 1)."""
        return self.codes[:, None].astype(np.float32 if self.kind == "binary" else np.int32)

    def chance(self, training_rows: int, ahead: int) -> float:
        """The cross-entropy of the training part's frequencies."""
        frequencies = np.bincount(self.codes[:training_rows]) / training_rows
        return float(-np.log(frequencies[self.codes[training_rows:]]).mean())


def target_of(columns: Columns, name: str, kind: str, training_rows: int) -> AbstractTarget:
    """A column as targets of a kind, ``auto`` taking two values as binary, other numbers as real, texts as class.

    Raises:
        UsageError: If there is no such column.
        DataError: If it cannot be of the kind, or the training part does not show what there is to learn.
    """
    number, where = _is_number(columns, name, kind), f"{columns.file}: column {name}"
    values: NDArray[Any] = columns.numbers(name) if number else columns.texts(name)
    labels, codes = np.unique(values, return_inverse=True)
    if (codes[:training_rows] == codes[0]).all():
        raise DataError(
            f"{where} is {_label(values[0])} in every row of the training part.",
            "Choose a target that varies, or a smaller test_share.",
        )
    if kind == "auto":
        kind = "binary" if len(labels) == len(("no", "yes")) else "real" if number else "class"
    if kind == "real":
        scaling = Scaling.of(values[:training_rows])
        return RealTarget(scaling.standardised(values, where), scaling)
    classes = tuple(map(_label, labels))
    if kind == "binary" and len(classes) != len(("no", "yes")):
        raise DataError(f"{where} has {len(classes)} values, not two.", "Leave kind out, or choose kind=class.")
    unseen = np.flatnonzero(~np.isin(codes, codes[:training_rows]))
    if unseen.size:
        raise DataError(
            f"{where}, row {unseen[0] + 1} is {_label(values[unseen[0]])}, a class the training part does not have.",
            f"The training part ends with row {training_rows}: choose a smaller test_share, or join rare classes.",
        )
    return ClassTarget(codes, classes, "binary" if kind == "binary" else "class")


def _is_number(columns: Columns, name: str, kind: str) -> bool:
    """Whether a column is read as numbers: mixed ones, too, where no classes are asked for, to name what is wrong."""
    stored = columns.column(name).dtype.kind
    return stored in "iuf" or kind == "real" or (kind == "auto" and stored != "b" and columns.is_numeric(name))


def _label(value: object) -> str:
    """A text as it is, a whole number without its point."""
    return str(value) if isinstance(value, str) else str(value).removesuffix(".0")
