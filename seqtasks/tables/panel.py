"""Several series in one table: which rows belong to which, and which of them are for training."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self, final

import numpy as np
from numpy.typing import NDArray


@final
@dataclass(frozen=True, eq=False)
class Panel:
    """The series of an ordered table. Its rows are those of the first group, then those of the second, and so on.

    A table without a column of groups is a panel of one group without a label.

    Args:
        column: The column of the labels; empty if there is none.
        labels: The labels of the groups, G of them.
        stops: (G,) the row after the last row of each group.

    Example:
        >>> panel = Panel("store", ("A", "B"), np.array([3, 5]))
        >>> panel.before(1).tolist(), panel.after(1).tolist()
        ([0, 0, 1, 3, 3], [1, 2, 2, 4, 4])
    """

    column: str
    labels: tuple[str, ...]
    stops: NDArray[np.intp]

    @classmethod
    def single(cls, rows: int) -> Self:
        """A panel with one series."""
        return cls("", ("",), np.array([rows]))

    @property
    def rows(self) -> int:
        """The number of rows, N."""
        return int(self.stops[-1])

    @cached_property
    def firsts(self) -> NDArray[np.intp]:
        """(G,) the first row of each group."""
        return np.concatenate([self.stops[:1] * 0, self.stops[:-1]])

    @property
    def counts(self) -> NDArray[np.intp]:
        """(G,) how many rows each group has."""
        return self.stops - self.firsts

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """(N,) the group of each row."""
        return np.repeat(np.arange(len(self.labels)), self.counts)

    @cached_property
    def places(self) -> NDArray[np.intp]:
        """(N,) how many rows of its group come before each row."""
        return np.arange(self.rows) - self.firsts[self.codes]

    @property
    def neighbours(self) -> NDArray[np.bool_]:
        """(N - 1,) whether a row and the next one are of one group."""
        return np.equal(self.codes[1:], self.codes[:-1])

    def before(self, lag: int) -> NDArray[np.intp]:
        """(N,) the row ``lag`` rows before each row, or else the first one of its group."""
        return np.maximum(np.arange(self.rows) - lag, self.firsts[self.codes])

    def after(self, rows: int) -> NDArray[np.intp]:
        """(N,) the row some rows after each row, or else the last one of its group."""
        return np.minimum(np.arange(self.rows) + rows, self.stops[self.codes] - 1)

    def slices(self) -> Iterator[slice]:
        """The rows of each group."""
        for first, stop in zip(self.firsts.tolist(), self.stops.tolist(), strict=True):
            yield slice(first, stop)

    def take(self, kept: NDArray[np.bool_]) -> "Panel":
        """Without some rows, and without groups of which no row is left.

        Args:
            kept: (N,) which rows are left.
        """
        counts = np.add.reduceat(kept, self.firsts, dtype=np.intp)
        left = np.flatnonzero(counts)
        return Panel(self.column, tuple(self.labels[n] for n in left.tolist()), np.cumsum(counts[left]))

    def with_later(self, rows: int) -> NDArray[np.intp]:
        """The rows after which as many others of their group come."""
        return np.flatnonzero(self.places + rows < self.counts[self.codes])

    def shortened(self, rows: int) -> "Panel":
        """Without the last rows of each group, which all have more."""
        return Panel(self.column, self.labels, np.cumsum(self.counts - rows))


def rows_of_each(codes: NDArray[np.intp], count: int) -> list[NDArray[np.intp]]:
    """The rows of each of ``count`` groups, whatever their order.

    Args:
        codes: (N,) the group of each row.
        count: How many groups there are.

    Example:
        >>> [rows.tolist() for rows in rows_of_each(np.array([1, 0, 1]), 3)]
        [[1], [0, 2], []]
    """
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=count))[:-1]) if count else []
