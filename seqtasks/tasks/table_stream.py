"""Repeated passes over the training part of a table."""

from collections.abc import Mapping
from typing import Any, final

import numpy as np

from seqtasks.core.task import AbstractStream, Chunk
from seqtasks.tasks.table_data import TableData


@final
class TableStream(AbstractStream):
    """Lanes that repeat the training part; each pass over a group is an episode.

    Lane b starts at the b-th van der Corput fraction of the rows, so that any number of lanes is spread evenly.

    Args:
        data: The table.
        lanes: B.
    """

    def __init__(self, data: TableData, lanes: int) -> None:
        fractions = np.array([van_der_corput(lane) for lane in range(lanes)])
        self._data, self._steps = data, data.training_steps
        self._first = (fractions * len(self._steps)).astype(np.int64)[:, None]
        self._t = 0

    def take(self, steps: int) -> Chunk:
        """The next ``steps`` steps of every lane."""
        t = self._t + np.arange(steps)
        self._t += steps
        rows = self._steps[(self._first + t) % len(self._steps)]
        return self._data.chunk(rows, starts=(self._data.panel.places[rows] == 0) | (t == 0))

    def state(self) -> dict[str, int]:
        """``{"t": steps taken}``."""
        return {"t": self._t}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._t = int(state["t"])


def van_der_corput(n: int) -> float:
    """The n-th of 0, 1/2, 1/4, 3/4, 1/8, ...: the binary digits of n, mirrored at the point.

    Example:
        >>> [van_der_corput(n) for n in range(5)]
        [0.0, 0.5, 0.25, 0.75, 0.125]
    """
    fraction = 0.0
    for k in range(n.bit_length()):
        fraction += (n >> k & 1) / 2 ** (k + 1)
    return fraction
