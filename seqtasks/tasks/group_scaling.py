"""Standardisation of a column by the training part of each group, or of all groups."""

from dataclasses import dataclass, replace
from typing import Final, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.tables.columns import Columns
from seqtasks.tables.panel import Panel
from seqtasks.tasks.scaling import Scaling, standardise

PRIOR: Final = 3.0  # deviations of the usual size that are added to those of each group
SIGNIFICANT: Final = 2.0  # standard errors
DIGITS: Final = 2  # values of a column of yes and no


@final
@dataclass(frozen=True, eq=False)
class GroupScaling:
    """z = (x - mean_g) / scale_g, where g is the group of x.

    Args:
        means: (G,), or (1,) for one mean of all groups.
        scales: The same.

    Example:
        >>> stores = Panel("store", ("A", "B"), np.array([2, 4]))
        >>> x = np.array([1.0, 3.0, 1000.0, 3000.0])
        >>> every = np.ones(4, np.bool_)
        >>> GroupScaling.by_group(x, every, stores, levels_of(x, every, stores))
        GroupScaling(means=array([   2., 2000.]), scales=array([   1., 1000.]))
    """

    means: NDArray[np.float64]
    scales: NDArray[np.float64]

    @classmethod
    def of_all(cls, values: NDArray[np.float64]) -> Self:
        """One mean and scale of finite values, whatever their group."""
        found = Scaling.of(values)
        return cls(np.array([found.mean]), np.array([found.scale]))

    @classmethod
    def by_group(
        cls, values: NDArray[np.float64], counted: NDArray[np.bool_], panel: Panel, levels: NDArray[np.float64]
    ) -> Self:
        """The mean and the scale of each group of a panel; those of one series are its own.

            scale_g^2 = (n_g s_g^2 + 3 r^2 l_g^2) / (n_g + 3)        r^2 = median over g of s_g^2 / l_g^2

        s_g is the standard deviation of the n_g values of a group, and l_g the size of its level. A group of few values
        has a scale near the usual one for its level: the standard deviation of two or three values may be next to
        nothing by chance.

        Args:
            values: (N,) what is standardised, such as changes of a column.
            counted: (N,) which of them count.
            panel: The training rows.
            levels: (G,) as :func:`levels_of` the column.
        """
        if not panel.column:
            return cls.of_all(values[counted])
        n, means, spread = _moments(values, counted, panel)
        varies = spread > 0
        usual = float(np.median(spread[varies] / levels[varies])) if varies.any() else 1.0
        shrunk = np.hypot(spread * np.sqrt(n), np.sqrt(PRIOR) * usual * levels) / np.sqrt(n + PRIOR)
        return cls(means, shrunk)

    def without_chance_means(self, numbers: NDArray[np.floating]) -> Self:
        """The same with a mean of 0 where the mean may be due to chance.

            |mean_g| < 2 scale_g / sqrt(n_g)

        Args:
            numbers: (G,) n, how many independent values each mean is taken over.

        Example:
            >>> GroupScaling(np.array([0.1, 0.5]), np.ones(2)).without_chance_means(np.array([100.0, 100.0])).means
            array([0. , 0.5])
        """
        errors = self.scales / np.sqrt(np.maximum(numbers, 1.0))
        return replace(self, means=np.where(np.abs(self.means) < SIGNIFICANT * errors, 0.0, self.means))

    @property
    def are_of_all(self) -> bool:
        """Whether all groups have one mean and scale."""
        return len(self.means) == 1

    def standardised(
        self, values: NDArray[np.float64], columns: Columns, name: str, rows: NDArray[np.intp], codes: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Standardise finite values.

        Args:
            values: (N,)
            columns: The table that they come from.
            name: The column that they come from.
            rows: (N,) the rows of the table that they belong to.
            codes: (N,) their groups.

        Raises:
            CellError: If a z exceeds single precision.
        """
        if self.are_of_all:  # no mean and scale for each row
            return standardise(values, float(self.means[0]), float(self.scales[0]), columns, name, rows)
        return standardise(values, self.means[codes], self.scales[codes], columns, name, rows)

    def of_group(self, code: int) -> Scaling:
        """The mean and the scale of one group."""
        code = min(code, len(self.means) - 1)
        return Scaling(float(self.means[code]), float(self.scales[code]))


def levels_of(values: NDArray[np.float64], known: NDArray[np.bool_], panel: Panel) -> NDArray[np.float64]:
    """(G,) the standard deviation of a column in each group, or the size of its values where that is 0.

    Args:
        values: (N,) the column.
        known: (N,) which of its values count.
        panel: The training rows.
    """
    _, means, spread = _moments(values, known, panel)
    return np.where(spread > 0, spread, np.where(means == 0, 1.0, np.abs(means)))


def differ_in_unit(values: NDArray[np.float64], panel: Panel) -> bool:
    """Whether a column is standardised by group.

    It is if it has three values or more, and varies in at least half of the groups. A column that is constant in each
    group, such as the size of a store, tells groups apart: its differences would be lost.

    Args:
        values: (N,) the column in the training part.
        panel: The training rows.

    Example:
        >>> stores = Panel("store", ("A", "B"), np.array([2, 4]))
        >>> [differ_in_unit(np.array(x), stores) for x in ([5.0, 6.0, 50.0, 60.0], [5.0, 5.0, 9.0, 9.0])]
        [True, False]
    """
    least, greatest = np.minimum.reduceat(values, panel.firsts), np.maximum.reduceat(values, panel.firsts)
    return len(np.unique(values)) > DIGITS and bool(2 * np.count_nonzero(least < greatest) >= len(least))


def _moments(
    values: NDArray[np.float64], counted: NDArray[np.bool_], panel: Panel
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of the values that count in each group: how many there are, their mean, and their standard deviation."""
    n, means, spreads = np.zeros((3, len(panel.labels)))
    for code, rows in enumerate(panel.slices()):
        own = values[rows][counted[rows]]
        if own.size:
            scaling = Scaling.of(own)
            n[code], means[code] = own.size, scaling.mean
            spreads[code] = scaling.scale if own.min() < own.max() else 0.0
    return n, means, spreads
