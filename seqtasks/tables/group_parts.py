"""Remarks on the training and the test part of the groups of a table."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqtasks.spec.parameter import quote
from seqtasks.tables.order import Ordered
from seqtasks.tables.panel import Panel
from seqtasks.tables.unfit_groups import test_rows


def untested(panel: Panel, horizons: Sequence[int], share: float) -> list[str]:
    """A note if the test part of a group has no row with all targets.

    Args:
        panel: The groups.
        horizons: How many rows ahead the targets lie.
        share: The share of the rows of a group that is its test part.

    Example:
        >>> untested(Panel("store", ("A", "B"), np.array([200, 260])), range(1, 25), 0.2)[0][:67]
        '1 of the 2 groups of column store is trained on but not tested, bec'
    """
    needed = max(horizons) - min(horizons) + 1
    count = int((test_rows(panel.counts, share) < needed).sum())
    if not panel.column or not count:
        return []
    which, their = ("is", "its") if count == 1 else ("are", "their")
    return [
        f"{count:,} of the {len(panel.labels):,} groups of column {panel.column} {which} trained on but not tested, "
        f"because {their} test part has fewer than {needed} rows; choose a larger test_share."
    ]


def overlapping(table: Ordered, training: NDArray[np.bool_]) -> list[str]:
    """A note if a group has training rows that are later than the first test row of another.

    Args:
        table: The rows in order.
        training: (N,) which rows are for training.
    """
    times, panel = table.times, table.panel
    if times is None or not panel.column:
        return []
    learned, tested = np.flatnonzero(training), np.flatnonzero(~training)
    last, first = learned[np.argmax(times.utc[learned])], tested[np.argmin(times.utc[tested])]
    if times.utc[last] <= times.utc[first]:
        return []
    later, earlier = (quote(panel.labels[panel.codes[row]]) for row in (last, first))
    return [
        f"Column {times.column}: the training part of {panel.column} {later} ends at {times.local[int(last)]}, after "
        f"the test part of {panel.column} {earlier} begins, at {times.local[int(first)]}; common shocks of the test "
        "are partly learned, so the loss there may be lower than for rows that are later than all training rows."
    ]
