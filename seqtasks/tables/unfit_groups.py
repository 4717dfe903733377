"""Leave out the groups of a table that cannot be learned from, and say so."""

from collections.abc import Mapping, Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.spec.parameter import quote
from seqtasks.tables.order import Ordered
from seqtasks.tables.panel import Panel


def test_rows(rows: NDArray[np.intp], share: float) -> NDArray[np.intp]:
    """How many rows, the last ones, are the test part of groups of these lengths: one at least.

    Example:
        >>> test_rows(np.array([2, 100]), 0.2).tolist()
        [1, 20]
    """
    return np.maximum(1, np.round(share * rows)).astype(np.intp)


@final
class UnfitGroups:
    """The groups that are left out; a table of one series has none.

    Args:
        file: The file's name in messages.
        panel: All groups.
        targets: The columns to predict.
        ahead: How many rows ahead the farthest target lies.
        test_share: The share of the rows of a group that is its test part.
    """

    def __init__(self, file: str, panel: Panel, targets: Sequence[str], ahead: int, test_share: float) -> None:
        self._file, self._panel, self._targets = file, panel, " and ".join(targets)
        self._ahead, self._share = ahead, test_share
        self._short: list[str] = []
        self._flat: list[str] = []

    def without_short(self, table: Ordered) -> Ordered:
        """The groups that have a training target, and one row at least that is not for training.

        That row is a test only of one horizon: a test of several needs more rows.

        Raises:
            DataError: If there is none.
        """
        panel = table.panel
        short = panel.counts - test_rows(panel.counts, self._share) <= self._ahead
        if not panel.column or not short.any():
            return table
        if short.all():
            longest = int(np.argmax(panel.counts))
            rows = int(panel.counts[longest])
            raise DataError(
                f"{self._file}: none of the {len(short):,} groups of column {panel.column} has enough rows for a "
                f"training target {self._ahead} ahead and a test part; the longest, {quote(panel.labels[longest])}, "
                f"has {rows:,} row{'s' * (rows != 1)}.",
                "Choose a column whose labels repeat, or a smaller ahead or test_share.",
            )
        return self._left(table, short, self._short)

    def without_flat(self, table: Ordered, known: Mapping[str, NDArray[np.bool_]]) -> Ordered:
        """The groups whose targets, numbers, each have two values in the training part.

        Args:
            table: The groups.
            known: For each target, (N,) the rows of the training part in which it is not missing.

        Raises:
            DataError: If there is none.
        """
        panel = table.panel
        if not panel.column:
            return table
        flat = np.zeros(len(panel.labels), np.bool_)
        for target, there in known.items():
            values = table.columns.finite(target)
            least = np.minimum.reduceat(np.where(there, values, np.inf), panel.firsts)
            greatest = np.maximum.reduceat(np.where(there, values, -np.inf), panel.firsts)
            flat |= ~(least < greatest)
        if flat.all():
            raise DataError(
                f"{self._file}: column {self._targets} does not vary in the training part of any group of column "
                f"{panel.column}.",
                "Choose a target that varies, or a smaller test_share.",
            )
        return self._left(table, flat, self._flat) if flat.any() else table

    @property
    def notes(self) -> tuple[str, ...]:
        """How many groups are left out, and why."""
        short = f"too few rows for a training target {self._ahead} ahead and a test part"
        return (
            *self._note(self._short, short),
            *self._note(self._flat, f"no two values of {self._targets} to learn from"),
        )

    def _left(self, table: Ordered, unfit: NDArray[np.bool_], noted: list[str]) -> Ordered:
        noted += [table.panel.labels[n] for n in np.flatnonzero(unfit).tolist()]
        return table.take(~unfit[table.panel.codes])

    def _note(self, labels: Sequence[str], lack: str) -> list[str]:
        if not labels:
            return []
        one, of = len(labels) == 1, f"{len(self._panel.labels):,} groups of column {self._panel.column}"
        which = (
            f"is left out, {quote(labels[0])}: it has"
            if one
            else f"are left out, the first {quote(labels[0])}: they have"
        )
        return [f"{self._file}: {len(labels):,} of the {of} {which} {lack}."]
