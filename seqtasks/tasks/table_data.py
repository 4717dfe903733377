"""The data of a table: columns selected, split in time order, standardised by the training part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.memory import check_memory
from seqtasks.core.own_unit import OwnUnit
from seqtasks.core.recipe import TrainedPart
from seqtasks.core.task import Chunk, Encoding, GroupEncoding, Shapes
from seqtasks.errors import DataError
from seqtasks.tables.cleaning import Clean
from seqtasks.tables.panel import Panel
from seqtasks.tasks.horizons import Horizons
from seqtasks.tasks.joint_target import JointTarget
from seqtasks.tasks.table_inputs import Seen
from seqtasks.tasks.table_reference import Choice
from seqtasks.tasks.table_target import AbstractTarget, target_of
from seqtasks.tasks.table_windows import windows, windows_between


@final
@dataclass(frozen=True, eq=False)
class TableData:
    """The steps of a table, group after group; the first ones of each group are the training part.

    Args:
        inputs: (steps, I), what is seen.
        targets: (steps, O), what lies ahead of it.
        observed: (steps,) whether all targets were known; a filled one does not count.
        panel: Which steps belong to which group.
        training: (G,) how many steps of each group have all their targets in the training part.
        tested: (steps,) which steps have all their targets in the test part.
        shapes: What a network must fit.
        encoding: How the file's own units are got back.
        truth: The target column.
        baselines: The losses in the test part of the forecasts that need no network, by their names.
        periods: After how many rows each target repeats itself; None if it does not, or is a label.
        references: For each target of numbers, the names of the forecasts that it is learned as the deviation from.
        notes: Which columns are left out, and why.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[Any]
    observed: NDArray[np.bool_]
    panel: Panel
    training: NDArray[np.intp]
    tested: NDArray[np.bool_]
    shapes: Shapes
    encoding: Encoding
    truth: AbstractTarget
    baselines: Mapping[str, float]
    periods: Mapping[str, int | None]
    references: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]

    @property
    def training_steps(self) -> NDArray[np.intp]:
        """The steps of the training part, group after group."""
        return np.flatnonzero(self.panel.places < self.training[self.panel.codes])

    def chunk(
        self, steps: NDArray[np.intp], starts: NDArray[np.bool_], counted: bool | NDArray[np.bool_] = True
    ) -> Chunk:
        """The steps (B, T), of which those ``counted`` have weight 1."""
        weights = (np.broadcast_to(counted, steps.shape) & self.observed[steps]).astype(np.float32)
        unit = None if self._own is None else OwnUnit(*self._own, steps)
        return Chunk(self.inputs[steps], self.targets[steps], weights, starts, unit=unit)

    @cached_property
    def _own(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        return self.truth.own

    def windows(self, seed: int, count: int, length: int, rows: NDArray[np.intp]) -> Chunk:
        """Windows of the first rows of each group (G,) at random positions; what a short group lacks does not count."""
        first, there = windows(self.panel, rows, seed, count, length)
        place = np.arange(length)
        inside = place < there[:, None]
        steps = first[:, None] + place * inside
        return self.chunk(steps, starts=(place == 0) & inside, counted=inside)

    def windows_between(self, first: NDArray[np.intp], stop: NDArray[np.intp], length: int) -> Chunk | None:
        """Windows in which each row from ``first`` to ``stop`` of its group (G,) counts once; None if there is none."""
        if not (first < stop).any():
            return None
        begins, counted = windows_between(self.panel, first, stop, length)
        steps = begins[:, None] + np.arange(length)
        return self.chunk(
            np.minimum(steps, self.panel.rows - 1),
            starts=steps == begins[:, None],
            counted=(steps >= counted[:, :1]) & (steps < counted[:, 1:]),
        )

    def test(self) -> Chunk:
        """One lane for each group, all of which end with the last lane; only steps of the test part count.

        Groups that end at one time are therefore judged side by side, and a network that learns on in the test learns
        from no row before its time.
        """
        panel, most = self.panel, int(self.panel.counts.max())
        numbers = self.shapes.inputs + self.shapes.outputs + 2
        check_memory(
            8 * len(panel.labels) * most * numbers,
            f"{len(panel.labels):,} groups x {most:,} steps of the longest x {numbers} numbers x 8 bytes",
            "Leave out the longest groups, or split them into groups of similar lengths.",
        )
        steps = panel.stops[:, None] + np.arange(-most, 0)
        inside = steps >= panel.firsts[:, None]
        steps = np.where(inside, steps, panel.firsts[:, None])
        return self.chunk(steps, inside & (steps == panel.firsts[:, None]), inside & self.tested[steps])


def prepare(
    table: Clean, targets: Sequence[str], kind: str, horizons: Horizons, choice: Choice, period: int | None
) -> TableData:
    """Split and standardise columns.

    Args:
        table: The table.
        targets: The columns to forecast.
        kind: What the target is.
        horizons: How many rows ahead.
        choice: Which reference a real target has.
        period: Its period; None to find it.

    Raises:
        UsageError: If labels are to be forecast for several rows.
        DataError: If a cell cannot be used.
    """
    columns, rows = table.columns, table.panel.with_later(horizons.last)
    observed = np.logical_and.reduce([table.observed[name][rows + ahead] for name in targets for ahead in horizons])
    learned, tested = table.training[rows + horizons.last], ~table.training[rows + horizons.first]
    for part, known in (("training", observed & learned), ("test", observed & tested)):
        if not known.any():
            one = f"column {targets[0]} has no known value"
            several = f"columns {' and '.join(targets)} have no row with known values"
            raise DataError(
                f"{columns.file}: {one if len(targets) == 1 else several} to forecast in the {part} part.",
                "Choose another test_share, or remove the rows without a value.",
            )
    each = [target_of(table, name, kind, horizons, choice, period) for name in targets]
    truth = each[0] if len(each) == 1 else JointTarget(tuple(each))
    seen = Seen(table, truth.lags)
    steps, inputs = table.panel.shortened(horizons.last), seen.standardised(rows)
    learns = np.add.reduceat(learned, steps.firsts, dtype=np.intp)
    return TableData(
        inputs=inputs,
        targets=truth.values,
        observed=observed,
        panel=steps,
        training=learns,
        tested=tested,
        shapes=Shapes(
            len(seen.columns), len(truth.classes) if truth.kind == "class" else len(truth.outputs), truth.kind
        ),
        encoding=_encoding(table, seen, truth, tuple(_trained(table, inputs, steps, learns))),
        truth=truth,
        baselines=truth.baselines(rows[observed & tested]),
        periods=truth.periods,
        references=truth.reference_names,
        notes=(*table.notes, *truth.notes),
    )


def _encoding(table: Clean, seen: Seen, truth: AbstractTarget, trained: tuple[TrainedPart, ...]) -> Encoding:
    """Of one series; where there are several, what they have in common, and what each has of its own."""
    groups = []
    for code, label in enumerate(table.panel.labels) if table.panel.column else ():
        means, scales = zip(*seen.unit(code), strict=True)
        output_means, output_scales = zip(*truth.unit(code), strict=True)
        groups.append(GroupEncoding(label, means, scales, output_means, output_scales, table.groups[code]))
    means, scales = zip(*seen.common, strict=True)
    return Encoding(
        seen.columns,
        means,
        scales,
        truth.outputs,
        truth.classes,
        seen.lags,
        table.recipe,
        tuple(groups),
        trained,
    )


def _trained(
    table: Clean, inputs: NDArray[np.float32], steps: Panel, learned: NDArray[np.intp]
) -> Iterator[TrainedPart]:
    """The training part of each group, of which the first steps (G,) are learned."""
    counts = np.add.reduceat(table.training, table.panel.firsts, dtype=np.intp)
    for group, rows in enumerate(counts.tolist()):
        last = table.panel.firsts[group] + rows - 1
        time = "" if table.times is None else str(table.times.utc[last])
        seen = inputs[steps.firsts[group] + learned[group] - 1].tolist() if learned[group] else ()
        yield TrainedPart(rows, time, tuple(seen))
