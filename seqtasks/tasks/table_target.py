"""The column a table task predicts: as a standardised number, or as one of the classes seen in training."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Kind
from seqtasks.errors import DataError
from seqtasks.tables import cell
from seqtasks.tables.columns import CellError, Columns
from seqtasks.tables.kinds import TWO, is_real
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
        classes: Their labels as the file has them, numbers ascending, texts in alphabetical order.
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
    """A column as targets of a kind, ``auto`` taking two labels as binary, other numbers as real, texts as class.

    Raises:
        UsageError: If there is no such column.
        DataError: If it cannot be of the kind, or the training part does not show what there is to learn.
    """
    if kind == "real" or (kind == "auto" and is_real(columns, name)):
        return _real(columns, name, training_rows)
    return _labelled(columns, name, kind, training_rows)


def _real(columns: Columns, name: str, training_rows: int) -> RealTarget:
    try:
        values = columns.numbers(name)
    except CellError as error:  # other inputs, which its hint proposes, are no remedy for a target
        hint = cell.advice(str(columns.column(name)[error.row])) or "Correct the cell or remove the row."
        raise CellError(error.message, f"{hint} For labels, choose kind=class.", error.row) from error
    if (values[:training_rows] == values[0]).all():
        raise _constant(columns, name)
    scaling = Scaling.of(values[:training_rows])
    return RealTarget(scaling.standardised(values, f"{columns.file}: column {name}"), scaling)


def _labelled(columns: Columns, name: str, kind: str, training_rows: int) -> ClassTarget:
    labels = columns.labels(name).tolist()
    classes = tuple(_in_order(set(labels)))
    place = {label: code for code, label in enumerate(classes)}
    codes = np.array([place[label] for label in labels], np.intp)
    if (codes[:training_rows] == codes[0]).all():
        raise _constant(columns, name)
    if kind == "binary" and len(classes) != TWO:
        raise DataError(
            f"{columns.file}: column {name} has {len(classes)} labels, not two.",
            "Leave kind out, or choose kind=class.",
        )
    unseen = np.flatnonzero(~np.isin(codes, codes[:training_rows]))
    if unseen.size:
        raise DataError(
            f"{columns.file}: column {name}, row {unseen[0] + 1} is {labels[unseen[0]]}, "
            "a class the training part does not have.",
            f"The training part ends with row {training_rows}: choose a smaller test_share, or join rare classes.",
        )
    return ClassTarget(codes, classes, "binary" if kind != "class" and len(classes) == TWO else "class")


def _in_order(labels: set[str]) -> list[str]:
    """Numbers ascending, if all are numbers; else texts in alphabetical order."""
    if any(math.isnan(cell.number(label)) for label in labels):
        return sorted(labels)
    whole = {label: cell.whole(label) for label in labels}
    return sorted(labels, key=lambda label: (cell.number(label) if (n := whole[label]) is None else n, label))


def _constant(columns: Columns, name: str) -> DataError:
    return DataError(
        f"{columns.file}: column {name} is {columns.labels(name)[0]} in every row of the training part.",
        "Choose a target that varies, or a smaller test_share.",
    )
