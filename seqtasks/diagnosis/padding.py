"""Padding in rows of equal length: a value that fills them up at one end and occurs nowhere else.

Axis letters: N rows, T steps, I inputs.
"""

from dataclasses import dataclass
from typing import Final, Literal, Self, final

import numpy as np

from seqtasks.diagnosis.series import Array

FEWEST: Final = 0.1  # of the rows that are padded
LONGER: Final = 3.0  # times: runs at the end of a row, against those that the value has by chance
COMMON: Final = 3  # steps at the end of all rows: one or two may ask for an answer

Side = Literal["front", "end"]


@final
@dataclass(frozen=True, slots=True)
class Padding:
    """Padding that was found.

    Args:
        side: Where it is.
        value: (I,) the inputs of a padded step.
        lengths: (N,) the steps of each row that are not padded.
        steps: T.
    """

    side: Side
    value: Array
    lengths: Array
    steps: int

    @classmethod
    def of(cls, inputs: Array, *, targets_of_rows: bool = False) -> Self | None:
        """The padding of rows (N, T, I), if there is any.

        Runs of one value at an end of the rows are padding if they differ by much more than the frequency of the value
        elsewhere explains. A silence that all rows have belongs to the task, unless it comes after the last step that
        could say anything about the only target of a row.

            mean run - least run  >  3 (q / (1 - q) + 0.1),    q the frequency of the value outside of the runs

        Args:
            inputs: The rows.
            targets_of_rows: Whether a row has one target; then three equal steps at the end of all rows are padding.

        Example:
            >>> rows = np.arange(1.0, 41.0).reshape(10, 4, 1)
            >>> rows[::2, 2:] = 0
            >>> found = Padding.of(rows)
            >>> found.side, found.lengths.tolist()
            ('end', [2, 4, 2, 4, 2, 4, 2, 4, 2, 4])
        """
        sides: tuple[tuple[Side, Array], ...] = (("end", inputs), ("front", inputs[:, ::-1]))
        for side, rows in sides:
            last = rows[:, -1]
            values, counts = np.unique(last, axis=0, return_counts=True)
            value = values[counts.argmax()]
            same = (rows == value).all(axis=-1)
            runs = np.where(same.all(axis=1), rows.shape[1], (~same[:, ::-1]).argmax(axis=1))
            outside = same.size - runs.sum()
            q = (same.sum() - runs.sum()) / outside if outside else 1.0
            padded = (runs > 0).mean()
            # a run ends at another value by definition, so that one step for each row is left out of q
            differ = q < 1 and runs.mean() - runs.min() > LONGER * (q / (1 - q) + 0.1)
            common = targets_of_rows and side == "end" and q < 1 and runs.min() >= COMMON
            if padded >= FEWEST and (differ or common):
                return cls(side, value, rows.shape[1] - runs, rows.shape[1])
        return None

    def mask(self) -> Array:
        """(N, T), whether a step is not padded."""
        t = np.arange(self.steps)
        if self.side == "end":
            return np.asarray(t < self.lengths[:, None])
        return np.asarray(t >= self.steps - self.lengths[:, None])

    @property
    def share(self) -> float:
        """The share of all steps that are padded."""
        return float(1 - self.lengths.mean() / self.steps)
