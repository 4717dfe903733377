"""The inputs of a table: columns and their changes, standardised by the training part."""

from collections.abc import Mapping
from typing import final

import numpy as np
from numpy.typing import NDArray

from seqtasks.tables.cleaning import Clean
from seqtasks.tasks.group_scaling import GroupScaling, differ_in_unit, levels_of


@final
class Seen:
    """What a network sees of each row.

        input_i(t) = (x_i(t) - mean_i) / scale_i                      x_i: a column, or its change since some rows ago

    Where there are several groups, each target and its changes have a mean and a scale for each of them, and so has
    every other column that varies within groups, such as a price. Columns that are computed, such as those of labels
    and of the calendar, and columns of two values mean the same in all groups.

    Args:
        table: The table.
        lags: For each target, over how many rows its changes are taken, where it is an input; 0 for its value.

    Attributes:
        columns: The names of the columns, I of them; one may occur several times.
        lags: For each input, over how many rows the change of its column is taken.
    """

    def __init__(self, table: Clean, lags: Mapping[str, tuple[int, ...]]) -> None:
        each = [(name, lag) for name in table.inputs for lag in lags.get(name, (0,))]
        self.columns = tuple(name for name, _ in each)
        self.lags = tuple(lag for _, lag in each)
        self._table = table
        self._part = table.panel.take(table.training)
        computed = {one.name for one in table.recipe.derived if one.part != "known"}
        self._scalings = [self._scaling(name, lag, name in lags, name in computed) for name, lag in each]

    def standardised(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """(N, I) of some rows (N,).

        Raises:
            CellError: If a value is too far from the others for single precision.
        """
        columns, codes = self._table.columns, self._table.panel.codes
        every = np.arange(columns.rows)  # rows without a target, too: their cells are read in prediction
        inputs = np.empty((len(rows), len(self.columns)), np.float32)
        for place, (name, lag, scaling) in enumerate(zip(self.columns, self.lags, self._scalings, strict=True)):
            inputs[:, place] = scaling.standardised(self._changes(name, lag), columns, name, every, codes)[rows]
        return inputs

    def unit(self, code: int) -> list[tuple[float, float]]:
        """The mean and the scale of each input in a group."""
        return [(one.mean, one.scale) for one in (scaling.of_group(code) for scaling in self._scalings)]

    @property
    def common(self) -> list[tuple[float, float]]:
        """The means and scales that all groups share; 0 and 1 where each group has its own."""
        return [
            own if scaling.are_of_all else (0.0, 1.0) for own, scaling in zip(self.unit(0), self._scalings, strict=True)
        ]

    def _changes(self, name: str, lag: int) -> NDArray[np.float64]:
        """(N,) the column itself where the lag is 0."""
        values = self._table.columns.numbers(name)
        return values - values[self._table.panel.before(lag)] if lag else values

    def _scaling(self, name: str, lag: int, is_target: bool, is_computed: bool) -> GroupScaling:
        training, part = self._table.training, self._part
        values = self._changes(name, lag)[training]
        if is_target or (part.column and not is_computed and differ_in_unit(values, part)):
            every = np.ones(len(values), np.bool_)
            return GroupScaling.by_group(values, every, part, levels_of(self._changes(name, 0)[training], every, part))
        return GroupScaling.of_all(values)
