"""Several columns of numbers as the targets of one network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Output
from seqtasks.tasks.table_reference import LAST
from seqtasks.tasks.table_target import AbstractTarget

BEST: Final = "the best of each target"

T = TypeVar("T")


@final
@dataclass(frozen=True, eq=False)
class JointTarget(AbstractTarget):
    """The outputs of the first target, then those of the second, and so on.

    Each target has its own reference, mean and scale.

    Args:
        each: The targets, all of them numbers.
    """

    each: tuple[AbstractTarget, ...]
    classes: tuple[str, ...] = ()
    kind = "real"

    @property
    def values(self) -> NDArray[Any]:
        """The values of all targets next to each other, (steps, O)."""
        return np.concatenate([one.values for one in self.each], axis=1)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """An output for each target and horizon."""
        return tuple(output for one in self.each for output in one.outputs)

    def unit(self, code: int) -> tuple[tuple[float, float], ...]:
        """The mean and scale of each output of each target, in the group ``code``."""
        return tuple(unit for one in self.each for unit in one.unit(code))

    @property
    def lags(self) -> dict[str, tuple[int, ...]]:
        """The lags of the inputs that the targets read, by column."""
        return {name: lags for one in self.each for name, lags in one.lags.items()}

    @property
    def periods(self) -> dict[str, int | None]:
        """The period of each target, by column."""
        return {name: period for one in self.each for name, period in one.periods.items()}

    @property
    def reference_names(self) -> dict[str, tuple[str, ...]]:
        """The names of the reference forecasts of each target, by column."""
        return {name: names for one in self.each for name, names in one.reference_names.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes on all targets."""
        return tuple(note for one in self.each for note in one.notes)

    def baselines(self, rows: NDArray[np.intp]) -> dict[str, float]:
        """The means over the targets; where one has no season, seasonal persistence is its last value.

        Another one is the best of each target, if it is better than all of them: persistence for a walk, and the mean
        for noise.
        """
        found = _by_name([one.baselines(rows) for one in self.each])
        means = {name: float(np.mean(each)) for name, each in found.items()}
        best = float(np.mean(np.min([*found.values()], axis=0)))
        return means | ({BEST: best} if best < min(means.values()) else {})

    @property
    def own(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """The values of all targets in their own units, and the scales."""
        found = [own for one in self.each if (own := one.own) is not None]
        values, scales = (np.concatenate(part, axis=1) for part in zip(*found, strict=True))
        return values, scales

    def baseline_outputs(self) -> dict[str, NDArray[np.float64]]:
        """The outputs of each baseline, target after target, by the names of :meth:`baselines`."""
        found = _by_name([one.baseline_outputs() for one in self.each])
        return {name: np.concatenate(each, axis=1) for name, each in found.items()}


def _by_name(found: Sequence[Mapping[str, T]]) -> dict[str, list[T]]:
    """What each target has for each forecast that one of them has; persistence where a target lacks it."""
    names = dict.fromkeys(name for one in found for name in one)
    return {name: [one[name] if name in one else one[LAST] for one in found] for name in names}
