"""Where episodes start in a stream of rows, from the group of each row."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import assert_all_finite, check_consistent_length, column_or_1d


def episodes(
    groups: Any, rows: int, before: Mapping[Any, None] | None, again: bool = False
) -> tuple[NDArray[np.bool_], list[Any]]:
    """The rows at which an episode starts, because the group differs from that of the row before.

    Args:
        groups: (T,), the group of each row; None if all rows continue the current group.
        rows: T.
        before: The groups of the rows before, the current one last; None if the first row starts a new episode.
        again: Whether groups in ``before`` may return as new episodes.

    Returns:
        The starts (T,), and the groups that start.

    Raises:
        ValueError: If there is not one group for each row, or a group returns after another.

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
    seen = before or {}
    if again:  # except the current group if it continues: it may not be in two pieces either
        seen = {} if starts[0] else {_hashable(labels[0]): None}
    new: dict[Any, None] = {}
    for row in np.flatnonzero(starts):
        label = _hashable(labels[row])
        if label in seen or label in new:
            raise ValueError(
                f"groups has {label!r} again at row {row}, after another group; the rows of an episode must be "
                "consecutive. Sort the rows by group, or use a new group for a new episode."
            )
        new[label] = None
    return starts, list(new)


def _hashable(label: Any) -> Any:
    """The label as a Python object, except times: nanoseconds would become an integer, which equals no time."""
    return label.item() if isinstance(label, np.generic) and label.dtype.kind not in "Mm" else label
