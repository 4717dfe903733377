"""Where episodes start in a stream of rows, told by the groups that rows belong to."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import assert_all_finite, check_consistent_length, column_or_1d


def episodes(
    groups: Any, rows: int, before: Mapping[Any, None] | None, again: bool = False
) -> tuple[NDArray[np.bool_], list[Any]]:
    """Where an episode starts: where the group is another than that of the row before.

    Args:
        groups: (T,), the group of each row; None where all go on with the present one.
        rows: T.
        before: The groups of the rows before, the present one last; None where the first row starts an episode anew.
        again: Whether groups of before may come as new episodes; else each is in one piece.

    Returns:
        The starts (T,), and the groups that began.

    Raises:
        ValueError: If there is not one group for each row, or a group comes back after another.

    Example:
        >>> episodes(["a", "a", "b"], 3, {"a": None})
        (array([False, False,  True]), ['b'])
    """
    starts = np.zeros(rows, np.bool_)
    starts[:1] = before is None
    if groups is None:
        return starts, []
    labels = column_or_1d(groups)
    assert_all_finite(labels, input_name="groups")
    check_consistent_length(starts, labels)
    starts[1:] = labels[1:] != labels[:-1]
    starts[:1] |= not before or labels[:1] != next(reversed(before))
    known = before or {}
    if again:  # but for the present one where it goes on: nor may that be in two pieces
        known = {} if starts[0] else {_plain(labels[0]): None}
    began: dict[Any, None] = {}
    for place in np.flatnonzero(starts):
        label = _plain(labels[place])
        if label in known or label in began:
            raise ValueError(
                f"groups has {label!r} again at row {place}, after another group, and an episode is in one piece. "
                "Sort the rows by group, or give a new episode a group of its own."
            )
        began[label] = None
    return starts, list(began)


def _plain(label: Any) -> Any:
    """A label as Python's, but for times: of nanoseconds Python has an integer, which equals no time."""
    return label.item() if isinstance(label, np.generic) and label.dtype.kind not in "Mm" else label
