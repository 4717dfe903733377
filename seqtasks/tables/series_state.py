"""What the rows of a series leave behind for its next rows, as numbers, texts and arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, final

import numpy as np

from seqtasks.tables.columns import Array, Columns
from seqtasks.tables.times import Times


@final
@dataclass(slots=True)
class SeriesState:
    """What earlier rows of a group leave behind.

    Args:
        last: The last known number or label of each column.
        times: The last times, in UTC, at most three.
        held: Clean rows whose inputs need later rows.
        until: Rows up to this time are left out, because they were learned; None after the first later row.
    """

    last: dict[str, Any] = field(default_factory=dict)
    times: Times | None = None
    held: Columns | None = None
    until: np.datetime64 | None = None

    def to_tree(self) -> dict[str, Any]:
        """The state as mappings, numbers, texts and arrays; texts of rows are lists."""
        times = None
        if self.times is not None:
            times = {"column": self.times.column, "zone": self.times.zone, "format": self.times.format}
        return {
            "last": {name: value if isinstance(value, str) else float(value) for name, value in self.last.items()},
            "times": None if self.times is None else {**(times or {}), "utc": self.times.utc},
            "held": None if self.held is None else _rows(self.held),
        }

    @classmethod
    def of_tree(cls, tree: Mapping[str, Any]) -> Self:
        """The state of :meth:`to_tree`, which goes on after its last row."""
        times = None if tree["times"] is None else Times(**tree["times"])
        held = None if tree["held"] is None else _columns(tree["held"])
        until = None if times is None or not len(times.utc) else times.utc[-1]
        return cls(dict(tree["last"]), times, held, until)


def _rows(rows: Columns) -> dict[str, Any]:
    return {
        "arrays": {name: array.tolist() if array.dtype.kind == "O" else array for name, array in rows.arrays.items()},
        "decimal": rows.decimal,
    }


def _columns(tree: Mapping[str, Any]) -> Columns:
    """Rows of another file: their numbers count back from the first row of the next."""
    arrays: dict[str, Array] = {
        name: np.array(array, object) if isinstance(array, list) else array for name, array in tree["arrays"].items()
    }
    count = len(next(iter(arrays.values())))
    return Columns("", arrays, first=-count, decimal=str(tree["decimal"]))
