"""Remarks on the training and the test part of the groups of a table."""

from collections.abc import Sequence

from seqtasks.tables.panel import Panel
from seqtasks.tables.unfit_groups import test_rows


def untested(panel: Panel, horizons: Sequence[int], share: float) -> list[str]:
    """A note if the test part of a group has no row with all targets.

    Args:
        panel: The groups.
        horizons: How many rows ahead the targets lie.
        share: The share of the rows of a group that is its test part.

    Example:
        >>> import numpy as np
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
